"""A path does not leave the folder that is served.

Why: the next file that is read is the one with the keys.
Fix: resolve the path first, then require that it lies below the folder; better, let the framework serve files.
Source: CWE-22.
"""

import re

from readiness import Fact, Recording, Unknown, check

PASSWD = re.compile(r"^root:[^:\n]*:0:0:", re.MULTILINE)


@check(
    category="security",
    severity="blocker",
    needs="protocol_requests",
    fix="Resolve the path, require that it lies below the served folder, and let the framework serve files.",
)
def directory_traversal(recording: Recording) -> Fact | Unknown:
    """Paths with ``..``, plain and encoded, that would end at /etc/passwd; found is its first line in the body."""
    replies = recording.facts.get("outside", {})
    answered = {path: reply for path, reply in replies.items() if reply["status"] or reply["ended"]}
    if not answered:
        return Unknown("no path with .. was asked for, or none answered")
    found = [path for path, reply in answered.items() if PASSWD.search(reply["body"])]
    if found:
        return Fact(False, f"{found[0]} shows /etc/passwd")
    return Fact(True, f"{len(answered)} paths with .. stay inside", rounds=len(answered))
