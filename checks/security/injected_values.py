"""A value stays a value: it is never run as SQL, as a template or as a command.

Why: whoever can make the database compare, or the machine wait, can make them read and delete.
Fix: pass values as parameters of the statement, never paste them into its text; start no shell.
Source: OWASP Top 10, A03:2021; CWE-89, CWE-78, CWE-1336.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="intrusion",
    fix="Use parameters of the database driver, render templates from files only, and start programs without a shell.",
)
def injected_values(recording: Recording) -> Fact | NotApplicable | Unknown:
    """In each value in the path or the query of a described read: comparisons, quotation marks, products and delays.

    A value counts as looked at where its call is answered well, or a wrong one otherwise than by 404. A comparison counts
    when true and false are answered differently three times, a delay when it follows what was asked for.
    """
    places = recording.facts.get("values")
    if places is None:
        return Unknown("no payload was sent")
    if not places:
        return NotApplicable("no described read has a value in its path or query")
    rows = tuple((one["operation"], one["value"], what) for one in places for what in one["found"])
    if rows:
        operation, value, what = rows[0]
        table = Table("Obeyed", ("operation", "value", "what was obeyed"), rows)
        return Fact(False, f"{operation} obeys {what} in {value!r}", (table,))
    reached = [f"{one['value']} of {one['operation']}" for one in places if one["reached"]]
    if not reached:
        return Unknown("no described read with a value got as far as looking at it")
    return Fact(True, f"no payload was obeyed in {', '.join(reached[:5])}", rounds=len(reached))
