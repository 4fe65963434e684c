"""A request that is far too long is refused, and nothing breaks.

Why: one client with a runaway cookie must not cost more than its own request.
Fix: limit the size of path, header and their number in the server; answer 414 or 431.
Source: RFC 9110, 15.5.15; RFC 6585, 5.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="many_connections",
    fix="Limit the size of path and headers in the server; answer 414 or 431 and close.",
)
def oversized_requests(recording: Recording) -> Fact | Unknown:
    """A path and a header of 200 kB, and 20 000 headers: no 5xx but 501 and 505, an end to each, and it lives on."""
    told, after, plain = (recording.facts.get(name) for name in ("oversized", "after", "plain"))
    if not told or after is None or plain is None:
        return Unknown("no oversized request was sent")
    if plain["good"] < plain["asked"]:
        return Unknown("plain requests were not all answered before either")
    rows = tuple((one["what"], one["status"] or one["error"] or "closed") for one in told)
    table = (Table("Oversized requests", ("request", "what came"), rows),)
    if not after["alive"] or after["good"] < after["asked"]:
        return Fact(False, f"after them {after['good']} of {after['asked']} plain requests were answered", table)
    for one in told:
        if (one["status"] >= 500 and one["status"] not in (501, 505)) or one["error"] == "timeout":
            return Fact(False, f"{one['what']}: {one['status'] or 'neither answered nor closed'}", table)
    return Fact(True, f"{len(told)} oversized requests ended well: {', '.join(str(row[1]) for row in rows)}", table)
