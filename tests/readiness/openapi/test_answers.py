"""An answer is held against what the document says of its status."""

from typing import Any

import pytest

from readiness.exchange import Reply, Request
from readiness.openapi import answered
from tests.readiness.openapi.documents import answering, operation, reply

NAMED = answering({"type": "object", "required": ["name"]})


def told(given: dict[str, Any], got: Reply, method: str = "get") -> dict[str, Any]:
    documented, document = operation(given, method=method)
    return answered(documented, Request(method.upper(), "/items"), got, document)


@pytest.mark.parametrize(
    ("given", "got", "documented", "content", "held", "violations"),
    [
        (NAMED, reply(body='{"name": 1}'), True, "as documented", True, 0),
        (NAMED, reply(body='{"name": 1}', media="Application/JSON; charset=utf-8"), True, "as documented", True, 0),
        (NAMED, reply(body="{}"), True, "as documented", True, 1),
        (NAMED, reply(body="oh"), True, "as documented", True, 1),
        (answering({"type": "number"}), reply(body="NaN"), True, "as documented", True, 1),
        (answering({"type": "array"}), reply(body="[-Infinity]"), True, "as documented", True, 1),
        (NAMED, reply(body='{"name": 1}', media="text/html"), True, "undocumented", False, 0),
        (NAMED, reply(body="{}", media=""), True, "undocumented", False, 0),
        (NAMED, reply(404, "{}"), False, "", False, 0),
        (NAMED, reply(0, error="timeout"), False, "", False, 0),
        (NAMED, reply(200, "{", error="truncated"), False, "", False, 0),
        (answering({"type": "integer"}, "4XX"), reply(404, "7"), True, "as documented", True, 0),
        (answering({"type": "integer"}, "default"), reply(500, '"a"'), True, "as documented", True, 1),
        (answering({"type": "integer"}, media="application/*"), reply(body='"a"'), True, "as documented", True, 1),
        (
            answering({"type": "string"}, media="*/*"),
            reply(body="plain", media="text/plain"),
            True,
            "as documented",
            False,
            0,
        ),
        ({}, reply(body="whatever", media="text/html"), True, "", False, 0),
    ],
)
def test_each_kind_of_answer(
    given: dict[str, Any], got: Reply, documented: bool, content: str, held: bool, violations: int
) -> None:
    found = told(given, got)
    assert (found["documented"], found["content"], found["held"], len(found["violations"])) == (
        documented,
        content,
        held,
        violations,
    )


def test_a_head_has_no_body_to_hold() -> None:
    assert told(NAMED, reply(), "head")["violations"] == []


def test_a_schema_that_cannot_be_used_is_no_violation_and_no_pass() -> None:
    found = told(answering({"type": "string", "pattern": "("}), reply(body='"a"'))
    assert (found["held"], found["violations"]) == (False, [])
    assert found["unusable"].startswith("error: ") or "unterminated" in found["unusable"]
