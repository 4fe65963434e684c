"""The log holds text, not the colours of a terminal.

Why: escape codes break every search and every parser, and can rewrite the screen of whoever reads them.
Fix: colour only when the output is a terminal.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="info",
    needs="log_lines",
    fix="Colour only where the stream says that it is a terminal (isatty), or set NO_COLOR.",
    effort="minutes",
)
def log_colours(recording: Recording) -> Fact | NotApplicable | Unknown:
    """The lines of the requests, written to a file."""
    lines = recording.facts.get("sample")
    if lines is None:
        return Unknown("the log was not watched")
    if not lines:
        return NotApplicable("requests leave nothing in the log")
    coloured = [line for line in lines if "\x1b[" in line]
    if coloured:
        return Fact(False, f"{len(coloured)} of {len(lines)} lines hold escape codes: {coloured[0][:80]!r}")
    return Fact(True, f"none of {len(lines)} lines holds escape codes", rounds=len(lines))
