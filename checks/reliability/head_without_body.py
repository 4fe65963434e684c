"""HEAD is answered without a body.

Why: a client that knows the protocol reads those bytes as the beginning of the next reply, and gets everything after it
wrong.
Fix: leave HEAD to the framework; do not write a body by hand.
Source: RFC 9110, 9.3.2.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="protocol_requests",
    fix="Leave HEAD to the framework, or send the head of GET and no body.",
    effort="minutes",
)
def head_without_body(recording: Recording) -> Fact | Unknown:
    """One HEAD of a plain read; refusing it (4xx, 501) is allowed, a body is not."""
    reply = recording.facts.get("plain", {}).get("HEAD")
    if reply is None or not reply["status"]:
        return Unknown("HEAD was not sent, or not answered")
    if reply["length"]:
        return Fact(False, f"HEAD is answered with {reply['status']} and a body of {reply['length']} bytes")
    if reply["status"] >= 500 and reply["status"] != 501:
        return Fact(False, f"HEAD is answered with {reply['status']}")
    return Fact(True, f"HEAD is answered with {reply['status']} and no body")
