"""Wrong input is answered, and not by a server error: wrong types, missing and out-of-range values, deep and huge JSON.

Why: input that no one thought of ends in an exception (CWE-20, CWE-674), and whoever sends enough of it keeps every worker busy or
fills the log. Fix: validate at the border, against the same schema that the document shows; bound the size and depth of bodies.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, openapi


@check(
    category="reliability",
    severity="major",
    needs="documented_calls",
    capabilities=("openapi",),
    fix="Validate every parameter and body before anything is done with it; answer 400, 413 or 422.",
    effort="hours",
)
def input_validation(recording: Recording) -> Fact | Unknown:
    """Each wrong call must be answered below 500, but for two.

    One that is huge may be cut off instead (413 and a closed connection). One that is deeply nested may be a 5xx: Flask and others
    pass on that the reader gave up, and no worker is lost by it; what depth costs, `deep_json` judges.
    """
    sent: list[dict[str, Any]] = recording.facts["refusals"]
    wrong = [one for one in sent if one["operation"] != "after all calls"]
    bad = [(one["operation"], one["what"], said, one["call"]) for one in sent if (said := _failed(one))]
    if bad:
        operation, what, said, _ = bad[0]
        reason = f"{len(bad)} of {len(wrong)} wrong calls; the first: {operation}, {what}: {said}"
        table = Table("Wrong input that was not refused", ("operation", "input", "came back", "call"), tuple(bad[:50]))
        return Fact(False, reason, (table,))
    looked = [one for one in wrong if one["status"] not in openapi.BEFORE_INPUT]
    if not looked:
        return Unknown(f"none of {len(wrong)} wrong calls got as far as its input being looked at (401, 403, 404 ...)")
    given_up = sum(one["deep"] and one["status"] >= 500 for one in looked)
    also = f"; {given_up} got a 5xx, for JSON too deep to be read" if given_up else ""
    short = "; time ran out before all were sent" if recording.facts.get("cut_short") else ""
    operations = len({one["operation"] for one in looked})
    reason = f"{len(looked) - given_up} wrong calls to {operations} operations were answered below 500{also}{short}"
    return Fact(True, reason, rounds=len(looked))


def _failed(one: dict[str, Any]) -> str:
    """What is wrong with what came back, or an empty string."""
    if one["hung"]:
        return f"no answer within {one['seconds']:.1f} s"
    if one["error"]:
        return "" if one["rough"] else one["error"]
    return str(one["status"]) if one["status"] >= 500 and not one["deep"] else ""
