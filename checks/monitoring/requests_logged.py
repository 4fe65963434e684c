"""Every request leaves a line in the log.

Why: without it nobody can tell whether a call arrived at all, and the customer who says that it failed is right.
Fix: switch on the access log, or write one line per request in the outermost middleware.
"""

from readiness import Recording, Share, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="log_lines",
    fix="Switch on the server's access log, or log one line per request where all of them pass.",
    effort="minutes",
)
def requests_logged(recording: Recording, *, limit: float = 0.95) -> Share | Unknown:
    """Share of requests whose canary is found, or, where lines do not hold it, for which there is a line more than at rest.

    5 % are left for a line that is still on its way (our choice).
    """
    told = recording.facts.get("requests")
    if not told or not told["sent"]:
        return Unknown("no request was sent while the log was watched")
    lines = max(0, told["lines"] - round(told["idle_lines"]))
    found = max(told["found"], recording.facts.get("later", {}).get("found", 0))
    good = min(told["sent"], max(found, lines))
    reason = f"{told['sent']} requests left {told['lines']} lines, {found} of them with the request's own canary"
    return Share(good, told["sent"], limit, reason=reason)
