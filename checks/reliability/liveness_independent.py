"""Liveness does not depend on anything else: the process is alive while its dependencies are away.

Why: an orchestrator restarts what is not alive. Liveness that asks a dependency turns its outage into a restart of
every instance, which cures nothing. Fix: let liveness answer from the process alone, and move the rest to readiness.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="error_recovery",
    capabilities=("liveness",),
    fix="Answer liveness without asking any dependency; readiness is the place for that.",
    effort="minutes",
)
def liveness_independent(recording: Recording) -> Fact | Unknown:
    """Every liveness answer during each fault is 200, within the two seconds of the poll."""
    polls = [poll for poll in recording.facts.get("polls", ()) if poll["probe"] == "live"]
    before = [poll for poll in polls if poll["fault"] == "none"]
    during = [poll for poll in polls if poll["fault"] != "none"]
    if not before or not during:
        return Unknown("liveness was not asked before and during a fault")
    if before[0]["status"] != 200:
        return Unknown(f"liveness was {before[0]['error'] or before[0]['status']} before any fault")
    dead = [poll for poll in during if poll["status"] != 200 or poll["error"]]
    if dead:
        columns = ("fault", "dependency", "seconds since", "status", "error")
        rows = tuple((p["fault"], p["dependency"], round(p["since"], 2), p["status"], p["error"]) for p in dead[:50])
        first = dead[0]
        reason = (
            f"{len(dead)} of {len(during)} answers denied life, the first {first['since']:.1f} s after "
            f"{first['fault']} of {first['dependency']}: {first['error'] or first['status']}"
        )
        return Fact(False, reason, (Table("Liveness during faults", columns, rows),))
    return Fact(True, f"{len(during)} answers during faults said alive", rounds=len(during))
