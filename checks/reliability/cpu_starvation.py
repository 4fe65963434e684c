"""Starved of its processor it gets slow and nothing else: it lives, it errs no more than before, and it is quick again.

Why: a full machine, a throttled container or a long pause of the collector take the processor away for half a second at a
time. A service that takes its own pause for a hang, or queues without a bound, turns slowness into an outage. Fix: no
deadlines in the process that are shorter than such a pause; bounded queues that are emptied afterwards.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="cpu_starvation",
    fix="Let internal deadlines outlast a pause of a second; bound what may wait.",
)
def cpu_starvation(recording: Recording, *, factor: float = 3.0, slack: float = 0.5) -> Fact | Unknown:
    """Calls while it was starved may be slow, not fail; afterwards the slowest is within ``factor`` of before + ``slack`` s.

    Only probes that worked before count. Three times and half a second leave room for a machine that others use, too.
    """
    windows, end = recording.facts.get("windows"), recording.facts.get("end")
    if not windows or end is None:
        return Unknown("no starvation was recorded")
    usual = {probe: one for probe, one in windows["baseline"].items() if one["calls"] and one["good"] == one["calls"]}
    if not usual:
        return Unknown("nothing was answered well before it was starved")
    rows = tuple(
        (name, probe, one["calls"], one["good"], one["slowest"])
        for name, all_ in windows.items()
        for probe, one in all_.items()
    )
    evidence = (Table("Windows", ("window", "probe", "calls", "good", "slowest, s"), rows),)
    if not end["alive"]:
        return Fact(False, f"it died when it had the processor for {end['share']:.0%} of the time", evidence)
    for probe, before in usual.items():
        for name in ("onset", "during", "disarm", "recovered"):
            one = windows[name][probe]
            if one["good"] < one["calls"]:
                kinds = ", ".join(one["failures"])
                return Fact(
                    False,
                    f"{probe} failed {one['calls'] - one['good']} of {one['calls']} times ({name}): {kinds}",
                    evidence,
                )
        bound = factor * before["slowest"] + slack
        if windows["recovered"][probe]["slowest"] > bound:
            took = windows["recovered"][probe]["slowest"]
            return Fact(
                False, f"afterwards {probe} still takes {took:.2f} s (before: {before['slowest']:.2f} s)", evidence
            )
    slowest = max(windows[name][probe]["slowest"] for name in ("onset", "during") for probe in usual)
    return Fact(
        True,
        f"with {end['share']:.0%} of a processor's time its slowest answer took {slowest:.2f} s, none failed",
        evidence,
    )
