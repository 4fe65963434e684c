"""Answers are what the OpenAPI document says: their content type is named there, and their JSON fits its schema.

Why: whoever generated a client from the document fails on the first field that is missing or of another type, and fails at
run time. Fix: answer what is documented, or document what is answered; the finding names the JSON path.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="documented_calls",
    capabilities=("openapi",),
    fix="Let the framework validate what it answers (a response model), or correct the document.",
    effort="hours",
)
def schema_conformance(recording: Recording) -> Fact | Unknown:
    """Every answer, of right and of wrong calls, whose status the document names with a body."""
    answers: list[dict[str, Any]] = recording.facts["answers"]
    rows = [row for one in answers for row in _broken(one)]
    held = sum(one["held"] for one in answers)
    unusable = sorted({f"{one['operation']}: {one['unusable']}" for one in answers if one["unusable"]})
    if rows:
        call, status, path, message = rows[0]
        operations = len({one["operation"] for one in answers if _broken(one)})
        reason = (
            f"{operations} operations answer other than documented; the first: {call} ({status}) at {path}: {message}"
        )
        return Fact(
            False,
            reason,
            (Table("Answers that break the document", ("call", "status", "JSON path", "how"), tuple(rows[:50])),),
        )
    if unusable:
        return Unknown(f"a schema cannot be used: {unusable[0]}")
    if not held:
        return Unknown(f"none of {len(answers)} answers was one for which the document has a JSON schema")
    operations = len({one["operation"] for one in answers if one["held"]})
    return Fact(True, f"{held} answers of {operations} operations fit their schemas", rounds=held)


def _broken(one: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    told = [(one["call"], one["status"], path, message) for path, message in one["violations"]]
    if one["content"] == "undocumented":
        said = f"content type {one['type'] or 'none'!r}, the document names {', '.join(one['named'])}"
        told.append((one["call"], one["status"], "Content-Type", said))
    return told
