"""A second instance can be started beside the first.

Why: without that there is no scaling out and no rolling deployment.
Fix: take ports, folders and names of locks from settings; keep nothing at a fixed place.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="environment_variations",
    fix="Take ports, folders and lock files from settings, so that two instances do not meet.",
)
def second_instance(recording: Recording) -> Fact | Unknown:
    """A copy with a port and data of its own gets ready while the first runs, and the first still answers."""
    told = recording.facts.get("right")
    if told is None:
        return Unknown("no second instance was started")
    if not told["ready"]:
        how = "does not get ready" if told["exit_status"] is None else f"ends with exit status {told['exit_status']}"
        return Fact(False, f"a second instance {how}: {told['output'].strip()[-200:]}")
    if not told["first_status"]:
        return Fact(False, "the first instance does not answer while the second one runs")
    return Fact(True, f"a second instance is ready after {told['seconds']:.1f} s, and the first still answers")
