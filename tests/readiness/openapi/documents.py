"""Small documents for the tests, and a target that answers from a table."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from readiness.exchange import Reply, Request
from readiness.openapi import Document, Documented, parse
from readiness.targeting import Target, TargetSpec

T = TypeVar("T")


def document(paths: Mapping[str, Any], *, version: str = "3.1.0", **components: Any) -> Document:
    return parse(json.dumps({"openapi": version, "paths": paths, "components": components}), "here")


def operation(
    given: Mapping[str, Any], path: str = "/items", method: str = "get", **components: Any
) -> tuple[Documented, Document]:
    whole = document({path: {method: {"responses": {"200": {"description": "well"}}, **given}}}, **components)
    return whole.operations[0], whole


def parameter(name: str, place: str = "query", *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


def answering(schema: Any, status: str = "200", media: str = "application/json") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {media: {"schema": schema}}}}}


def taking(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def reply(status: int = 200, body: str = "", media: str = "application/json", error: str = "") -> Reply:
    return Reply(status, {"content-type": media}, body.encode(), 0.01, error)


class Answering:
    """An adapter that answers by path, 404 elsewhere, and keeps what it was sent."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self.replies = replies
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.sent.append(request)
        return self.replies.get(request.path, reply(404))


def target(replies: Mapping[str, Reply] | None = None, **described: Any) -> Target:
    spec = TargetSpec.model_validate({"address": "http://127.0.0.1:1", **described})
    return Target(spec, Answering(replies or {}))  # type: ignore[arg-type]


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
