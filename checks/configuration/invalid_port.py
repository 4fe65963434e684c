"""A port that cannot be stops the start.

Why: what starts all the same listens somewhere else or nowhere, and is found by the first user.
Fix: check that the port is a number from 1 to 65535; say which setting is wrong.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Check that the port is from 1 to 65535, and exit non-zero with the setting's name.",
    effort="minutes",
)
def invalid_port(recording: Recording) -> Fact | Unknown | NotApplicable:
    """One copy with the port 70 000."""
    told, right, command = (recording.facts.get(name) for name in ("port", "right", "command"))
    if told is None or right is None or command is None:
        return Unknown("no copy was started that way")
    if not command["port"]:
        return NotApplicable("neither the start command nor the environment holds {port}")
    if not right["ready"]:
        return Unknown("a copy with nothing changed did not get ready either, so a refusal says nothing")
    status = told["exit_status"]
    if status is None:
        return Fact(False, "with the port 70000 it runs on" + (" and gets ready" if told["ready"] else ""))
    if status == 0:
        return Fact(False, "with the port 70000 it ends with exit status 0, as if all were well")
    return Fact(True, f"with the port 70000 it ends after {told['seconds']:.1f} s with exit status {status}")
