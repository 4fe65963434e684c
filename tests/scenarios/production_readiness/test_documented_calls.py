"""The scenario sends what it may, and no more; what it could not do, it says."""

import json
from pathlib import Path
from typing import Any

from readiness.exchange import Reply, Request
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.openapi import with_operations
from readiness.targeting import Target
from scenarios.production_readiness.documented_calls import documented_calls
from tests.readiness.openapi.documents import Answering, answering, parameter, reply, run, taking, target

ITEM = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
NUMBER = [parameter("n", "path", type="integer")]
PATHS = {
    "/items": {"get": answering({"type": "array"}), "post": {**answering(ITEM, "201"), **taking(ITEM)}},
    "/items/{n}": {
        "get": {**answering(ITEM), "parameters": NUMBER},
        "put": {**answering(ITEM), **taking(ITEM), "parameters": NUMBER},
        "delete": {**answering(ITEM), "parameters": NUMBER},
    },
}


class Serving(Answering):
    """The items; ``endless`` never end."""

    def __init__(self, *, endless: bool = False) -> None:
        super().__init__({"/openapi.json": reply(body=json.dumps({"openapi": "3.1.0", "paths": PATHS}))})
        self.endless = endless

    async def send(self, request: Request) -> Reply:
        found = await super().send(request)
        if request.path == "/openapi.json":
            return found
        if self.endless and request.path.startswith("/items"):
            return reply(0, error="timeout")
        return reply(200, "[]") if request.path == "/items" and request.method == "GET" else reply(422, "{}")

    async def get(self, path: str, **_: Any) -> Reply:
        return await self.send(Request("GET", path))


def facts(folder: Path, serving: Serving, grants: list[str], **options: Any) -> dict[str, Any]:
    described = target(openapi="/openapi.json", grants=grants)
    there = Target(run(with_operations(Target(described.spec, serving))), serving)  # type: ignore[arg-type]
    serving.sent.clear()
    recorder = Recorder(folder, "documented_calls")

    async def drive() -> None:
        with recorder.ending():
            await documented_calls(there, recorder, **options)

    run(drive())
    return dict(read_recording(folder, "documented_calls").facts)


def methods(serving: Serving) -> set[str]:
    return {request.method for request in serving.sent}


def test_without_the_grant_nothing_that_writes_is_sent(tmp_path: Path) -> None:
    serving = Serving()
    told = facts(tmp_path, serving, ["read"])
    assert methods(serving) == {"GET"}
    assert told["not_called"]["POST /items"] == "it writes, and the grant `write` is not given"
    assert [one["operation"] for one in told["answers"] if not one["wrong"]] == ["GET /items", "GET /items/{n}"]
    assert {one["operation"] for one in told["refusals"]} == {"GET /items/{n}", "after all calls"}


def test_with_it_a_post_is_called_and_what_changes_is_called_wrongly_only(tmp_path: Path) -> None:
    serving = Serving()
    told = facts(tmp_path, serving, ["read", "write"])
    rightly = {one["operation"] for one in told["answers"] if not one["wrong"]}
    assert rightly == {"GET /items", "GET /items/{n}", "POST /items"}
    assert {one["operation"] for one in told["refusals"]} >= {"PUT /items/{n}", "POST /items"}
    assert all(
        one["forbidden"] for one in told["refusals"] if one["operation"].startswith("PUT") and "null" not in one["what"]
    )
    assert methods(serving) == {"GET", "POST", "PUT"}
    assert told["not_called"]["DELETE /items/{n}"] == "DELETE is not sent"


def test_an_answer_without_end_is_not_asked_for_again(tmp_path: Path) -> None:
    told = facts(tmp_path, Serving(endless=True), ["read"])
    assert [one["operation"] for one in told["refusals"]] == ["after all calls"]
    assert "did not end" in told["not_called"]["GET /items"]


def test_what_is_beyond_the_most_or_the_budget_is_told(tmp_path: Path) -> None:
    told = facts(tmp_path, Serving(), ["read"], most=1)
    assert told["not_called"]["GET /items/{n}"] == "beyond the most that are called"
    assert told["cut_short"] is False
    told = facts(tmp_path, Serving(), ["read"], budget=0.0)
    assert told["cut_short"] is True
    assert told["answers"] == []
    assert told["not_called"]["GET /items"] == "no time was left"


def test_it_says_where_each_operation_came_from(tmp_path: Path) -> None:
    rows = {one["operation"]: one for one in facts(tmp_path, Serving(), ["read"])["document"]["operations"]}
    assert (rows["GET /items"]["from"], rows["GET /items"]["as"]) == ("document", ["get_items"])
    removes = rows["DELETE /items/{n}"]
    assert (removes["from"], removes["left_out"]) == (
        "", "DELETE: to be described in readiness.yaml where it is to be called",
    )  # fmt: skip
