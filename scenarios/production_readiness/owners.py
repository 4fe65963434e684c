"""Objects that one caller creates, asked for, listed and changed by another.

The capability `ownership` says how an object is created and read; its `options` name the `other` identity, the `id` in
the answer, the placeholder (`value`) of it in paths, and where there are some the operations `change` and `list`.
"""

import json
import re
import uuid
from typing import Any

from readiness import Operation, Recorder, Reply, Target, TargetError, dig, scenario


@scenario(suite="production_readiness", effect="write", capabilities=("http", "ownership", "identities"))
async def owners(target: Target, recorder: Recorder, *, objects: int = 3) -> None:
    """``objects`` of the owner; each holds a word by which it is found again."""
    options = target.spec.capabilities["ownership"].options
    other = str(options.get("other", ""))
    if other not in target.spec.identities:
        recorder.fact("problem", f"ownership.options.other is {other!r}; right would be one of the identities")
        return
    recorder.fact("objects", [await _one(target, options, other) for _ in range(objects)])
    recorder.phase("control")
    _, id = await _created(target, options, other)
    reply = await _read(target, options, id, other) if id else None
    recorder.fact("control", {"other": other, "created": bool(id), "status": reply.status if reply else 0})


async def _one(target: Target, options: dict[str, Any], other: str) -> dict[str, Any]:
    word, id = await _created(target, options, "")
    if not id:
        return {"created": False, "tries": []}
    before = await _read(target, options, id, "")
    tries = [_told("read", await _read(target, options, id, other), word)]
    if name := options.get("list"):
        tries.append(_told("list", await target.call(name, identity=other), word))
    changed = False
    if name := options.get("change"):
        operation, values = target.spec.operation(name), {str(options.get("value", "id")): id}
        values = {**_filled(operation, uuid.uuid4().hex), **values}
        tries.append(_told("change", await target.call(operation, identity=other, **values), word))
        changed = (await _read(target, options, id, "")).body != before.body
    return {"created": True, "own_status": before.status, "own_shows": word in before.text or id in before.text,
            "changed": changed, "tries": tries}  # fmt: skip


async def _created(target: Target, options: dict[str, Any], identity: str) -> tuple[str, str]:
    """A new object of a caller: the word in it, and its id; empty where there is none."""
    word = f"canary-{uuid.uuid4().hex}"
    operation = target.spec.operation("ownership.create")
    reply = await target.call(operation, identity=identity, **_filled(operation, word))
    try:
        return word, str(dig(reply.json(), str(options.get("id", "id"))))
    except TargetError:
        return word, ""


def _filled(operation: Operation, word: str) -> dict[str, Any]:
    """The word for every placeholder of the body."""
    return dict.fromkeys(re.findall(r"\{(\w+)\}", json.dumps(operation.body)), word)


async def _read(target: Target, options: dict[str, Any], id: str, identity: str) -> Reply:
    return await target.call("ownership.read", identity=identity, **{str(options.get("value", "id")): id})


def _told(what: str, reply: Reply, word: str) -> dict[str, Any]:
    return {"what": what, "status": reply.status, "error": reply.error, "shown": word in reply.text}
