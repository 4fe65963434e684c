"""A path that does not exist is refused: 404 or another 4xx.

Why: a typing error in a client looks like success, and monitoring counts it as one.
Fix: answer what no route matches with 404.
Source: RFC 9110, 15.5.5.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="protocol_requests",
    fix="Answer paths that no route matches with 404.",
    effort="minutes",
)
def unknown_path(recording: Recording) -> Fact | Unknown:
    """One GET of a random path; any 4xx is right, because a guard in front may refuse first."""
    reply = recording.facts.get("plain", {}).get("unknown path")
    if reply is None or not reply["status"]:
        return Unknown("an unknown path was not asked for, or not answered")
    return Fact(400 <= reply["status"] < 500, f"a path that does not exist is answered with {reply['status']}")
