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
    """Secret variables: required ones whose value is a secret or whose name says so. Ready is a default; ended is a refusal."""
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
    started = tuple((trial["variable"], trial["seconds"]) for trial in secret if trial["ready"])
    if started:
        names = ", ".join(row[0] for row in started)
        table = Table("Started without", ("variable", "seconds until ready"), started)
        return Fact(False, f"it gets ready without {names}: a default takes the secret's place", (table,))
    for trial in secret:
        if trial["exit_status"] is None:
            seconds = trial["seconds"]
            return Unknown(f"without {trial['variable']} it neither ended nor got ready in {seconds:.1f} s")
    names = ", ".join(trial["variable"] for trial in secret)
    return Fact(True, f"it does not start without {names}", rounds=len(secret))
