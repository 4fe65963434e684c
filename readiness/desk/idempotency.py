"""Answers that are given once: the same key with the same request gets the stored answer, byte for byte."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import Header

from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.store import Connection

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="Names one intent; repeating it gets the first answer again.",
    ),
]

_forgettable: dict[str, tuple[str, str]] = {}
"""The answers of the defect forgetful-keys."""


def fingerprint(request: Mapping[str, object]) -> str:
    """What the request asked for, independent of how its JSON was written."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def recall(connection: Connection, key: str, asked: str) -> bytes | None:
    """The stored answer; a problem when the key was used for another request."""
    if active("double-order"):
        return None
    if active("forgetful-keys"):
        found = _forgettable.get(key)
    else:
        found = connection.execute("SELECT fingerprint, body FROM answers WHERE key = ?", [key]).fetchone()
    if found is None:
        return None
    if found[0] != asked:
        raise Problem(422, "idempotency_conflict", "this Idempotency-Key was used with another request")
    return str(found[1]).encode()


def remember(connection: Connection, key: str, asked: str, body: bytes) -> None:
    """Store the answer in the transaction that does what it tells."""
    if active("forgetful-keys"):
        _forgettable[key] = (asked, body.decode())
    elif not active("double-order"):
        connection.execute("INSERT INTO answers VALUES (?, ?, ?)", [key, asked, body.decode()])
