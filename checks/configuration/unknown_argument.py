"""An unknown option on its command line stops the start.

Why: a misspelt option that is ignored is a setting that somebody believes in.
Fix: parse the command line with a library that refuses what it does not know.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Parse the command line with a library that refuses unknown options.",
    effort="minutes",
)
def unknown_argument(recording: Recording) -> Fact | Unknown | NotApplicable:
    """One copy with an option that nobody knows, where the start command has options at all."""
    told, right, command = (recording.facts.get(name) for name in ("option", "right", "command"))
    if told is None or right is None or command is None:
        return Unknown("no copy was started that way")
    if not command["options"]:
        return NotApplicable("the start command takes no options (no word of it begins with --)")
    if not right["ready"]:
        return Unknown("a copy with nothing changed did not get ready either, so a refusal says nothing")
    status = told["exit_status"]
    if status is None:
        return Fact(False, "with an unknown option it runs on" + (" and gets ready" if told["ready"] else ""))
    if status == 0:
        return Fact(False, "with an unknown option it ends with exit status 0, as if all were well")
    return Fact(True, f"with an unknown option it ends after {told['seconds']:.1f} s with exit status {status}")
