"""JSON that is nested without end is refused, and nothing breaks.

Why: readers of JSON call themselves for each level; 20 kB of brackets exhaust the stack, and in some languages that ends the
process with every request in it.
An error of the server (500) costs one request and a line in the log; a process that ends, or does not answer, fails.
Fix: limit the depth in the reader, or turn its error into 400.
Source: CWE-674, uncontrolled recursion.
"""

from readiness import Fact, Measured, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="minor",
    needs="hostile_bodies",
    fix="Limit how deep JSON may be nested, and answer 400 where the reader gives up.",
    effort="minutes",
)
def deep_json(recording: Recording) -> Fact | Measured | NotApplicable | Unknown:
    """The share of bodies of 10 000 and 100 000 levels that are answered with 5xx, from 0 to 1; lower is better.

    All of them lie at the limit: some frameworks answer so (Flask does), and live on.
    """
    taken, told = recording.facts.get("operations"), recording.facts.get("deep")
    if taken is None:
        return Unknown("the scenario looked for no operation that takes a body")
    if not taken["with_body"]:
        return NotApplicable("no described operation takes a body")
    if not told:
        untaken = "; ".join(f"{name}: {why}" for name, why in list(taken.get("untaken", {}).items())[:5])
        return Unknown(f"no operation with a body could be called as described ({untaken})")
    after = recording.facts["after_deep"]
    rows = tuple((one["operation"], one["what"], one["status"] or one["error"]) for one in told)
    table = (Table("Nested bodies", ("operation", "body", "what came"), rows),)
    if not after["alive"] or after["error"] or after["status"] >= 500:
        return Fact(False, f"after them it answered {after['error'] or after['status']}", table)
    silent = [row for row in rows if row[2] == "timeout"]
    if silent:
        return Fact(
            False, f"{len(silent)} of {len(rows)} were not answered; the first: {silent[0][0]}, {silent[0][1]}", table
        )
    failed = sum(one["status"] >= 500 for one in told)
    reason = f"{failed} of {len(rows)} deeply nested bodies were answered with 5xx, and it lives on"
    return Measured(failed / len(rows), "share", 0.0, 1.0, "lower", reason, table)
