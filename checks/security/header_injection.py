"""A line break in a path or query does not become a header.

Why: whoever writes headers sets cookies, poisons caches and splits the reply in two.
Fix: refuse values with line breaks before they reach a header; current frameworks do.
Source: CWE-113.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="security",
    severity="critical",
    needs="protocol_requests",
    fix="Refuse or encode line breaks in every value that reaches a header (Location, Set-Cookie).",
    effort="minutes",
)
def header_injection(recording: Recording) -> Fact | Unknown:
    """An encoded line break and a header of ours in the path and in the query."""
    replies = recording.facts.get("injection", {})
    answered = [path for path, reply in replies.items() if reply["status"] or reply["ended"]]
    if not answered:
        return Unknown("no such request was answered")
    found = [path for path in answered if "x-injected" in replies[path]["headers"]]
    if found:
        return Fact(False, f"{found[0]} puts a header of the caller's choice into the reply")
    return Fact(True, f"{len(answered)} encoded line breaks stay out of the headers", rounds=len(answered))
