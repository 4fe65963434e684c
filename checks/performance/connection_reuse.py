"""Connections stay open for the next request.

Why: a new connection costs at least one round trip, with TLS two or three, and a port for a minute.
Fix: serve HTTP/1.1 with keep-alive.
Source: RFC 9112, 9.3.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="performance",
    severity="minor",
    needs="protocol_requests",
    fix="Serve HTTP/1.1 with keep-alive; a proxy in front does not help on the way behind it.",
    effort="minutes",
)
def connection_reuse(recording: Recording) -> Fact | Unknown:
    """One plain HTTP/1.1 request that does not ask for an end: the connection is still open after its reply."""
    reply = recording.facts.get("plain", {}).get("GET kept")
    if reply is None or not reply["status"]:
        return Unknown("a plain request was not sent, or not answered")
    kept = not reply["ended"]
    return Fact(kept, "the connection " + ("stays open for the next request" if kept else "is closed after one reply"))
