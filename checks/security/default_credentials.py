"""No credentials that products ship with are let in.

Why: admin:admin is the first thing that every scanner tries, minutes after a host appears.
Fix: have no default account and no default key; refuse to start without keys of one's own.
Source: OWASP Web Security Testing Guide, WSTG-ATHN-02; CWE-1392.
"""

from typing import Any

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
    tries, anonymous = recording.facts.get("default_credentials"), recording.facts.get("anonymous_reads")
    if tries is None or (not tries and anonymous is None):
        return Unknown("the scenario tried no default credentials")
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
    if untried := _untried(tries, anonymous or []):
        return Unknown(untried)
    if not tries:
        return NotApplicable("every described read with an identity answers well without one, too")
    return Fact(True, f"{len(tries)} usual credentials were refused", rounds=len(tries))


def _untried(tries: list[dict[str, Any]], anonymous: list[dict[str, Any]]) -> str:
    """Why there was nothing to try credentials on; empty where they were tried, or where nobody needs any."""
    refused = {one["identity"] for one in anonymous if one["status"] in (401, 403)}
    for one in anonymous:
        failed = one["status"] == 0 or one["status"] >= 500
        if one["identity"] not in refused and (failed or (not tries and not 200 <= one["status"] < 300)):
            return f"{one['operation']} answered {one['status'] or one['error']} to a call without credentials"
    return "" if tries or anonymous else "no described read has an identity"
