"""Files with credentials belong to one user: what GOOGLE_APPLICATION_CREDENTIALS names is readable by its owner only.

Why: on a shared machine every process could read the key and act as this service.
Fix: chmod 600 the file, or use workload identity and no file at all.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(category="configuration", severity="minor", needs="inspection", fix="chmod 600 the file.", effort="minutes")
def credentials_file(recording: Recording) -> Fact | Unknown | NotApplicable:
    """The permission bits of group and others must be zero."""
    told = recording.facts.get("credentials_file")
    if told is None:
        return Unknown("the scenario did not look for a credentials file")
    if not told["set"]:
        return NotApplicable("GOOGLE_APPLICATION_CREDENTIALS is not set, neither for the target nor here")
    if told["mode"] is None:
        return Fact(False, f"the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be used: {told['problem']}")
    mode = told["mode"]
    if mode & 0o077:
        return Fact(False, f"the credentials file has mode {mode:04o}; right would be 0600 or 0400")
    return Fact(True, f"the credentials file has mode {mode:04o}")
