"""Values from schemas: one that is right, and many that are wrong in one way each."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from readiness.openapi.document import Content, Document, Parameter, Schema, UnresolvedError, as_list, as_mapping
from readiness.openapi.schema import UnusableSchemaError, fits, flagged

DEEPEST = 8  # levels of objects within objects; a schema that holds itself is cut there
LONGEST = 100_000  # characters of a made text
FORMATS = {
    "date": "2025-06-11", "date-time": "2025-06-11T14:30:00Z", "time": "14:30:00Z", "uuid": "5f0c5f6e-0d5c-4c3e-9d2f-7f1f4f6d8a10",
    "email": "reader@example.org", "uri": "https://example.org/", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
    "hostname": "example.org", "byte": "dGV4dA==",
}  # fmt: skip
WORDS = ("text", "a", "A", "AAA", "1", "1.00", "10", "2025-06-11", "/a")
"""What is tried where a pattern must be met."""
OTHER_FORM = "of another form"
STRANGERS: tuple[Any, ...] = ({"unexpected": [1]}, "no such value", 12345.678, [None], True, None)
"""Values of every kind: whatever a schema asks for, most of them are not it."""


class UnmadeError(Exception):
    """No value can be made from what the document says."""


class Wrong(NamedTuple):
    """A value that is wrong in one way. ``forbidden``: the schema itself says so; else it is hostile and no more."""

    what: str
    value: Any
    forbidden: bool = True


def given(described: Mapping[str, Any], schema: Schema, document: Document) -> Any:
    """The value that the document itself gives: an example, a default, the only one allowed; UnmadeError where it gives none."""
    examples = described.get("examples")
    if "example" in described:
        return described["example"]
    if isinstance(examples, Mapping) and examples:
        return document.resolve(next(iter(examples.values()))).get("value")
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum"):
        if as_list(schema.get(name)):
            return schema[name][0]
    raise UnmadeError("the document gives neither example nor default")


def value_of(content: Content | Parameter, document: Document) -> Any:
    """A value that is right to send, the document's own where it gives one; UnmadeError says why there is none."""
    try:
        value = given(content.described, document.resolve(content.schema), document)
    except UnmadeError:
        value = made(content.schema, document)
    except UnresolvedError as error:
        raise UnmadeError(str(error)) from None
    try:
        right = fits(value, content.schema, document, sent=True)
    except UnusableSchemaError as error:
        raise UnmadeError(str(error)) from None
    if not right:
        raise UnmadeError("what could be made does not fit its own schema")
    return value


def made(schema: Schema, document: Document, depth: int = 0) -> Any:
    """A value for a schema, made by its type and bounds; UnmadeError where it holds itself or a pattern defeats us."""
    if depth > DEEPEST:
        raise UnmadeError("the schema holds itself")
    try:
        schema = _merged(document.resolve(schema), document)
        return given({}, schema, document)
    except UnresolvedError as error:
        raise UnmadeError(str(error)) from None
    except UnmadeError:
        pass
    for choice in ("oneOf", "anyOf"):
        if alternatives := [one for one in as_list(schema.get(choice)) if as_mapping(one).get("type") != "null"]:
            return made(as_mapping(alternatives[0]), document, depth + 1)
    kind = _type(schema)
    if kind == "object":
        properties = as_mapping(schema.get("properties"))
        spared = flagged(schema, "readOnly", document)
        wanted = [name for name in as_list(schema.get("required")) if name in properties and name not in spared]
        return {name: made(as_mapping(properties[name]), document, depth + 1) for name in wanted}
    if kind == "array":
        return _items(schema, document, depth)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    return {"boolean": True, "null": None}.get(kind, "") if kind in ("boolean", "null") else _text(schema)


def _items(schema: Schema, document: Document, depth: int) -> list[Any]:
    """One item, or as many as there must be; none where one cannot be made and need not be."""
    least, most = _whole(schema.get("minItems"), 0), _whole(schema.get("maxItems"), 1)
    try:
        item = made(as_mapping(schema.get("items")), document, depth + 1)
    except UnmadeError:
        if least > 0:
            raise
        return []
    return [item] * min(max(least, min(most, 1)), 100)


def _merged(schema: Schema, document: Document, above: tuple[int, ...] = ()) -> dict[str, Any]:
    """The parts of an allOf as one schema; the properties of all of them. UnresolvedError where one holds itself."""
    if id(schema) in above:
        raise UnresolvedError("an allOf holds itself")
    told = dict(schema)
    for part in as_list(told.pop("allOf", None)):
        found = _merged(document.resolve(part), document, (*above, id(schema)))
        properties = {**as_mapping(told.get("properties")), **as_mapping(found.get("properties"))}
        required = [*as_list(told.get("required")), *as_list(found.get("required"))]
        told = {**found, **told, **({"properties": properties, "required": required} if properties else {})}
    return told


