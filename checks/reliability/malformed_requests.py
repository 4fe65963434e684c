"""What is not HTTP is refused quickly, and the service goes on.

Why: scanners and broken clients send garbage all day; each piece that ends in a 500 or in a connection that hangs is an
alarm or a leak.
Fix: let the server's parser refuse (400 and close), and keep its exceptions out of the application.
Source: RFC 9112, 2.2 and 3.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="protocol_requests",
    fix="Let the server's parser answer 400 and close; the evidence shows what it did instead.",
)
def malformed_requests(recording: Recording) -> Fact | Unknown:
    """Seven broken requests: no 5xx but 501 and 505, none without an end, and a plain request is served afterwards."""
    broken, after = recording.facts.get("broken"), recording.facts.get("after", {}).get("GET")
    if not broken or after is None:
        return Unknown("no broken request was sent")
    if not 0 < recording.facts["plain"]["GET"]["status"] < 500:
        return Unknown("a plain request was not answered well before either")
    rows = tuple((what, problem) for what, reply in broken.items() if (problem := _problem(reply)))
    if rows:
        reason = f"{len(rows)} of {len(broken)} broken requests were not refused well; {rows[0][0]}: {rows[0][1]}"
        return Fact(False, reason, (Table("Broken requests", ("request", "what came"), rows),))
    if not after["status"]:
        return Fact(False, f"after {len(broken)} broken requests a plain one is not answered ({after['error']})")
    if after["status"] >= 500:
        return Fact(False, f"after {len(broken)} broken requests a plain one is answered with {after['status']}")
    refused = sum(reply["status"] >= 400 or (not reply["status"] and reply["ended"]) for reply in broken.values())
    reason = (
        f"of {len(broken)} broken requests {refused} were refused, {len(broken) - refused} answered, none with a 5xx"
    )
    return Fact(True, f"{reason} but 501 and 505; a plain one is served after", rounds=len(broken))


def _problem(reply: dict[str, object]) -> str:
    status = reply["status"]
    if isinstance(status, int) and status >= 500 and status not in (501, 505):
        return f"answered with {status}"
    if reply["error"] == "refused":
        return "no connection was to be had"
    return "neither answered nor closed" if reply["error"] == "timeout" else ""
