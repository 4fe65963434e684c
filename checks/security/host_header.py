"""The Host header of a stranger is not believed.

Why: what builds links from it sends password resets and redirects to the attacker's host, and caches keep them.
Fix: build links from a configured name, or refuse hosts that are not on a list.
Source: OWASP Web Security Testing Guide, WSTG-INPV-17.
"""

import re

from readiness import Fact, Recording, Unknown, check

LINK = re.compile(r"""(?:href|src|action|url|link)[\"']?\s*[=:]\s*[\"']?(?:https?:)?//evil\.example""", re.IGNORECASE)


@check(
    category="security",
    severity="minor",
    needs="protocol_requests",
    fix="Build links from a configured name, or refuse hosts that are not on a list.",
)
def host_header(recording: Recording) -> Fact | Unknown:
    """Two requests with a Host of ours: it must neither stand in Location nor in a link of the body."""
    replies = {path: reply for path, reply in recording.facts.get("host", {}).items() if reply["status"]}
    if not replies:
        return Unknown("no request with a foreign Host was answered")
    for path, reply in replies.items():
        if "evil.example" in reply["headers"].get("location", "") or LINK.search(reply["body"]):
            return Fact(False, f"{path} answers {reply['status']} with a link to the Host that the caller made up")
    return Fact(True, f"{len(replies)} replies to a foreign Host do not link to it", rounds=len(replies))
