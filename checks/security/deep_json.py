"""JSON that is nested without end is refused, and nothing breaks.

Why: readers of JSON call themselves for each level; 20 kB of brackets exhaust the stack, and in some languages that ends the
process with every request in it.
Fix: limit the depth in the reader, or turn its error into 400.
Source: CWE-674, uncontrolled recursion.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="minor",
    needs="hostile_bodies",
    fix="Limit how deep JSON may be nested, and answer 400 where the reader gives up.",
    effort="minutes",
)
def deep_json(recording: Recording) -> Fact | NotApplicable | Unknown:
    """10 000 and 100 000 levels: an answer below 500 or a closed connection, and it lives on."""
    taken, told = recording.facts.get("operations"), recording.facts.get("deep")
    if taken is None:
        return Unknown("the scenario looked for no operation that takes a body")
    if not taken["with_body"]:
        return NotApplicable("no described operation takes a body")
    if not told:
        return Unknown("every operation with a body refused an ordinary call, so nothing shows what it does with one")
    after = recording.facts["after_deep"]
    rows = tuple((one["operation"], one["what"], one["status"] or one["error"]) for one in told)
    table = (Table("Nested bodies", ("operation", "body", "what came"), rows),)
    if not after["alive"] or after["error"] or after["status"] >= 500:
        return Fact(False, f"after them it answered {after['error'] or after['status']}", table)
    bad = [row for row, one in zip(rows, told, strict=True) if one["status"] >= 500 or one["error"] == "timeout"]
    if bad:
        operation, what, came = bad[0]
        return Fact(
            False, f"{len(bad)} of {len(rows)} were not refused in order; the first: {operation}, {what}: {came}", table
        )
    return Fact(True, f"{len(rows)} deeply nested bodies were answered below 500", table, rounds=len(rows))
