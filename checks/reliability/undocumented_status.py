"""Each status that comes back is one that the OpenAPI document names: no surprise among successes and server errors.

Why: a caller handles what is documented; a 202 where 200 was promised, or a 500, it takes for something else.
Fix: answer as documented, or name the status in the document, with the body that it carries.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="documented_calls",
    capabilities=("openapi",),
    fix="Name every status under `responses` of its operation, or `default` for the shape of all errors.",
    effort="minutes",
)
def undocumented_status(recording: Recording, *, refusals: bool = False) -> Fact | Unknown:
    """Answers to calls that the document allows; with ``refusals`` a 4xx counts, and wrong calls, too.

    By default a 4xx does not: frameworks document none of those that come before the operation (401, 404, 405, 413, 429 ...),
    and a client has to take an unknown one for 400 (RFC 9110, 15).
    """
    answers: list[dict[str, Any]] = [
        one
        for one in recording.facts["answers"]
        if one["status"] and not one["error"] and (refusals or not one["wrong"])
    ]
    counted = [one for one in answers if refusals or not 400 <= one["status"] < 500]
    if not counted:
        return Unknown(
            f"none of {len(answers)} answers to a call that the document allows was a success or a server error"
        )
    surprises = {(one["operation"], one["status"]): one["call"] for one in counted if not one["documented"]}
    beside = {(one["operation"], one["status"]) for one in answers if not one["documented"]} - surprises.keys()
    also = (
        f"; {len(beside)} undocumented refusals (4xx) beside, such as {min(beside)[0]}: {min(beside)[1]}"
        if beside
        else ""
    )
    if surprises:
        (operation, status), call = next(iter(surprises.items()))
        rows = tuple((*key, call) for key, call in surprises.items())
        table = Table("Statuses that the document does not name", ("operation", "status", "call"), rows[:50])
        return Fact(
            False, f"{len(surprises)} undocumented; the first: {operation} answered {status} ({call}){also}", (table,)
        )
    return Fact(True, f"{len(counted)} answers have a status that is documented{also}", rounds=len(counted))
