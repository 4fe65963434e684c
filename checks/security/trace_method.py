"""TRACE does not echo the request.

Why: the echo shows headers that a proxy added or a script may not read, credentials among them.
Fix: switch TRACE off in the server.
Source: OWASP Web Security Testing Guide, WSTG-CONF-06.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="security",
    severity="minor",
    needs="protocol_requests",
    fix="Switch TRACE off (TraceEnable off, or no handler for it).",
    effort="minutes",
)
def trace_method(recording: Recording) -> Fact | Unknown:
    """One TRACE with a header of ours: it must not come back in the body."""
    reply = recording.facts.get("plain", {}).get("TRACE")
    if reply is None or (not reply["status"] and not reply["ended"]):
        return Unknown("TRACE was not sent, or not answered")
    echoed = 200 <= reply["status"] < 300 and "canary" in reply["body"]
    told = f"TRACE is answered with {reply['status'] or 'a closed connection'}"
    return Fact(not echoed, told + (" and echoes the request's headers" if echoed else " and echoes nothing"))
