"""Replies say what they are.

Why: a browser that has to guess may run as a page what was meant as data.
Fix: set Content-Type on every reply that has a body.
Source: RFC 9110, 8.3.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="security",
    severity="minor",
    needs="protocol_requests",
    fix="Set Content-Type on every reply that has a body, errors included.",
    effort="minutes",
)
def content_type(recording: Recording) -> Fact | Unknown | NotApplicable:
    """Every reply with a body to a plain, an unknown and a described path."""
    groups = [recording.facts.get(name, {}) for name in ("plain", "reads")]
    replies = {what: reply for group in groups for what, reply in group.items() if reply["status"]}
    if not replies:
        return Unknown("no plain request was answered")
    full = {what: reply for what, reply in replies.items() if reply["length"] and reply["status"] not in (204, 304)}
    if not full:
        return NotApplicable(f"none of {len(replies)} replies has a body")
    bare = [what for what, reply in full.items() if not reply["headers"].get("content-type")]
    if bare:
        return Fact(False, f"{len(bare)} of {len(full)} replies with a body have no Content-Type; first: {bare[0]}")
    return Fact(True, f"{len(full)} replies with a body name their type", rounds=len(full))
