"""Answers do not depend on the time zone of the machine.

Why: two machines with different settings give two dates for the same order.
Fix: keep times in UTC and convert with a zone that is named; never ask for "local" time.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Keep times in UTC (datetime.now(UTC)), and convert with a zone that is named.",
)
def timezone_independent(recording: Recording) -> Fact | Unknown:
    """The described reads in UTC and in UTC+14; bodies that differ from one start to the next are compared by status only."""
    told = recording.facts.get("answers")
    if not told or isinstance(told["utc"], str):
        return Unknown(
            "it was not started again" if not told else f"with TZ=UTC it does not start: {told['utc'][:200]}"
        )
    first, other = told["utc"], told["far"]
    if isinstance(other, str):
        return Fact(False, f"in the time zone UTC+14 it does not start: {other[:200]}")
    steady = [name for name, answer in told["utc"].items() if answer == told["before"].get(name)]
    for name, (status, digest) in first.items():
        now = other.get(name, [0, ""])
        if now[0] != status or (name in steady and now[1] != digest):
            how = f"status {now[0]} instead of {status}" if now[0] != status else "another body"
            return Fact(False, f"in the time zone UTC+14 {name} answers with {how}")
    reason = f"in the time zone UTC+14 {len(first)} reads have the same status, {len(steady)} that do not change the same body"
    return Fact(True, reason, rounds=len(first))
