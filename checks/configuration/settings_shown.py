"""The settings in force can be seen, and no secret among them.

Why: half of all incidents are a setting that is not what everybody believes; what is only in a template is not what runs.
Fix: show the effective settings to administrators, with secrets masked.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="running_instance",
    capabilities=("shown_settings",),
    fix="Show each setting by its name to administrators, and ******** for secrets.",
    effort="minutes",
)
def settings_shown(recording: Recording) -> Fact | Unknown:
    """Each environment variable that the target is given is named, and no secret's value appears."""
    told = recording.facts.get("settings")
    if told is None:
        return Unknown("the settings were not asked for")
    if told["status"] != 200:
        return Fact(False, f"{told['operation']} answered {told['error'] or told['status']}; right would be 200")
    if told["secrets"]:
        return Fact(False, f"{told['operation']} shows {', '.join(told['secrets'])}")
    if not told["named"] and not told["missing"]:
        return Unknown("the target is given no environment variable, so nothing says which settings there are")
    if told["missing"]:
        return Fact(False, f"{told['operation']} does not name {', '.join(told['missing'][:5])}")
    return Fact(True, f"{told['operation']} names all {len(told['named'])} settings and shows no secret")
