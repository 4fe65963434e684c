"""Operations that readiness.yaml does not describe, taken from the target's OpenAPI document where that is safe.

Safe is a GET or HEAD whose every required parameter has an example or a default in the document, and that answered once as
the document says. What writes is taken only with the grant `write` and a body that fits; DELETE never: describe it yourself.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from readiness.errors import SettingsError, TargetError
from readiness.evidence.source import is_loopback
from readiness.exchange import Reply, Request
from readiness.openapi.calling import READS, identity_for, is_description, placed, unsendable
from readiness.openapi.document import Document, Documented, Parameter, UnresolvedError, parse
from readiness.openapi.values import UnmadeError, given, value_of
from readiness.targeting import Operation, Target, TargetSpec

MOST = 50
"""Operations that are taken; a run is not to become longer than a document is."""
LOAD_OPERATIONS = 5  # plain reads that make the load mix where none is described, as `readiness init` does
TRIAL_SECONDS = 3.0
SIDE_BY_SIDE = 4


async def read(target: Target) -> Document:
    """Read the document that the settings name: a path of the target, a URL on loopback, or a file; SettingsError says why not."""
    where = target.spec.openapi or ""
    source = f"target.openapi: {where}"
    if where.startswith(("http://", "https://")):
        return parse(_text(await _from_url(where), source), source)
    if where.startswith("/"):
        return parse(_text(await _from_target(target, where), source), source)
    return read_file(where)


def read_file(where: str) -> Document:
    """Read a document that lies in a file."""
    source = f"target.openapi: {where}"
    try:
        return parse(Path(where.removeprefix("file:")).read_text(encoding="utf-8"), source)
    except OSError as error:
        raise SettingsError(f"{source}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{source}: is no UTF-8 text") from None


async def _from_target(target: Target, path: str) -> Reply:
    """Ask for it as anybody may; where that is refused, as the first identity."""
    reply = await target.get(path)
    if reply.status in (401, 403) and target.spec.identities:
        proof = next(iter(target.spec.identities.values()))
        reply = await target.get(path, headers={proof.header: proof.value})
    return reply


async def _from_url(url: str) -> Reply:
    from readiness.load.client import HttpClient  # only where the document is served by somebody else

    parts = urlsplit(url)
    client = HttpClient(f"{parts.scheme}://{parts.netloc}")
    try:
        return await client.send(Request("GET", parts.path + (f"?{parts.query}" if parts.query else "") or "/"))
    finally:
        await client.close()


def _text(reply: Reply, source: str) -> str:
    if reply.error or reply.status != 200:
        raise SettingsError(
            f"{source}: answered {reply.error or reply.status}; right would be 200 with an OpenAPI document"
        )
    try:
        return reply.body.decode()
    except UnicodeDecodeError:
        raise SettingsError(f"{source}: is no UTF-8 text") from None


def unreadable(where: str, address: str, *, started: bool) -> str:
    """Why ``target.openapi`` cannot name a document, or an empty string."""
    if where.startswith(("http://", "https://")):
        return "" if is_loopback(where) else "is not on loopback; right would be http://127.0.0.1:8000/openapi.json"
    if where.startswith("/") and not started and not address.startswith(("http://", "https://")):
        return f"is a path, and the target at {address!r} has none; right would be a file"
    return ""


async def with_operations(target: Target) -> TargetSpec:
    """The target's description with the operations that its document adds; unchanged where it names no document."""
    spec = target.spec
    if not spec.openapi:
        return spec
    document = await read(target)
    left: dict[str, str] = {}
    found = list(_candidates(document, spec, left))
    for extra, _ in found[MOST:]:
        left[extra.title] = f"more than {MOST} operations are not taken"
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def refusal(operation: Operation) -> str:
        async with turn:
            return await _refusal(target, operation)

    told = await asyncio.gather(*(refusal(operation) for _, operation in found[:MOST]))
    taken = []
    for (documented, operation), reason in zip(found, told, strict=False):
        if reason:
            left[documented.title] = reason
        else:
            taken.append(operation)
    if not spec.load_mix:
        taken = _with_weights(taken)
    names = tuple(operation.name for operation in taken)
    changed = {"operations": (*spec.operations, *taken), "from_document": names, "left_out": left}
    return spec.model_copy(update=changed)


