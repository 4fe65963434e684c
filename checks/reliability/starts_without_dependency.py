"""Started before its dependencies, it gets ready by itself as soon as they are there, or it ends and says so.

Why: after a power cut nothing starts in an order. A process that neither gets ready nor ends waits for a person.
Fix: try again in the background, with a bounded pause, as long as the process lives; or end with a status other than 0.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="dependency_absent",
    fix="Connect in the background and try again until it works; a failed first connection must not be the last one.",
)
def starts_without_dependency(
    recording: Recording, *, objective: float = 5.0, limit: float = 30.0
) -> Measured | Fact | Unknown:
    """Seconds to readiness after the dependency came; 30 s is what Kubernetes' default probes allow (3 x 10 s)."""
    without, again = recording.facts.get("without"), recording.facts.get("again")
    if without is None or again is None:
        return Unknown("no start without its dependencies was recorded")
    if not any(recording.facts.get("witnesses") or ()):
        return Unknown("it did not look for a dependency while it started, so it missed none")
    row = (without["ready"], without["alive"], again["ready_after"], again["alive"], again["exit_status"])
    columns = ("ready without", "alive without", "ready after", "alive", "exit status")
    evidence = (Table("Start without dependencies", columns, (row,)),)
    if not again["alive"]:
        status = again["exit_status"]
        if not status:
            return Fact(False, f"it ended with exit status {status}, as if nothing were wrong", evidence)
        return Fact(True, f"it ended with exit status {status}: whoever starts it knows that it has to again", evidence)
    if again["ready_after"] is None:
        reason = f"{again['waited']:g} s after its dependencies were there it neither was ready nor had ended"
        return Fact(False, reason, evidence)
    reason = f"it was ready {again['ready_after']:.2f} s after its dependencies could be reached"
    if without["ready"]:
        reason = "it was ready without its dependencies, and with them"
    return Measured(float(again["ready_after"]), "s", objective, limit, reason=reason, evidence=evidence)
