"""After a dependency comes back, the service works again soon, and by itself.

Why: outages of dependencies are short; what makes them long is a service that needs a restart, or that waits on
broken connections. Fix: drop connections that failed, bound the pause between tries, and probe in the background.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="error_recovery",
    fix="Look for connections kept after an error, for long pauses between tries, and for locks held by hung calls.",
)
def recovery_time(recording: Recording, *, objective: float = 3.0, limit: float = 15.0) -> Measured | Fact | Unknown:
    """Seconds from the end of the fault to readiness and ten successes in a row; the slowest of all faults."""
    recoveries = recording.facts.get("recoveries")
    if not recoveries:
        return Unknown("no recovery was watched")
    before = [poll for poll in recording.facts.get("polls", ()) if poll["fault"] == "none"]
    if bad := [poll for poll in before if poll["error"] or not 200 <= poll["status"] < 300]:
        return Unknown(f"{bad[0]['probe']} did not work before any fault: {bad[0]['error'] or bad[0]['status']}")
    rows = tuple((r["fault"], r["dependency"], r["ready_after"], r["seconds"], r["last"]) for r in recoveries)
    columns = ("fault", "dependency", "ready after", "recovered after", "last answer")
    evidence = (Table("Recoveries", columns, rows),)
    if never := [r for r in recoveries if r["seconds"] is None]:
        first = never[0]
        reason = f"not recovered {first['waited']:g} s after {first['fault']} of {first['dependency']}: {first['last']}"
        return Fact(False, reason, evidence)
    slowest = max(recoveries, key=lambda r: float(r["seconds"]))
    reason = f"the slowest of {len(recoveries)} recoveries, after {slowest['fault']}, took {slowest['seconds']:.2f} s"
    return Measured(float(slowest["seconds"]), "s", objective, limit, reason=reason, evidence=evidence)
