"""How a documented operation is called: as readiness.yaml describes it where it does, else with what the document gives."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from uuid import uuid4

from readiness.exchange import Request
from readiness.openapi.document import Document, Documented, Parameter, as_mapping
from readiness.openapi.values import UnmadeError, Wrong, value_of, wrong_bodies, wrong_texts
from readiness.targeting import Operation, Target, TargetSpec, fields_of, fill

READS = ("GET", "HEAD")
DEEP = 10_000
"""Levels of `[[[...]]]`: beyond what a recursive reader bears (CWE-674), and no more than 20 kB."""
HUGE = 2_000_000
"""Bytes of one text: twice what nginx lets through by default (client_max_body_size)."""


@dataclass(frozen=True)
class Way:
    """What is known of how to call an operation. ``gaps`` names what its description left open and the document filled."""

    parameters: Mapping[tuple[str, str], str]
    """(place, name) -> text, as it stands in the URL or the header."""
    headers: Mapping[str, str]
    body: Any
    identity: str | None
    effect: str
    described: bool
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One request of an operation.

    ``forbidden``: the document forbids it; ``rough``: it may be cut off instead of answered; ``deep``: it is nested so deeply
    that readers of JSON fail by their own limit, in Python for one, and frameworks make a 500 of that.
    """

    what: str
    request: Request
    forbidden: bool = False
    rough: bool = False
    deep: bool = False


def is_description(operation: Operation, documented: Documented) -> bool:
    """Whether an operation of readiness.yaml is one of this documented operation."""
    if operation.dependency or operation.method != documented.method:
        return False
    mine, theirs = _segments(operation.path), _segments(documented.path)
    return len(mine) == len(theirs) and all(
        "{" in there or here == there for here, there in zip(mine, theirs, strict=True)
    )


def _segments(path: str) -> list[str]:
    return path.partition("?")[0].strip("/").split("/")


def identity_for(documented: Documented, document: Document, spec: TargetSpec) -> str | None:
    """The first identity whose header is the one that the operation's security asks for; None where it asks for none."""
    if not documented.security or () in documented.security:
        return None
    for alternative in documented.security:
        for name in alternative:
            scheme = as_mapping(document.schemes.get(name))
            if scheme.get("type") == "apiKey" and scheme.get("in") != "header":
                continue  # an identity is a header
            header = str(scheme.get("name", "")) if scheme.get("type") == "apiKey" else "Authorization"
            for identity, proof in spec.identities.items():
                if proof.header.lower() == header.lower():
                    return identity
    return None


def ways(documented: Documented, document: Document, target: Target) -> list[Way]:
    """Every way that is described, the completest first; without one, what the document gives."""
    described = [one for one in target.spec.operations if is_description(one, documented)]
    found = [_described(one, documented, document, target) for one in described]
    return sorted(found, key=lambda way: len(way.gaps)) or [_documented(documented, document, target.spec)]


def _documented(documented: Documented, document: Document, spec: TargetSpec) -> Way:
    needed = [one for one in documented.parameters if one.required and one.place in ("path", "query", "header")]
    values = {(one.place, one.name): _text(one, document) for one in needed}
    body = None
    if documented.body is not None:
        try:
            body = value_of(documented.body, document)
        except UnmadeError:
            body = None
    effect = "read" if documented.method in READS else "write"
    return Way(values, {}, body, identity_for(documented, document, spec), effect, described=False)


def _described(operation: Operation, documented: Documented, document: Document, target: Target) -> Way:
    known = {**target.values, "key": uuid4().hex, "unique": uuid4().hex}
    by_place = {(one.place, one.name): one for one in documented.parameters}
    gaps: list[str] = []

    def filled(template: str, one: Parameter | None) -> str:
        text = str(fill(template, known))
        missing = [name for name in fields_of(template) if name not in known]
        gaps.extend(missing)
        return text if not missing or one is None else _text(one, document)

    values: dict[tuple[str, str], str] = {}
    for here, there in zip(_segments(operation.path), _segments(documented.path), strict=True):
        if there.startswith("{") and there.endswith("}"):
            name = there.strip("{}")
            values["path", name] = filled(here, by_place.get(("path", name)))
    # What is only a part of its segment (/{name}.json) cannot be read from the description.
    values |= {key: _text(one, document) for key, one in by_place.items() if key[0] == "path" and key not in values}
    for name, text in parse_qsl(operation.path.partition("?")[2], keep_blank_values=True):
        values["query", name] = quote(filled(text, by_place.get(("query", name))), safe="%")
    headers = {name: filled(text, None) for name, text in operation.headers.items()}
    body = fill(operation.body, known)
    if missing := [name for name in _names_within(operation.body) if name not in known]:
        gaps.extend(missing)
        body = _documented(documented, document, target.spec).body
    return Way(values, headers, body, operation.identity, operation.effect, described=True, gaps=tuple(gaps))


def _names_within(template: Any) -> list[str]:
    if isinstance(template, str):
        return fields_of(template)
    parts = (
        template.values() if isinstance(template, Mapping) else template if isinstance(template, list | tuple) else ()
    )
    return [name for part in parts for name in _names_within(part)]


