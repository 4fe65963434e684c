"""A method that the service does not offer is refused, and nothing breaks.

Why: a handler that serves every method does for PROPFIND or DELETE what it does for GET; one that breaks on it answers
500.
Fix: register handlers for their methods only; answer others with 405 or 501.
Source: RFC 9110, 15.5.6 and 15.6.2.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="protocol_requests",
    fix="Register handlers for their methods only; answer others with 405 or 501.",
    effort="minutes",
)
def unknown_method(recording: Recording) -> Fact | Unknown:
    """One PROPFIND, which only reads; right is any 4xx or 501, or a connection that is closed."""
    reply = recording.facts.get("plain", {}).get("PROPFIND")
    if reply is None or (not reply["status"] and not reply["ended"]):
        return Unknown("PROPFIND was not sent, or not answered")
    status = reply["status"]
    good = status == 501 or 400 <= status < 500 or not status
    return Fact(good, f"PROPFIND is answered with {status or 'a closed connection'}")
