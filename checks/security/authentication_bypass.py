"""A guarded path stays guarded however it is spelled.

Why: a proxy or a middleware that compares paths as text lets through what the router behind it then understands; headers
that a proxy sets for itself are believed from anybody.
Fix: check the caller where the route is known, not by comparing paths; drop X-Original-URL and its like at the edge.
Source: OWASP Web Security Testing Guide, WSTG-ATHN-04.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="intrusion",
    capabilities=("identities",),
    fix="Check the caller in the handler or its router, not by the text of the path; ignore the header of the evidence.",
)
def authentication_bypass(recording: Recording) -> Fact | Unknown:
    """Without a key; let in is 2xx with the names of the real answer, so that a page for everything does not count."""
    tries = recording.facts.get("spellings")
    if tries is None:
        return Unknown("no other spelling was tried")
    if not tries:
        return Unknown("no described read lets its caller in and refuses others, so there is nothing to get around")
    let_in = tuple((one["operation"], one["how"], one["status"]) for one in tries if one["let_in"])
    if let_in:
        name, how, status = let_in[0]
        table = Table("Let in", ("operation", "how", "status"), let_in)
        return Fact(False, f"{name} answered {status} to a stranger by {how}", (table,))
    unclear = tuple((one["operation"], one["how"], one["status"]) for one in tries if _unclear(one["status"]))
    if unclear:
        name, how, status = unclear[0]
        table = Table("Unclear", ("operation", "how", "status"), unclear)
        reason = f"{len(unclear)} of {len(tries)} other spellings were not answered, or not for the caller's sake"
        return Unknown(f"{reason}; the first: {name} by {how} answered {status or 'nothing'}", (table,))
    operations = len({one["operation"] for one in tries})
    return Fact(True, f"{len(tries)} other spellings of {operations} guarded reads led nowhere", rounds=len(tries))


def _unclear(status: int) -> bool:
    """No answer, too many calls, or a fault: whether the caller would have been let in was not seen."""
    return not status or status == 429 or status >= 500
