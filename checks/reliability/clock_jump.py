"""A wall clock that is set an hour ahead or back harms nothing: it lives, it answers, and it takes no longer.

Why: clocks are corrected, machines are suspended, time servers err. Durations, timeouts and caches that are computed from
the wall clock wait for an hour, never expire, or turn negative. Fix: measure durations with the monotonic clock
(`time.monotonic`, `System.nanoTime`, `CLOCK_MONOTONIC`); use the wall clock only for what people read.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

EXPIRED = ("status 401", "status 403")
"""Right answers while the clock is wrong: by it a token has expired, or is not valid yet."""


@check(
    category="reliability",
    severity="major",
    needs="clock_jump",
    fix="Compute timeouts, expiries and rates from the monotonic clock.",
)
def clock_jump(recording: Recording, *, slowest: float = 2.0) -> Fact | Unknown:
    """Calls that began while the clock was wrong or just after: none may fail that did not before, none take ``slowest`` s.

    A refusal of the caller (401, 403) while it is wrong is no failure; afterwards it is one.
    """
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
    seen = [(name, one) for windows in ways.values() for name, probes in windows.items() for one in probes.values()]
    refused = sum(one["calls"] - one["good"] - sum(_failures(name, one).values()) for name, one in seen)
    also = f"; {refused} calls were refused (401, 403) while it was wrong, as expired tokens are" if refused else ""
    reason = f"its clock was {end['shift_seconds']:g} s ahead and back: it answered all the same{also}"
    return Fact(True, reason, evidence)


def _harm(windows: dict[str, Any], slowest: float) -> str:
    for probe, usual in windows["baseline"].items():
        if usual["good"] < usual["calls"] or usual["slowest"] > slowest:
            continue  # it is like that without any jump
        for name in ("onset", "during", "disarm", "recovered"):
            one = windows[name][probe]
            if failures := _failures(name, one):
                return f"{probe} failed {sum(failures.values())} of {one['calls']} times: {', '.join(failures)}"
            if one["slowest"] > slowest:
                return f"{probe} took {one['slowest']:.1f} s"
    return ""


def _failures(window: str, one: dict[str, Any]) -> dict[str, int]:
    """What went wrong; a caller who is refused while the clock is wrong is left out."""
    excused = EXPIRED if window in ("onset", "during") else ()
    return {kind: count for kind, count in one["failures"].items() if kind not in excused}
