"""Secrets have no default: without any one of its secret variables the service does not start.

Why: a default password is in the source, so everybody has it; the service that runs with it is open.
Fix: remove the default; refuse to start and name the variable.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="configuration",
    severity="blocker",
    needs="misconfiguration",
    fix="Remove the default of the secrets in the evidence, and replace the secret where it was in use.",
    effort="minutes",
)
def no_default_secret(recording: Recording) -> Fact | Unknown | NotApplicable:
    """Secret variables: required ones whose value is a secret or whose name says so."""
    trials = recording.facts.get("trials") or []
    missing = [trial for trial in trials if trial["kind"] == "missing"]
    if not missing:
        return Unknown("no start without a required variable was tried")
    secret = [trial for trial in missing if trial["secret"]]
    if not secret:
        names = ", ".join(trial["variable"] for trial in missing)
        return NotApplicable(f"none of the required settings holds a secret: {names}")
    if not any(trial["kind"] == "right" and trial["ready"] for trial in trials):
        return Unknown("a start with right settings did not get ready either, so a refusal says nothing")
    started = tuple((trial["variable"], trial["ready"], trial["seconds"]) for trial in secret if _runs(trial))
    if started:
        names = ", ".join(row[0] for row in started)
        table = Table("Started without", ("variable", "ready", "seconds"), started)
        return Fact(False, f"it runs without {names}: a default takes the secret's place", (table,))
    names = ", ".join(trial["variable"] for trial in secret)
    return Fact(True, f"it does not start without {names}", rounds=len(secret))


def _runs(trial: dict[str, object]) -> bool:
    return bool(trial["ready"]) or trial["exit_status"] is None
