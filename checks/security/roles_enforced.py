"""Roles are enforced: what is described for a more powerful identity is refused to the least powerful one.

Why: a key that every client holds must not be able to close the day, set the clock or read everybody's data.
Fix: check the role on the server for each operation; refuse with 403.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="inspection",
    capabilities=("roles",),
    fix="Check the caller's role, not only his key, on the operations of the evidence.",
)
def roles_enforced(recording: Recording) -> Fact | Unknown:
    """403 (or 401, 404) for each; it counts only when the lower identity was let in to an operation of its own."""
    access = recording.facts.get("access")
    if access is None:
        return Unknown("the scenario recorded no access to operations")
    lowest = access["lowest"]
    tries = [
        (row["operation"], row["identity"], row["lower"]) for row in access["operations"] if row["lower"] is not None
    ]
    if not tries:
        return Unknown(f"no operation is described with another identity than {lowest!r}")
    own = [row["own"] for row in access["operations"] if row["identity"] == lowest and row["own"] is not None]
    if not any(200 <= status < 300 for status in own):
        return Unknown(f"{lowest!r} was let in nowhere, so a refusal does not show that roles are enforced")
    let_in = tuple(one for one in tries if 200 <= one[2] < 400)
    unclear = tuple(one for one in tries if one not in let_in and one[2] not in (401, 403, 404))
    columns = ("operation", "described for", f"status for {lowest}")
    if let_in:
        name, meant, status = let_in[0]
        reason = (
            f"{len(let_in)} of {len(tries)} operations let {lowest!r} in; the first: {name}, described for {meant!r}"
        )
        return Fact(False, f"{reason}, answered {status}", (Table("Let in", columns, let_in),))
    if unclear:
        name, _, status = unclear[0]
        reason = f"{len(unclear)} of {len(tries)} operations refused {lowest!r} for another reason than the role"
        return Unknown(
            f"{reason}; the first: {name} answered {status or 'nothing'}", (Table("Unclear", columns, unclear),)
        )
    return Fact(True, f"{len(tries)} operations of more powerful identities refused {lowest!r}", rounds=len(tries))