def _type(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    return str(kind) if kind else "object" if "properties" in schema else "string"


def _number(schema: Schema, kind: str) -> float:
    low, high = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    value = 1.0 if low is None and high is None else low if low is not None else high
    if low is not None and high is not None and kind == "number":
        value = (low + high) / 2
    step = _finite(schema.get("multipleOf"))
    if step is not None and step > 0:
        value = -(-(value or 0) // step) * step
    return int(value or 0) if kind == "integer" else float(value or 0)


def _bound(schema: Schema, name: str, inward: int) -> float | None:
    """A bound, or the first whole number within one that is excluded, in the words of 3.0 and 3.1."""
    exclusive = schema.get(f"exclusive{name.capitalize()}")
    if not isinstance(exclusive, bool) and (open_bound := _finite(exclusive)) is not None:
        return open_bound + inward
    bound = _finite(schema.get(name))
    return bound + inward if bound is not None and exclusive is True else bound


def _text(schema: Schema) -> str:
    low, high = _whole(schema.get("minLength"), 0), _whole(schema.get("maxLength"), LONGEST)
    if low > LONGEST:
        raise UnmadeError(f"a text of at least {low} characters is asked for; ours have {LONGEST} at most")
    candidates = [FORMATS[schema["format"]]] if schema.get("format") in FORMATS else []
    for word in (*candidates, *WORDS):
        text = word * -(-low // len(word)) if len(word) < low else word
        if low <= len(text[:high]) <= LONGEST and _matches(schema.get("pattern"), text[:high]):
            return text[:high]
    raise UnmadeError(f"no text is known that fits the pattern {schema.get('pattern')!r}")


def _matches(pattern: Any, text: str) -> bool:
    try:
        return pattern is None or re.search(str(pattern), text) is not None
    except re.error as error:
        raise UnmadeError(f"pattern {pattern!r}: {error}") from None


def _whole(value: Any, otherwise: int) -> int:
    found = _finite(value)
    return otherwise if found is None else int(found)


def _finite(value: Any) -> float | None:
    """A number of the document; None for what is none, or has no end (1e999)."""
    return value if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)) else None


def wrong_values(schema: Schema, document: Document) -> Iterator[Wrong]:
    """Values that a schema forbids, each held against it, and texts that are not of its format.

    A null is not held against anybody: to Go's encoding/json, for one, it is the same as a field that is not there.
    """
    try:
        known = _merged(document.resolve(schema), document)
    except UnresolvedError:
        return
    for what, value in _attempts(known):
        try:
            forbidden = not fits(value, schema, document, sent=True)
        except UnusableSchemaError:
            return
        if forbidden or what == OTHER_FORM:
            yield Wrong(what, value, forbidden and value is not None)


def wrong_texts(parameter: Parameter, document: Document) -> Iterator[Wrong]:
    """Texts for a parameter of the path or the query: what its schema forbids, and what is known to upset programs.

    None that is empty in a path: `/items/` is not an item without a name, but all of them.
    """
    try:
        kind = _type(_merged(parameter.schema, document))
    except UnresolvedError:
        return
    if kind not in ("string", "integer", "number", "boolean"):
        return
    words = kind != "string"
    for wrong in wrong_values(parameter.schema, document):
        if isinstance(wrong.value, str | int | float) and not isinstance(wrong.value, bool):
            text = str(wrong.value)
            if text or parameter.place != "path":
                yield wrong._replace(value=text)
        elif words and wrong.value is not None:
            yield Wrong(wrong.what, "no-such-value")
    if kind == "string":
        yield Wrong("with a NUL", "a\0b", forbidden=False)
    elif kind != "boolean":
        digits = "9" * 40
        with suppress(UnusableSchemaError):
            yield Wrong("of forty digits", digits, not fits(int(digits), parameter.schema, document, sent=True))


def _attempts(schema: Schema) -> Iterator[tuple[str, Any]]:
    strangers = [one for one in STRANGERS if not _is_kind(one, _type(schema))]
    yield from (("of the wrong type", one) for one in strangers[:1])
    low, high = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    if low is not None:
        yield "below its minimum", low - 1
    if high is not None:
        yield "above its maximum", high + 1
    if (least := _whole(schema.get("minLength"), 0)) > 0:
        yield "too short", "a" * min(least - 1, LONGEST)
    if (most := _whole(schema.get("maxLength"), LONGEST)) < LONGEST:
        yield "too long", "a" * (most + 1)
    if "enum" in schema or "pattern" in schema or schema.get("format") in FORMATS:
        yield OTHER_FORM, "~ no such value ~"
    if (items := _whole(schema.get("maxItems"), LONGEST)) < 1000:
        yield "with too many items", [None] * (items + 1)
    yield "null", None


def _is_kind(value: Any, kind: str) -> bool:
    kinds: Mapping[str, type | tuple[type, ...]] = {"object": dict, "array": list, "string": str, "boolean": bool}
    return isinstance(value, kinds.get(kind, ()))


def wrong_bodies(content: Content, base: Any, document: Document) -> Iterator[Wrong]:
    """Bodies that the document forbids: a wrong whole, then ``base`` without a field it needs or with one wrong field."""
    try:
        strangers: tuple[Any, ...] = ([], "no such value", {"unexpected": [1]})
        whole = [one for one in strangers if not fits(one, content.schema, document, sent=True)]
        yield from (Wrong(f"body {json.dumps(one)}", one) for one in whole[:1])
        if not isinstance(base, Mapping):
            return
        schema = _merged(document.resolve(content.schema), document)
        for name in as_list(schema.get("required")):
            less = {key: value for key, value in base.items() if key != name}
            if not fits(less, content.schema, document, sent=True):
                yield Wrong(f"without {name}", less)
    except (UnusableSchemaError, UnresolvedError):
        return
    spared = flagged(schema, "readOnly", document)
    rows = [
        [wrong._replace(what=f"{name} {wrong.what}", value={**base, name: wrong.value}) for wrong in found]
        for name, one in as_mapping(schema.get("properties")).items()
        if name not in spared and (found := list(wrong_values(as_mapping(one), document)))
    ]
    # First one way of each field, then the next: whoever stops early has seen every field.
    for place in range(max(map(len, rows), default=0)):
        yield from (row[place] for row in rows if len(row) > place)
