"""Every line says when.

Why: the order of lines from several places is the order of their times; a line without one fits nowhere.
Fix: put the time into the log format, in UTC or with its offset.
"""

import re

from readiness import NotApplicable, Recording, Share, Unknown, check

TIME = re.compile(
    r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}|\d{2}/[A-Z][a-z]{2}/\d{4}[: ]\d{2}:\d{2}"
    r"|\b[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2}|\b1[6-9]\d{8}(?:\d{3}|\.\d+)?\b|\b\d{2}:\d{2}:\d{2}\b"
)
"""ISO 8601, the common log format, syslog, seconds or milliseconds since 1970, or a time of day."""


@check(
    category="monitoring",
    severity="info",
    needs="log_lines",
    fix="Add the time to the log format (%(asctime)s, or a field `time`).",
    effort="minutes",
)
def log_timestamps(recording: Recording, *, limit: float = 0.95) -> Share | NotApplicable | Unknown:
    """Share of the lines that hold a time; 5 % are left for tracebacks and banners. A supervisor may add the time itself."""
    lines = recording.facts.get("sample")
    if lines is None:
        return Unknown("the log was not watched")
    if not lines:
        return NotApplicable("requests leave nothing in the log")
    bare = [line for line in lines if not TIME.search(line)]
    reason = f"{len(lines) - len(bare)} of {len(lines)} lines hold a time"
    return Share(
        len(lines) - len(bare), len(lines), limit, reason=reason + (f"; not: {bare[0][:80]!r}" if bare else "")
    )
