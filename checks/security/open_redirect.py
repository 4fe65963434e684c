"""A path does not redirect to a foreign host.

Why: a link that begins with your name and ends at the attacker's page is what a phishing mail needs.
Fix: join leading slashes before a redirect; redirect to paths only.
Source: CWE-601.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="security",
    severity="major",
    needs="protocol_requests",
    fix="Reduce leading slashes to one before redirecting; redirect to paths, never to what the caller sent.",
    effort="minutes",
)
def open_redirect(recording: Recording) -> Fact | Unknown:
    """Paths that begin with ``//host``; found is a Location that a browser would follow to that host."""
    replies = {path: reply for path, reply in recording.facts.get("redirect", {}).items() if reply["status"]}
    if not replies:
        return Unknown("no such path was answered")
    for path, reply in replies.items():
        location = reply["headers"].get("location", "").replace("\\", "/").lower()
        if location.removeprefix("https:").removeprefix("http:").startswith("//evil.example"):
            return Fact(False, f"{path} redirects to {reply['headers']['location']}")
    return Fact(True, f"{len(replies)} paths that name a foreign host do not redirect to it", rounds=len(replies))