def _text(parameter: Parameter, document: Document) -> str:
    """A parameter's value as it stands in its place; where none can be made, a word."""
    try:
        return placed(value_of(parameter, document), parameter.place)
    except UnmadeError:
        return "x"


def placed(value: Any, place: str) -> str:
    """A value as it stands in a path or a query, or in a header, which nobody decodes."""
    return _spelled(value) if place == "header" else quote(_spelled(value), safe="")


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_spelled(entry) for entry in value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def unsendable(headers: Mapping[str, str]) -> str:
    """Why headers cannot go out as they are, or an empty string (RFC 9110, 5.5; a client writes Latin-1)."""
    for name, text in headers.items():
        if any(sign in "\r\n\0" or sign > "\xff" for sign in f"{name}{text}"):
            return f"its header {name!r} holds a line break, a NUL or a sign beyond Latin-1"
    return ""


def why_not(documented: Documented, way: Way, spec: TargetSpec, *, forbidden: bool) -> str:
    """Why a call may not be sent, or an empty string. What the document forbids is to be refused, so more of it may be."""
    if broken := unsendable(_headers(way)):
        return broken
    if _reads(documented, way):
        return ""
    if documented.method not in (*READS, "POST", "PUT", "PATCH"):
        return f"{documented.method} is not sent"
    if documented.method not in READS and "write" not in spec.grants:
        return "it writes, and the grant `write` is not given"
    if way.described and way.effect not in ("read", *spec.grants):
        return f"it is described with the effect `{way.effect}`, and that grant is not given"
    if forbidden:
        return ""
    if documented.method in ("PUT", "PATCH"):
        return "it changes what is there"
    if way.described and way.gaps:
        return f"its description leaves open: {', '.join(way.gaps)}"
    if documented.body_required and way.body is None:
        return "no body could be made"
    return ""


def _reads(documented: Documented, way: Way) -> bool:
    """Whoever describes an operation knows its effect; else its method tells."""
    return way.effect == "read" if way.described else documented.method in READS


def _headers(way: Way) -> dict[str, str]:
    return {name: text for (place, name), text in way.parameters.items() if place == "header"} | dict(way.headers)


def right_call(documented: Documented, way: Way, target: Target) -> Call:
    """The operation as the document allows it."""
    return Call("as documented", _request(documented, way, target))


def wrong_calls(documented: Documented, way: Way, document: Document, target: Target) -> Iterator[Call]:
    """The operation called wrongly: parameters, then the body as a whole, then its fields."""
    for one in documented.parameters:
        if one.place == "query" and one.required:
            less = {key: text for key, text in way.parameters.items() if key != (one.place, one.name)}
            changed = replace(way, parameters=less)
            yield Call(f"without {one.name}", _request(documented, changed, target), forbidden=True)
        if one.place in ("path", "query"):
            for wrong in wrong_texts(one, document):
                if not one.required:
                    wrong = wrong._replace(
                        forbidden=False
                    )  # frameworks fall back on the default: Flask's args.get(type=int)
                if wrong.forbidden or _reads(documented, way):
                    yield _with_text(documented, way, one, wrong, target)
    if documented.body is None or (way.described and way.body is None):
        return
    right = _request(documented, way, target)
    yield Call("malformed JSON", _with_body(right, b'{"broken": '), forbidden=True)
    yield Call("deeply nested", _with_body(right, b"[" * DEEP + b"]" * DEEP), forbidden=True, deep=True)
    yield Call("huge text", _with_body(right, _encoded("a" * HUGE)), forbidden=True, rough=True)
    for wrong in wrong_bodies(documented.body, way.body, document):
        yield Call(wrong.what, _with_body(right, _encoded(wrong.value)), forbidden=wrong.forbidden)


def _with_text(documented: Documented, way: Way, one: Parameter, wrong: Wrong, target: Target) -> Call:
    values = {**way.parameters, (one.place, one.name): quote(wrong.value, safe="")}
    request = _request(documented, replace(way, parameters=values), target)
    return Call(f"{one.name} {wrong.what}", request, forbidden=wrong.forbidden)


def _request(documented: Documented, way: Way, target: Target) -> Request:
    path = documented.path
    for (place, name), text in way.parameters.items():
        if place == "path":
            path = path.replace(f"{{{name}}}", text)
    query = {name: text for (place, name), text in way.parameters.items() if place == "query"}
    if query:
        path = f"{path}?{urlencode(query, safe='%', quote_via=quote)}"
    headers = _headers(way)
    if way.identity:
        proof = target.spec.identities[way.identity]
        headers[proof.header] = proof.value
    request = Request(documented.method, path, {"Accept": "*/*", **headers})
    return request if way.body is None else _with_body(request, _encoded(way.body))


def _with_body(request: Request, body: bytes) -> Request:
    return replace(request, headers={"Content-Type": "application/json", **request.headers}, body=body)


def _encoded(value: Any) -> bytes:
    return json.dumps(value, default=str).encode()
