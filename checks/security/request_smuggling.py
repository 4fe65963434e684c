"""A request whose length can be read in two ways is refused, or ends its connection.

Why: a proxy that believes the other header sees one request where the service sees two, and the second is served in
somebody else's name.
Fix: use a current HTTP parser in its strict mode.
Source: RFC 9112, 6.1 and 6.3.
"""

from collections.abc import Mapping
from typing import Any

from readiness import Fact, Measured, Recording, Table, Unknown, check

HARMLESS, LEFT_OPEN, BELIEVED = 0.0, 1.0, 2.0
CHUNKS_TOO = "length and chunks"


@check(
    category="security",
    severity="major",
    needs="protocol_requests",
    fix="Update the HTTP parser and leave its lenient mode off.",
)
def request_smuggling(recording: Recording) -> Fact | Measured | Unknown:
    """Two contradicting lengths; a length beside chunks. Right: 4xx or 501, or one reply and a closed connection.

    Beside chunks the length must be ignored, and the connection must end after the reply (RFC 9112, 6.3). Who does the
    first but not the second (Go's net/http, h11) reads the request as the standard says, and warns only.
    """
    replies = recording.facts.get("ambiguous")
    if not replies:
        return Unknown("no ambiguous request was sent")
    rows = tuple((what, reply["status"], reply["replies"], reply["ended"]) for what, reply in replies.items())
    table = (Table("Ambiguous requests", ("request", "status", "replies", "closed"), rows),)
    worst, what = max((_doubt(what, reply), what) for what, reply in replies.items())
    if worst == HARMLESS:
        silent = [what for what, reply in replies.items() if not reply["replies"] and not reply["ended"]]
        if silent:
            return Unknown(f"{silent[0]}: neither answered nor ended", table)
        return Fact(True, f"{len(rows)} requests of doubtful length were refused or ended their connection", table)
    told = f"{what}: answered with {replies[what]['status']}"
    if worst == LEFT_OPEN:
        reason = f"{told} by the chunks, as it should be, but the connection goes on, and the bytes behind are served"
        return Measured(worst, "", HARMLESS, LEFT_OPEN, "lower", reason, table)
    if replies[what]["replies"] > 1:
        return Fact(False, f"{told}, and the bytes behind it are served as a request", table)
    return Fact(False, f"{told}, and the connection goes on", table)


def _doubt(what: str, reply: Mapping[str, Any]) -> float:
    refused = 400 <= reply["status"] < 500 or reply["status"] == 501
    if refused or not reply["replies"] or (reply["replies"] == 1 and reply["ended"]):
        return HARMLESS
    return LEFT_OPEN if what == CHUNKS_TOO and reply["replies"] > 1 else BELIEVED
