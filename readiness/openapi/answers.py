"""Whether an answer is one that the document describes: its status, its content type, its body."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from readiness.exchange import Reply, Request
from readiness.openapi.document import Content, Document, Documented, is_json
from readiness.openapi.schema import UnusableSchemaError, violations

BEFORE_INPUT = (401, 403, 404, 405, 415, 429)
"""Statuses of answers that come before anybody looks at the input."""
SHOWN = 160
"""Characters of a body or a path that a report shows."""


def answered(documented: Documented, request: Request, reply: Reply, document: Document) -> dict[str, Any]:
    """What is recorded of one answer.

    ``content`` is "as documented", "undocumented", "none" (a body that JSON should be and is not), or "" where the document
    names no body for the status; ``violations`` are [JSON path, message]; ``unusable`` says why a schema could not be used.
    """
    told: dict[str, Any] = {
        "operation": documented.title, "call": f"{request.method} {request.path}"[:SHOWN], "status": reply.status,
        "error": reply.error, "seconds": reply.seconds, "type": reply.headers.get("content-type", "") if reply.status else "",
        "documented": False, "content": "", "held": False, "violations": [], "unusable": "",
    }  # fmt: skip
    answer = documented.answer(reply.status) if reply.status and not reply.error else None
    if answer is None:
        return told
    told["documented"] = True
    if not answer.content or request.method == "HEAD" or reply.status in (204, 304):
        return told
    media = told["type"].partition(";")[0].strip().lower()
    content = _matching(answer.content, media)
    if content is None:
        return {**told, "content": "undocumented", "named": list(answer.content)}
    told["content"] = "as documented"
    if content.schema and is_json(media):
        told |= _held(content, reply, document)
    return told


def _matching(named: Mapping[str, Content], media: str) -> Content | None:
    """The content of a media type; ``application/*`` and ``*/*`` stand for many."""
    kind = media.partition("/")[0]
    return named.get(media) or named.get(f"{kind}/*") or named.get("*/*")


def _held(content: Content, reply: Reply, document: Document) -> dict[str, Any]:
    """The body held against its schema."""
    try:
        value = json.loads(reply.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {"held": True, "violations": [["$", f"is not JSON: {reply.text[:SHOWN]!r}"]]}
    try:
        found = violations(value, content.schema, document)
    except UnusableSchemaError as error:
        return {"unusable": str(error)}
    return {"held": True, "violations": [list(one) for one in found]}


def _no_constant(name: str) -> NoReturn:
    """JSON has no NaN and no Infinity (RFC 8259, section 6), though Python reads them."""
    raise ValueError(name)
