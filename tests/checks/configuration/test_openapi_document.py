"""A document without a fault passes, and says where each operation comes from."""

from typing import Any

import pytest

from checks.configuration.openapi_document import openapi_document
from readiness import Fact, Recording, Table
from tests.checks.wires import holds

ROWS = [
    {"operation": "GET /a", "from": "readiness.yaml", "as": ["a"], "left_out": "", "answers": ["200"]},
    {"operation": "GET /b", "from": "document", "as": ["get_b"], "left_out": "", "answers": ["200"]},
    {"operation": "GET /c/{n}", "from": "", "as": [], "left_out": "path parameter 'n' has neither", "answers": ["200"]},
]


def recording(rows: list[dict[str, Any]], *problems: str) -> Recording:
    return Recording(
        facts={"document": {"source": "/o", "version": "3.1.0", "problems": list(problems), "operations": rows}}
    )


def test_a_whole_document_passes_and_shows_where_operations_come_from() -> None:
    outcome = openapi_document(recording(ROWS))
    assert holds(outcome, "OpenAPI 3.1.0, 3 operations: 1 described, 1 taken from the document")
    assert isinstance(outcome, Fact)
    (table,) = outcome.evidence
    assert isinstance(table, Table)
    assert table.rows == (
        ("GET /a", "readiness.yaml", "a"),
        ("GET /b", "document", "get_b"),
        ("GET /c/{n}", "not taken", "path parameter 'n' has neither"),
    )


@pytest.mark.parametrize("problem", ["GET /a: has no responses", "operationId 'x' is given twice"])
def test_one_fault_fails(problem: str) -> None:
    assert not holds(openapi_document(recording(ROWS, problem)), f"1 faults; the first: {problem}")


def test_a_document_without_operations_fails() -> None:
    assert not holds(openapi_document(recording([])), "the document has no operation")
