"""A whole trading workflow completes in time.

Why: one slow step is hidden in an average over all calls, but a user waits for the sum of them. Fix: the table shows
the seconds of each step; begin with the largest.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="trading_workflow",
    fix="Look at the slowest step of the workflow and at what it waits for.",
)
def workflow_time(recording: Recording, *, objective: float = 10.0, limit: float = 30.0) -> Measured | Fact | Unknown:
    """Seconds from the new account to its performance report; 30 s are what a user waits at most (requirement 001)."""
    workflow = recording.facts.get("workflow")
    if not workflow or not workflow.get("steps"):
        return Unknown("the workflow was not recorded to its end")
    steps = workflow["steps"]
    rows = tuple((s["step"], s["status"], s["error"], round(s["seconds"], 3)) for s in steps)
    evidence = (Table("Steps of the workflow", ("step", "status", "error", "seconds"), rows),)
    failed = [s for s in steps if s["error"] or not 200 <= s["status"] < 300]
    if failed:
        first = failed[0]
        reason = f"the workflow did not complete: step {first['step']!r} answered {first['error'] or first['status']}"
        return Fact(False, reason, evidence)
    slowest = max(steps, key=lambda s: float(s["seconds"]))
    reason = f"{len(steps)} steps took {workflow['seconds']:.2f} s; the slowest was {slowest['step']!r}"
    return Measured(float(workflow["seconds"]), "s", objective, limit, reason=reason, evidence=evidence)
