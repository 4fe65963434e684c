"""Which operations take a body, and whether the beginning of one can be sent; and what a refused connection is."""

import asyncio
from typing import Any

import pytest

from readiness.targeting import Target, TargetSpec
from scenarios.production_readiness.many_connections import _oversized, _unfinished_body, _with_body
from tests.readiness.load.serving import deserted
from tests.readiness.openapi.documents import target

CREATE = {"name": "create", "method": "POST", "path": "/notes", "effect": "write", "body": {"text": "x"}}
CHANGE = {**CREATE, "name": "change", "method": "PUT", "path": "/notes/{note}"}
ELSEWHERE = {**CREATE, "name": "elsewhere", "dependency": "store"}
READ = {"name": "read", "path": "/notes"}


@pytest.mark.parametrize(
    ("operations", "taking"),
    [([READ], []), ([ELSEWHERE], []), ([READ, CHANGE], ["change"]), ([CREATE, CHANGE], ["create", "change"])],
)
def test_operations_with_a_body_are_found_whether_their_path_is_known_or_not(
    operations: list[dict[str, object]], taking: list[str]
) -> None:
    dependencies = {"store": {"variable": "STORE"}}
    found = _with_body(target(operations=operations, dependencies=dependencies))
    assert [one.name for one in found] == taking


def test_a_body_whose_path_is_not_known_is_not_begun() -> None:
    assert _unfinished_body(target(operations=[READ, CHANGE])) == b""


class Nobody:
    """An address at which nobody listens."""

    def __init__(self, port: int) -> None:
        self._port = port

    def handle(self) -> dict[str, Any]:
        return {"port": self._port}


def test_a_refused_connection_did_not_end() -> None:
    with deserted() as port:
        told = asyncio.run(_oversized(Target(TargetSpec(), Nobody(port)), "/"))  # type: ignore[arg-type]
    assert {(one["ended"], one["error"]) for one in told} == {(False, "refused")}