def _candidates(document: Document, spec: TargetSpec, left: dict[str, str]) -> Iterator[tuple[Documented, Operation]]:
    names = {operation.name for operation in spec.operations}
    told = (spec.health.ready, spec.health.live, spec.metrics)  # described elsewhere, and no part of the load
    for documented in document.operations:
        if documented.path in told or any(is_description(operation, documented) for operation in spec.operations):
            continue
        try:
            operation = _operation(documented, document, spec, names)
        except UnmadeError as error:
            left[documented.title] = str(error)
        except (UnresolvedError, ValueError) as error:
            left[documented.title] = f"its example cannot be used: {' '.join(str(error).split())[:120]}"
        else:
            names.add(operation.name)
            yield documented, operation


def _operation(documented: Documented, document: Document, spec: TargetSpec, names: set[str]) -> Operation:
    """The documented operation as readiness.yaml would describe it; UnmadeError says why it is left out."""
    reads = documented.method in READS
    if not reads and documented.method not in ("POST", "PUT", "PATCH"):
        raise UnmadeError(f"{documented.method}: to be described in readiness.yaml where it is to be called")
    if not reads and "write" not in spec.grants:
        raise UnmadeError("it writes, and the grant `write` is not given")
    identity = identity_for(documented, document, spec)
    if documented.security and () not in documented.security and identity is None:
        raise UnmadeError("it asks for an identity, and none of `identities` has its header")
    path, query = documented.path, list[str]()
    headers: dict[str, str] = {}
    for one in documented.parameters:
        if not one.required:
            continue
        text = _exemplary(one, document)
        path = path.replace(f"{{{one.name}}}", text) if one.place == "path" else path
        query += [f"{one.name}={text}"] if one.place == "query" else []
        headers |= {one.name: text} if one.place == "header" else {}
        if one.place == "cookie":
            raise UnmadeError(f"it needs the cookie {one.name!r}")
    if broken := unsendable(headers):
        raise UnmadeError(broken)
    body = value_of(documented.body, document) if documented.body is not None and not reads else None
    if documented.body is None and not reads and documented.body_required:
        raise UnmadeError("it needs a body that is not JSON")
    good = tuple(int(status) for status in documented.answers if re.fullmatch("2[0-9][0-9]", status))
    name = re.sub(r"\W", "_", documented.name)
    return Operation.model_validate(
        {
            "name": name if name not in names else f"{name}_documented", "method": documented.method,
            "path": path + (f"?{'&'.join(query)}" if query else ""), "headers": headers, "body": body,
            "expect": good or (200,), "identity": identity, "effect": "read" if reads else "write",
        }
    )  # fmt: skip


def _exemplary(one: Parameter, document: Document) -> str:
    """The value that the document gives a parameter; one that we made up would seldom name what exists."""
    try:
        return placed(given(one.described, one.schema, document), one.place)
    except UnmadeError:
        raise UnmadeError(f"{one.place} parameter {one.name!r} has neither example nor default") from None


async def _refusal(target: Target, operation: Operation) -> str:
    """Why an operation is not as its document says when it is called once; a server error is kept, for it is to be seen."""
    if operation.effect != "read":
        return ""
    try:
        reply = await target.call(operation, timeout=TRIAL_SECONDS)
    except TargetError as error:
        return str(error)
    if reply.error:
        return f"no answer to a first call: {reply.error}"
    if reply.status in operation.expect or reply.status >= 500:
        return ""
    return f"a first call was answered {reply.status}"


def _with_weights(taken: list[Operation]) -> list[Operation]:
    """Without a load mix of their own, the first plain reads are one."""
    plain = [operation.name for operation in taken if operation.method == "GET"][:LOAD_OPERATIONS]
    return [
        operation.model_copy(update={"weight": 1.0}) if operation.name in plain else operation for operation in taken
    ]
