"""A caller cannot write lines of his own into the log.

Why: who can forge a line can hide his own traces and accuse others.
Fix: log the path as it was sent, or escape control characters.
Source: CWE-117.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="security",
    severity="major",
    needs="log_lines",
    fix="Escape control characters in everything that a caller sent before it is logged.",
    effort="minutes",
)
def log_injection(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Encoded line breaks with a word behind them, in path and query: no line begins with that word."""
    told = recording.facts.get("strangers")
    if not told or not told["status"]:
        return Unknown("no such request was sent while the log was watched")
    if not told["all_lines"]:
        return NotApplicable("requests leave nothing in the log")
    if told["forged"]:
        return Fact(False, f"{told['forged']} lines of the log begin with what a caller put behind a line break")
    return Fact(True, "line breaks that a caller sends do not begin a line of the log", rounds=3)
