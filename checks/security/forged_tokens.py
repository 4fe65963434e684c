"""A token that nobody signed is refused.

Why: a library that believes the token's own word for how it is signed lets in whoever can write JSON.
Fix: name the algorithms that you accept when you verify, and verify before you read a claim.
Source: RFC 8725, 2.1 and 3.1.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="intrusion",
    capabilities=("identities",),
    fix="Verify the signature with a fixed list of algorithms, without `none`, before any claim is read.",
)
def forged_tokens(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Without an algorithm, without or with another signature, and with other claims: 401 or 403 to each."""
    tries = recording.facts.get("tokens")
    if tries is None:
        return Unknown("no forged token was tried")
    if not tries:
        return NotApplicable("no identity shows a JSON Web Token on a described read that lets it in")
    rows = tuple((one["operation"], one["how"], one["status"] or one["error"]) for one in tries)
    let_in = [row for row, one in zip(rows, tries, strict=True) if 200 <= one["status"] < 400]
    table = (Table("Forged tokens", ("operation", "token", "status"), rows),)
    if let_in:
        name, how, status = let_in[0]
        return Fact(False, f"{name} answered {status} to a token with {how}", table)
    unclear = [row for row in rows if row[2] not in (400, 401, 403)]
    if unclear:
        name, how, status = unclear[0]
        return Unknown(f"{name} answered {status} to a token with {how}, not 401 or 403", table)
    return Fact(True, f"{len(tries)} forged tokens were refused", table, rounds=len(tries))
