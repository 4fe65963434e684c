"""One answer that breaks its schema is enough, and none that was held against one is no pass."""

from typing import Any

import pytest

from checks.data_integrity.schema_conformance import schema_conformance
from readiness import Fact, Unknown
from tests.checks.documented import answer, answers
from tests.checks.wires import holds


def test_answers_that_fit_pass() -> None:
    outcome = schema_conformance(answers(answer(), answer(operation="GET /other"), answer(404, held=False)))
    assert holds(outcome, "2 answers of 2 operations fit their schemas")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"violations": [["$.name", "type is 7"]]}, "GET /items (200) at $.name: type is 7"),
        (
            {"content": "undocumented", "type": "text/html", "named": ["application/json"]},
            "at Content-Type: content type 'text/html', the document names application/json",
        ),
        ({"content": "undocumented", "type": "", "named": ["a/b"]}, "content type 'none', the document names a/b"),
        ({"violations": [["$", "x"]], "wrong": True}, "1 operations answer other than documented"),
    ],
)
def test_one_that_does_not_fails(changes: dict[str, Any], said: str) -> None:
    outcome = schema_conformance(answers(answer(), answer(**changes)))
    assert not holds(outcome, said)
    assert isinstance(outcome, Fact)
    assert len(outcome.evidence) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "none of 0 answers"),
        ([answer(held=False, content="")], "none of 1 answers was one for which the document has a JSON schema"),
        ([answer(), answer(unusable="error: (")], "a schema cannot be used: GET /items: error: ("),
    ],
)
def test_without_one_nothing_is_known(rows: list[dict[str, Any]], said: str) -> None:
    outcome = schema_conformance(answers(*rows))
    assert isinstance(outcome, Unknown)
    assert said in outcome.reason
