"""Operations need a caller: without a key, and with a wrong one, every operation that has an identity is refused.

Why: one forgotten route gives everybody on the network what only known callers may see or do.
Fix: put authentication around the whole application and name the open routes; in readiness.yaml, `public` lists them.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="inspection",
    capabilities=("identities",),
    fix="Require a valid key on the operations of the evidence, by default and not route by route.",
)
def authentication_required(recording: Recording) -> Fact | Unknown | NotApplicable:
    """401 or 403 for both tries of every operation; another refusal may come from the values, so it proves nothing."""
    access = recording.facts.get("access")
    if access is None:
        return Unknown("the scenario recorded no access to operations")
    rows = [row for row in access["operations"] if row["operation"] not in access["public"]]
    if not rows:
        if access["operations"]:
            return NotApplicable("every described operation with an identity is declared `public`")
        return Unknown("no described operation has an identity, so nothing says which ones need a caller")
    tries = [(row["operation"], how, row[how]) for row in rows for how in ("anonymous", "wrong key")]
    let_in = tuple(one for one in tries if one[2] is not None and 200 <= one[2] < 400)
    unclear = tuple(one for one in tries if one not in let_in and one[2] not in (401, 403))
    columns = ("operation", "sent", "status")
    if let_in:
        name, how, status = let_in[0]
        reason = f"{len(let_in)} of {len(tries)} calls were let in; the first: {name} answered {status} to a call"
        return Fact(False, f"{reason} sent {_sent(how)}", (Table("Let in", columns, let_in),))
    if unclear:
        name, how, status = unclear[0]
        reason = f"{len(unclear)} of {len(tries)} calls were refused for another reason than the caller"
        reason += f"; the first: {name}, sent {_sent(how)}, answered {status or 'nothing'}"
        return Unknown(reason, (Table("Unclear", columns, unclear),))
    return Fact(
        True, f"{len(rows)} operations refused a call without a key and one with a wrong key", rounds=len(tries)
    )


def _sent(how: str) -> str:
    return "without a key" if how == "anonymous" else "with a wrong key"
