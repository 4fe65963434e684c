"""A misspelt setting is refused: an unknown variable with the service's prefix stops the start and is named.

Why: a pool size that was set as POOL_SIZ is not set; whoever did it believes that it is.
Fix: compare all variables that carry the prefix with the known ones; refuse the others and name the nearest.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="major",
    needs="misconfiguration",
    capabilities=("unknown_settings",),
    fix="Refuse unknown variables that carry the service's prefix, with the nearest known name.",
    effort="minutes",
)
def unknown_setting(recording: Recording) -> Fact | Unknown:
    """One misspelt variable beside right settings."""
    trials = recording.facts.get("trials") or []
    unknown = [trial for trial in trials if trial["kind"] == "unknown"]
    if not unknown:
        return Unknown("no start with a misspelt variable was tried (`settings_prefix` is not described)")
    if not any(trial["kind"] == "right" and trial["ready"] for trial in trials):
        return Unknown("a start with right settings did not get ready either, so a refusal says nothing")
    trial = unknown[0]
    name, status = trial["variable"], trial["exit_status"]
    if trial["ready"]:
        return Fact(False, f"it started although {name} is no setting of it")
    if status is None:
        return Fact(False, f"with the unknown {name} it neither got ready nor ended within {trial['seconds']:.1f} s")
    if status == 0 or not trial["named"]:
        named = "names" if trial["named"] else "does not name"
        return Fact(False, f"with the unknown {name} it ended with exit status {status}, and its output {named} it")
    return Fact(True, f"the unknown {name} stopped the start with exit status {status} and is named")
