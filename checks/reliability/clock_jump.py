"""A wall clock that is set an hour ahead or back harms nothing: it lives, it answers, and it takes no longer.

Why: clocks are corrected, machines are suspended, time servers err. Durations, timeouts and caches that are computed from
the wall clock wait for an hour, never expire, or turn negative. Fix: measure durations with the monotonic clock
(`time.monotonic`, `System.nanoTime`, `CLOCK_MONOTONIC`); use the wall clock only for what people read.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="clock_jump",
    fix="Compute timeouts, expiries and rates from the monotonic clock.",
)
def clock_jump(recording: Recording, *, slowest: float = 2.0) -> Fact | Unknown:
    """Calls that began while the clock was wrong or just after: none may fail that did not before, none take ``slowest`` s."""
    facts = recording.facts
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    ways = {way: facts[way] for way in ("ahead", "back") if way in facts}
    end = facts.get("end")
    if not ways or end is None:
        return Unknown("no jump of the clock was recorded")
    rows = tuple(
        (way, window, probe, one["calls"], one["good"], one["slowest"])
        for way, windows in ways.items()
        for window, probes in windows.items()
        for probe, one in probes.items()
    )
    evidence = (Table("Windows", ("clock", "window", "probe", "calls", "good", "slowest, s"), rows),)
    if not any(one["good"] for one in ways["ahead"]["baseline"].values()):
        return Unknown("nothing was answered well before the clock jumped")
    if not end["alive"]:
        return Fact(False, f"it died when its clock was {end['shift_seconds']:g} s wrong", evidence)
    for way, windows in ways.items():
        if harm := _harm(windows, slowest):
            return Fact(False, f"its clock {end['shift_seconds']:g} s {way}: {harm}", evidence)
    return Fact(True, f"its clock was {end['shift_seconds']:g} s ahead and back: it answered all the same", evidence)


def _harm(windows: dict[str, Any], slowest: float) -> str:
    for probe, usual in windows["baseline"].items():
        if usual["good"] < usual["calls"] or usual["slowest"] > slowest:
            continue  # it is like that without any jump
        for name in ("onset", "during", "disarm", "recovered"):
            one = windows[name][probe]
            if one["good"] < one["calls"]:
                return (
                    f"{probe} failed {one['calls'] - one['good']} of {one['calls']} times: {', '.join(one['failures'])}"
                )
            if one["slowest"] > slowest:
                return f"{probe} took {one['slowest']:.1f} s"
    return ""
