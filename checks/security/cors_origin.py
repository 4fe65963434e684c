"""A foreign origin may not read with the user's credentials.

Why: any page that the user opens could then read his account.
Fix: list the origins that may; never copy the Origin header into the answer.
Source: OWASP Web Security Testing Guide, WSTG-CLNT-07.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="security",
    severity="critical",
    needs="protocol_requests",
    fix="Answer Access-Control-Allow-Origin from a list; do not combine an echoed origin with credentials.",
    effort="minutes",
)
def cors_origin(recording: Recording) -> Fact | Unknown:
    """A plain GET and a preflight from an origin that nobody knows."""
    replies = {what: reply for what, reply in recording.facts.get("cors", {}).items() if reply["status"]}
    if not replies:
        return Unknown("no request with a foreign Origin was answered")
    for what, reply in replies.items():
        allowed = reply["headers"].get("access-control-allow-origin", "")
        credentials = reply["headers"].get("access-control-allow-credentials", "").lower() == "true"
        if credentials and ("evil.example" in allowed or allowed == "null"):
            return Fact(False, f"{what}: the origin {allowed} may read with the user's credentials")
    return Fact(
        True, f"{len(replies)} requests from a foreign origin got no leave to use credentials", rounds=len(replies)
    )
