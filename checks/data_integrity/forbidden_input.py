"""What the OpenAPI document forbids is refused: no call with a field missing, of a wrong type or out of range succeeds.

Why: what is let in against the document is stored, computed with and shown to others, and each of them was promised otherwise.
Fix: validate against the schema that is published, or publish the one that is meant.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, openapi


@check(
    category="data_integrity",
    severity="minor",
    needs="documented_calls",
    capabilities=("openapi",),
    fix="Derive validation and document from one schema; refuse with 400 or 422.",
    effort="hours",
)
def forbidden_input(recording: Recording) -> Fact | Unknown:
    """Only input that the schema itself forbids counts; a 5xx is no success, and `input_validation` tells of it."""
    sent: list[dict[str, Any]] = [one for one in recording.facts["refusals"] if one["forbidden"] and not one["error"]]
    looked = [one for one in sent if one["status"] not in openapi.BEFORE_INPUT]
    if not looked:
        return Unknown(
            f"none of {len(sent)} forbidden calls got as far as its input being looked at (401, 403, 404 ...)"
        )
    accepted = [(one["operation"], one["what"], one["status"], one["call"]) for one in looked if one["status"] < 400]
    if accepted:
        operation, what, status, _ = accepted[0]
        reason = f"{len(accepted)} of {len(looked)} forbidden calls succeeded; the first: {operation}, {what}: {status}"
        table = Table(
            "Forbidden input that was accepted", ("operation", "input", "status", "call"), tuple(accepted[:50])
        )
        return Fact(False, reason, (table,))
    short = "; time ran out before all were sent" if recording.facts.get("cut_short") else ""
    operations = len({one["operation"] for one in looked})
    return Fact(
        True, f"{len(looked)} forbidden calls to {operations} operations were refused{short}", rounds=len(looked)
    )
