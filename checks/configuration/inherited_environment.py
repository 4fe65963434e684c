"""It needs only what is configured, not what the starter's shell happens to hold.

Why: it works on one machine and not on the next, because of a variable that nobody wrote down.
Fix: name each variable that is needed in the service's settings; refuse to start without it.
Source: The Twelve-Factor App, III.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Put each variable that it needs into readiness.yaml and into its deployment.",
)
def inherited_environment(recording: Recording) -> Fact | Unknown:
    """A copy with ``target.environment`` and PATH, HOME, TMPDIR and LD_LIBRARY_PATH gets ready."""
    told, right = recording.facts.get("bare"), recording.facts.get("right")
    if told is None or right is None:
        return Unknown("no copy was started that way")
    if not right["ready"]:
        return Unknown("a copy with nothing changed did not get ready either, so this says nothing")
    if told["ready"]:
        return Fact(True, f"with the configured variables alone it is ready after {told['seconds']:.1f} s")
    ended = (
        f"it ended with exit status {told['exit_status']}"
        if told["exit_status"] is not None
        else "it does not get ready"
    )
    return Fact(False, f"with the configured variables alone {ended}: {told['output'].strip()[-200:]}")
