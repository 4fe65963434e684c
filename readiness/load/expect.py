"""What a good answer is: small frozen conditions that say nothing, or what is wrong."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.exchange import Reply

Condition = Callable[[Reply], str]
"""Returns "" for a reply that fulfils it, else the kind of failure (``status 503``, ``check json status``)."""
_MISSING = ...
"""Stays itself when a condition is sent to another process, as no object of our own would."""


@dataclass(frozen=True)
class Status:
    """The status is one of these; without any, 200 to 399."""

    allowed: frozenset[int] = frozenset()

    def __call__(self, reply: Reply) -> str:
        status = reply.status
        good = status in self.allowed if self.allowed else 200 <= status < 400
        return "" if good else f"status {status}"


@dataclass(frozen=True)
class Header:
    """A header is there, and holds ``contains`` (letter case ignored) where that is given."""

    name: str
    contains: str = ""

    def __call__(self, reply: Reply) -> str:
        value = reply.headers.get(self.name.lower())
        good = value is not None and self.contains.lower() in value.lower()
        return "" if good else f"check header {self.name}"


@dataclass(frozen=True)
class Json:
    """The value at a dotted path (``a.0.b``; empty: the whole document) equals ``value``; without one, it is there and not null."""

    path: str
    value: Any = _MISSING
    steps: tuple[str | int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = self.path.split(".") if self.path else []
        object.__setattr__(self, "steps", tuple(int(part) if part.isdigit() else part for part in parts))

    def __call__(self, reply: Reply) -> str:
        found = reply.json()
        try:
            for step in self.steps:
                found = found[step if type(found) is list else str(step)]
        except (KeyError, IndexError, TypeError):
            found = None
        good = found is not None if self.value is _MISSING else _equal(found, self.value)
        return "" if good else f"check json {self.path or 'document'}"


@dataclass(frozen=True)
class Text:
    """The body holds this text, or matches it as a regular expression."""

    text: str
    regular: bool = False

    def __call__(self, reply: Reply) -> str:
        good = re.search(self.text, reply.text) if self.regular else self.text in reply.text
        return "" if good else f"check text {self.text}"


@dataclass(frozen=True)
class Size:
    """The body has at least ``least`` and at most ``most`` bytes, decoded."""

    least: int = 0
    most: int = 2**62

    def __call__(self, reply: Reply) -> str:
        return "" if self.least <= len(reply.body) <= self.most else "check size"


@dataclass(frozen=True)
class Schema:
    """The body is JSON that fits a JSON schema. Needs the package ``jsonschema``."""

    schema: Mapping[str, Any]
    name: str = "schema"
    _validator: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            from jsonschema import SchemaError, validators
        except ImportError:
            raise ValueError("expecting a JSON schema needs the package jsonschema: pip install jsonschema") from None
        given: object = self.schema
        if not isinstance(given, Mapping) or not isinstance(given.get("$schema", ""), str):
            raise ValueError("no valid JSON schema: right would be an object, its $schema a string")
        kind = validators.validator_for(self.schema)
        try:
            kind.check_schema(dict(self.schema))
        except SchemaError as error:
            raise ValueError(f"no valid JSON schema: {error.json_path}: {error.message}") from None
        object.__setattr__(self, "_validator", kind(self.schema))

    def __reduce__(self) -> "tuple[type[Schema], tuple[Mapping[str, Any], str]]":
        return Schema, (self.schema, self.name)

    def __call__(self, reply: Reply) -> str:
        document = reply.json()
        return "" if document is not None and self._validator.is_valid(document) else f"check {self.name}"


ANY_GOOD_STATUS: tuple[Condition, ...] = (Status(),)


def expect(
    *statuses: int,
    header: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
    text: str = "",
    size: tuple[int, int] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> tuple[Condition, ...]:
    """Return the conditions of a good answer, the cheap ones first.

    ``statuses`` (none: 200 to 399); ``header`` name -> part of its value; ``json`` dotted path -> value; ``text`` within the
    body; ``size`` in bytes, from and to; ``schema`` a JSON schema.
    """
    conditions: list[Condition] = [Status(frozenset(statuses))]
    conditions += [Header(name, part) for name, part in (header or {}).items()]
    conditions += [Size(*size)] if size else []
    conditions += [Text(text)] if text else []
    conditions += [Json(path, value) for path, value in (json or {}).items()]
    conditions += [Schema(schema)] if schema is not None else []
    return tuple(conditions)


def failure(reply: Reply, conditions: Iterable[Condition]) -> str:
    """Return the kind of failure of a reply: its transport's, else that of the first condition that does not hold."""
    if reply.error:
        return reply.error
    for condition in conditions:
        if said := condition(reply):
            return said
    return ""


def _equal(found: Any, value: Any) -> bool:
    """Equal as JSON knows it: true is not 1."""
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
