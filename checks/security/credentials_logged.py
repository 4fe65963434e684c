"""Credentials of callers do not reach the log.

Why: logs are read by many and kept for long; a key in them is a key given away.
Fix: log names of headers at most; mask Authorization, Cookie and keys.
Source: OWASP Logging Cheat Sheet.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="security",
    severity="critical",
    needs="log_lines",
    fix="Leave Authorization, Cookie and keys out of the log, or mask their values in the formatter.",
    effort="minutes",
)
def credentials_logged(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Requests with a made-up token in Authorization, Cookie and X-API-Key: none of them stands in the log."""
    told = recording.facts.get("strangers")
    if not told or not told["status"]:
        return Unknown("no request with credentials was sent while the log was watched")
    if told["shown"]:
        return Fact(False, f"the log shows what callers send in {', '.join(told['shown'])}")
    if not told["all_lines"]:
        return NotApplicable("requests leave nothing in the log")
    return Fact(True, f"the log shows none of {', '.join(told['headers'])}", rounds=len(told["headers"]))
