"""A request whose length can be read in two ways is refused, or ends its connection.

Why: a proxy that believes the other header sees one request where the service sees two, and the second is served in
somebody else's name.
Fix: use a current HTTP parser in its strict mode.
Source: RFC 9112, 6.1 and 6.3.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="major",
    needs="protocol_requests",
    fix="Update the HTTP parser and leave its lenient mode off.",
)
def request_smuggling(recording: Recording) -> Fact | Unknown:
    """Two contradicting lengths; a length beside chunks. Right: 4xx or 501, or one reply and a closed connection."""
    replies = recording.facts.get("ambiguous")
    if not replies:
        return Unknown("no ambiguous request was sent")
    rows = tuple((what, reply["status"], reply["replies"], reply["ended"]) for what, reply in replies.items())
    table = (Table("Ambiguous requests", ("request", "status", "replies", "closed"), rows),)
    if all(reply["error"] == "timeout" for reply in replies.values()):
        return Unknown("no ambiguous request was answered", table)
    for what, status, number, ended in rows:
        refused = 400 <= status < 500 or status == 501
        if not refused and (number > 1 or (number == 1 and not ended)):
            told = "and the bytes behind it are served as a request" if number > 1 else "and the connection goes on"
            return Fact(False, f"{what}: answered with {status}, {told}", table)
    return Fact(True, f"{len(rows)} requests of doubtful length were refused or ended their connection", table)
