"""No credentials that products ship with are let in.

Why: admin:admin is the first thing that every scanner tries, minutes after a host appears.
Fix: have no default account and no default key; refuse to start without keys of one's own.
Source: OWASP Web Security Testing Guide, WSTG-ATHN-02; CWE-1392.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="inspection",
    capabilities=("identities",),
    fix="Remove the account or key of the evidence, and refuse to start without keys of one's own.",
    effort="minutes",
)
def default_credentials(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Usual pairs by Basic, and usual words in the header that callers use, on a read that is refused anonymously."""
    tries = recording.facts.get("default_credentials")
    if tries is None:
        return Unknown("the scenario tried no default credentials")
    if not tries:
        return NotApplicable("no described read with an identity refuses a call without one")
    rows = tuple((one["operation"], one["credentials"], one["status"] or one["error"]) for one in tries)
    let_in = tuple(row for row, one in zip(rows, tries, strict=True) if 200 <= one["status"] < 400)
    columns = ("operation", "credentials", "status")
    if let_in:
        name, credentials, status = let_in[0]
        return Fact(False, f"{name} answered {status} to {credentials}", (Table("Let in", columns, let_in),))
    unclear = tuple(row for row, one in zip(rows, tries, strict=True) if not 400 <= one["status"] < 500)
    if unclear:
        name, credentials, came = unclear[0]
        return Unknown(f"{name} answered {came} to {credentials}", (Table("Unclear", columns, unclear),))
    return Fact(True, f"{len(tries)} usual credentials were refused", rounds=len(tries))
