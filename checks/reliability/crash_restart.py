"""It comes back after a crash: killed in the middle of writes, it starts again on the same data and gets ready.

Why: machines die without warning; a lock file or a half-written page must not need a person at night.
Fix: use locks that end with their process; recover from the write-ahead log at start; start without manual steps.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="durability",
    fix="Remove what the kill leaves behind and the start stumbles over; the output is in the evidence.",
)
def crash_restart(recording: Recording, *, objective: float = 5.0, limit: float = 30.0) -> Measured | Fact | Unknown:
    """The longest time to ready; 30 s is what Kubernetes' default liveness probe allows (3 x 10 s)."""
    rounds = [one for one in recording.facts.get("rounds") or [] if "came_back" in one]
    if not rounds:
        return Unknown("no kill was recorded")
    rows = tuple((number, one["came_back"], one["seconds"]) for number, one in enumerate(rounds, 1))
    evidence = (Table("Restarts", ("round", "came back", "seconds"), rows),)
    for number, one in enumerate(rounds, 1):
        if not one["came_back"]:
            return Fact(
                False, f"after kill {number} it did not come back: {' '.join(one['problem'].split())}", evidence
            )
    longest = max(one["seconds"] for one in rounds)
    reason = f"it came back after each of {len(rounds)} kills; the longest took {longest:.2f} s"
    return Measured(longest, "s", objective, limit, "lower", reason, evidence)
