"""A request does not flood the log.

Why: the log fills the disk and the bill in proportion to the traffic, and hides what matters.
Fix: one line per request; bodies and headers at debug level only.
"""

from readiness import Measured, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="log_lines",
    fix="Log one line per request; leave bodies, headers and queries to the debug level.",
    effort="minutes",
)
def log_volume(
    recording: Recording, *, objective: float = 2000.0, limit: float = 10_000.0
) -> Measured | NotApplicable | Unknown:
    """Characters written per request; lower is better.

    At the limit a hundred requests a second write 86 GB a day (our choice).
    """
    told = recording.facts.get("requests")
    if not told or not told["sent"]:
        return Unknown("no request was sent while the log was watched")
    if not told["characters"]:
        return NotApplicable("requests leave nothing in the log")
    each = told["characters"] / told["sent"]
    reason = f"{each:.0f} characters per request, in {told['lines'] / told['sent']:.1f} lines"
    return Measured(each, "characters", objective, limit, "lower", reason)
