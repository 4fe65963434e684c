"""Debug logging is off as the service is started.

Why: debug lines cost time, fill disks and tell secrets; who starts with them in production forgot to change a setting.
Fix: make info the default level, and debug something that one asks for.
"""

import re

from readiness import Fact, NotApplicable, Recording, Unknown, check

DEBUG = re.compile(
    r"""["']?(?:level|severity|levelname|lvl)["']?\s*[:=]\s*["']?(?:debug|trace)\b"""
    r"""|(?:^|[\[\s])(?-i:DEBUG|TRACE)(?:[\]:\s]|$)|\[debug\]|^debug:"""
    r"""|["']?level["']?\s*:\s*(?:10|20)\b(?=.*["']pid["'])""",
    re.IGNORECASE,
)
"""A level field, or a word in the place of one: in capitals, in brackets (nginx) or first (winston), for small words are prose;
10 and 20 are trace and debug of pino."""


@check(
    category="configuration",
    severity="minor",
    needs="log_lines",
    fix="Make info the default level; debug is what one asks for.",
    effort="minutes",
)
def debug_logging_off(recording: Recording) -> Fact | NotApplicable | Unknown:
    """The lines of ordinary requests, with the settings that readiness.yaml gives."""
    lines = recording.facts.get("sample")
    if lines is None:
        return Unknown("the log was not watched")
    if not lines:
        return NotApplicable("requests leave nothing in the log")
    found = [line for line in lines if DEBUG.search(line)]
    if found:
        return Fact(False, f"{len(found)} of {len(lines)} lines are of the debug level: {found[0][:100]!r}")
    return Fact(True, f"none of {len(lines)} lines is of the debug level", rounds=len(lines))
