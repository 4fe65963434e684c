"""A silent dependency does not make callers wait: the operation answers within a bound of its own.

Why: calls without a deadline pile up behind the silence, take every thread and connection, and the outage of one
dependency becomes the outage of all. Fix: set a timeout on each call to a dependency, shorter than the caller's.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="error_recovery",
    fix="Set timeouts on every client of a dependency, and answer 503 or stored data when they expire.",
    effort="minutes",
)
def dependency_deadline(
    recording: Recording, *, objective: float = 2.0, limit: float = 5.0
) -> Measured | Fact | Unknown:
    """The longest answer during a black hole; 2 s is the patience of an interactive user (Nielsen 1993: 1 to 10 s)."""
    polls = [p for p in recording.facts.get("polls", ()) if p["probe"] == "operation" and p["fault"] == "black_hole"]
    operation = recording.facts.get("operation", {})
    if not polls:
        return Unknown("no operation was called during a black hole")
    rows = tuple(
        (p["dependency"], round(p["since"], 2), p["status"], p["error"], round(p["seconds"], 3)) for p in polls
    )
    columns = ("dependency", "seconds since", "status", "error", "took")
    evidence = (Table(f"{operation.get('name')} during a black hole", columns, rows),)
    if hung := [poll for poll in polls if poll["error"] == "timeout"]:
        reason = (
            f"{len(hung)} of {len(polls)} calls of {operation.get('name')} got no answer within "
            f"{operation.get('timeout')} s while {hung[0]['dependency']} was silent"
        )
        return Fact(False, reason, evidence)
    if lost := [poll for poll in polls if not poll["status"]]:
        return Fact(False, f"{len(lost)} of {len(polls)} calls broke off ({lost[0]['error']})", evidence)
    held = {r["dependency"]: r["held"] for r in recording.facts.get("recoveries", ()) if r["fault"] == "black_hole"}
    freed = [p for p in polls if p["seconds"] > limit and p["since"] + p["seconds"] > held.get(p["dependency"], 1e9)]
    if freed:
        reason = (
            f"a call of {operation.get('name')} was answered after {freed[0]['seconds']:.1f} s, and only because "
            f"{freed[0]['dependency']} came back: it has no bound of its own"
        )
        return Fact(False, reason, evidence)
    longest = max(polls, key=lambda poll: float(poll["seconds"]))
    reason = f"the longest of {len(polls)} calls took {longest['seconds']:.2f} s and answered {longest['status']}"
    return Measured(float(longest["seconds"]), "s", objective, limit, reason=reason, evidence=evidence)
