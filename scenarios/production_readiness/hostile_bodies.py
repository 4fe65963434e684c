"""Bodies that are small on the wire and large or deep once read, sent to the operations that take one.

An instance of its own meets them: a service that trusts them runs out of memory or of stack.
"""

import asyncio
import gzip
import json
import uuid
from collections.abc import Mapping
from typing import Any

from readiness import Operation, Recorder, Request, Target, scenario

MEGABYTE = 1_000_000
WITHOUT_A_CALLER = (401, 403, 404, 405)
"""Answers that come before the body is looked at."""


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "process", "write"),
    full={"bombs": 16, "operations": 10},
    least="standard",
)
async def hostile_bodies(
    target: Target,
    recorder: Recorder,
    *,
    operations: int = 2,
    bombs: int = 4,
    megabytes: int = 64,
    timeout: float = 5.0,
) -> None:
    """To at most ``operations``: ``bombs`` bodies at once that unpack to ``megabytes``, then bodies of 10 000 levels and more."""
    requests, untaken = await _taking_bodies(target, operations)
    recorder.fact("operations", {"with_body": len(_with_body(target)), "taking": list(requests), "untaken": untaken})
    if not requests:
        return
    pids = target.process.pids()
    bomb = gzip.compress(json.dumps({"text": "a" * megabytes * MEGABYTE}).encode(), 6)
    recorder.fact("bomb", {"bytes": len(bomb), "megabytes": megabytes, "sent": bombs})
    replies = []
    for name, request in requests.items():
        recorder.phase("bomb")
        async with recorder.resources(pids, hertz=50.0, prefix="bomb "):
            await asyncio.sleep(0.3)
            packed = _with(request, bomb, timeout, {"Content-Encoding": "gzip"})
            answers = await asyncio.gather(*(target.send(packed) for _ in range(bombs)))
            await asyncio.sleep(0.3)
        replies += [{"operation": name, "status": a.status, "error": a.error, "seconds": a.seconds} for a in answers]
    recorder.fact("bomb_replies", replies)
    recorder.fact("after_bomb", await _alive(target))
    recorder.phase("deep")
    told = []
    for name, request in requests.items():
        for what, body in _deep().items():
            reply = await target.send(_with(request, body, timeout))
            told.append({"operation": name, "what": what, "status": reply.status, "error": reply.error})
    recorder.fact("deep", told)
    recorder.fact("after_deep", await _alive(target))


def _with_body(target: Target) -> list[Operation]:
    return [
        one
        for one in target.spec.operations
        if one.body is not None and one.method in ("POST", "PUT", "PATCH") and not one.dependency
    ]


async def _taking_bodies(target: Target, most: int) -> tuple[dict[str, Request], dict[str, str]]:
    """The operations that look at a body, for they do not refuse caller or path; and why the others are left out."""
    found: dict[str, Request] = {}
    untaken: dict[str, str] = {}
    for operation in _with_body(target):
        if len(found) >= most:
            break
        request = target.request(operation, key=uuid.uuid4().hex, unique=uuid.uuid4().hex)
        if "{" in request.path:
            untaken[operation.name] = "a value in its path is not known"
            continue
        reply = await target.send(request)
        if not reply.error and reply.status < 500 and reply.status not in WITHOUT_A_CALLER:
            found[operation.name] = request
        else:
            untaken[operation.name] = f"it answers {reply.error or reply.status} to an ordinary call"
    return found, untaken


def _with(request: Request, body: bytes, timeout: float, headers: Mapping[str, str] | None = None) -> Request:
    return Request(request.method, request.path, {**request.headers, **(headers or {})}, body, timeout)


def _deep() -> dict[str, bytes]:
    """JSON that is right and nested far deeper than anybody needs, within 600 kB."""
    return {
        "10 000 lists": b"[" * 10_000 + b"]" * 10_000,
        "10 000 objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "100 000 lists": b"[" * 100_000 + b"]" * 100_000,
        "100 000 open lists": b"[" * 100_000,
    }


async def _alive(target: Target) -> dict[str, Any]:
    """Whether the first processes live and an ordinary request is answered."""
    path = target.spec.health.live or target.spec.health.ready or "/"
    reply = await target.get(path, timeout=3.0)
    return {"alive": bool(target.process.pids()), "status": reply.status, "error": reply.error}
