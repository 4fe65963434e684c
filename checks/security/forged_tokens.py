"""A token that nobody signed is refused.

Why: a library that believes the token's own word for how it is signed lets in whoever can write JSON.
Fix: name the algorithms that you accept when you verify, and verify before you read a claim.
Source: RFC 8725, 2.1 and 3.1.
"""

from typing import Any

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
    tries, owners = recording.facts.get("tokens"), recording.facts.get("token_owners")
    if tries is None:
        return Unknown("no forged token was tried")
    if not tries and owners == []:
        return NotApplicable("no identity shows a JSON Web Token")
    rows = tuple((one["operation"], one["how"], one["status"] or one["error"]) for one in tries)
    let_in = [row for row, one in zip(rows, tries, strict=True) if 200 <= one["status"] < 400]
    table = (Table("Forged tokens", ("operation", "token", "status"), rows),) if rows else ()
    if let_in:
        name, how, status = let_in[0]
        return Fact(False, f"{name} answered {status} to a token with {how}", table)
    unclear = [row for row in rows if row[2] not in (400, 401, 403)]
    if unclear:
        name, how, status = unclear[0]
        return Unknown(f"{name} answered {status} to a token with {how}, not 401 or 403", table)
    if untried := next(filter(None, map(_untried, owners or ())), ""):
        return Unknown(untried, table)
    if not tries:
        return Unknown("no described read is called with a JSON Web Token, though an identity shows one")
    return Fact(True, f"{len(tries)} forged tokens were refused", table, rounds=len(tries))


def _untried(owner: dict[str, Any]) -> str:
    """Why forged tokens would prove nothing: their owner is not let in, or everybody is; empty where they were tried."""
    name, own, anonymous = owner["operation"], owner["status"], owner["anonymous"]
    if not name:
        return ""
    if not 200 <= own < 300:
        return f"{name} answered {own or owner['error']} to the token of {owner['identity']} itself: is it out of date?"
    came = anonymous or owner["error"]
    return "" if anonymous in (401, 403) else f"{name} answered {came} without a token, not 401 or 403"
