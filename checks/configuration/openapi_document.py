"""The OpenAPI document is whole: references lead somewhere, path parameters are declared, every operation says what it answers.

Why: clients, mocks and tests are generated from it; what it leaves out or contradicts, each of them guesses differently.
Fix: generate it from the code, and lint it in the pipeline (OpenAPI Specification 3.1.0, "Paths Object" to "Reference Object").
"""

from readiness import Fact, Recording, Table, check


@check(
    category="configuration",
    severity="minor",
    needs="documented_calls",
    capabilities=("openapi",),
    fix="Mend what the table names; generate the document from the code, so that it cannot drift.",
    effort="minutes",
)
def openapi_document(recording: Recording) -> Fact:
    """The whole document is looked at; which operation was described where stands beside it."""
    told = recording.facts["document"]
    operations, problems = told["operations"], told["problems"]
    taken = [one for one in operations if one["from"] == "document"]
    described = [one for one in operations if one["from"] == "readiness.yaml"]
    rows = tuple(
        (one["operation"], one["from"] or "not taken", ", ".join(one["as"]) or one["left_out"])
        for one in operations[:200]
    )
    table = Table("Documented operations", ("operation", "described in", "as, or why not"), rows)
    where = f"OpenAPI {told['version']}, {len(operations)} operations: {len(described)} described, {len(taken)} taken from the document"
    if not operations:
        return Fact(False, f"OpenAPI {told['version']}: the document has no operation")
    if problems:
        faults = Table("Faults of the document", ("fault",), tuple((one,) for one in problems[:50]))
        return Fact(False, f"{len(problems)} faults; the first: {problems[0]} ({where})", (faults, table))
    return Fact(True, f"{where}; every reference leads somewhere, and each operation says what it answers", (table,))
