"""It needs no home folder.

Why: service accounts have none, and some platforms run containers under a user that does not exist.
Fix: keep caches and settings in folders that are configured.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Keep caches and settings in folders that a setting names.",
)
def home_independent(recording: Recording) -> Fact | Unknown:
    """A copy whose HOME cannot be made, not even by root, gets ready."""
    told, right = recording.facts.get("home"), recording.facts.get("right")
    if told is None or right is None:
        return Unknown("no copy was started that way")
    if not right["ready"]:
        return Unknown("a copy with nothing changed did not get ready either, so this says nothing")
    if told["ready"]:
        return Fact(True, f"without a home folder it is ready after {told['seconds']:.1f} s")
    ended = (
        f"it ended with exit status {told['exit_status']}"
        if told["exit_status"] is not None
        else "it does not get ready"
    )
    return Fact(False, f"without a home folder {ended}: {told['output'].strip()[-200:]}")
