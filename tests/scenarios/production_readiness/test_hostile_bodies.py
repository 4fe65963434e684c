"""The bodies are as deep as their names say, and small; they go where one is looked at, and elsewhere it is told why not."""

import json
from typing import Any

import pytest

from readiness.exchange import Reply
from readiness.targeting import Target
from scenarios.production_readiness.hostile_bodies import _deep, _taking_bodies
from tests.readiness.openapi.documents import reply, run, target


@pytest.mark.parametrize(
    ("what", "levels", "closed"),
    [("10 000 lists", 10_000, True), ("10 000 objects", 10_000, True), ("100 000 lists", 100_000, True),
     ("100 000 open lists", 100_000, False)],
)  # fmt: skip
def test_each_body_is_as_deep_as_it_says(what: str, levels: int, closed: bool) -> None:
    body = _deep()[what].decode()
    assert len(body) <= 600_000
    assert body.count("[") + body.count("{") == levels
    assert (body.count("]") + body.count("}") == levels) is closed


def test_no_body_was_forgotten() -> None:
    assert len(_deep()) == 4


def test_a_reader_without_a_limit_gives_up_on_it() -> None:
    with pytest.raises(RecursionError):
        json.loads(_deep()["100 000 lists"])


CREATE = {"name": "create", "method": "POST", "path": "/notes", "effect": "write", "body": {"text": "x"}}
CHANGE = {**CREATE, "name": "change", "method": "PUT", "path": "/notes/{note}"}
MANY = {**CREATE, "name": "many", "path": "/batch", "body": [{"text": "x"}]}


@pytest.mark.parametrize(
    ("status", "error", "why"),
    [
        (401, "", "it answers 401 to an ordinary call"), (500, "", "it answers 500 to an ordinary call"),
        (0, "timeout", "it answers timeout to an ordinary call"),
    ],
)  # fmt: skip
def test_why_an_operation_is_left_out_is_told(status: int, error: str, why: str) -> None:
    found, untaken = run(_taking_bodies(_shop(CHANGE, CREATE, notes=reply(status, error=error)), 2))
    assert found == {}
    assert untaken == {"change": "a value in its path is not known", "create": why}


@pytest.mark.parametrize("status", [200, 201, 400, 422])
def test_an_operation_that_looks_at_its_body_is_taken(status: int) -> None:
    found, untaken = run(_taking_bodies(_shop(CREATE, MANY, notes=reply(status), batch=reply(422)), 2))
    assert list(found) == ["create", "many"], "a list is a body, too"
    assert untaken == {}


def test_no_more_are_called_than_are_asked_for() -> None:
    shop = _shop(CREATE, MANY, notes=reply(201), batch=reply(201))
    found, untaken = run(_taking_bodies(shop, 1))
    assert (list(found), untaken) == (["create"], {})


def _shop(*operations: dict[str, Any], **replies: Reply) -> Target:
    return target({f"/{name}": one for name, one in replies.items()}, operations=operations)
