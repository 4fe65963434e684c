"""An OpenAPI 3 document: its operations, with every local reference followed, and what about it cannot be used.

Only references within the document are followed: nothing is fetched for one that leads elsewhere.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from readiness.errors import SettingsError

Schema = Mapping[str, Any]

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
PLACES = ("path", "query", "header", "cookie")
MOST_HOPS = 50  # references that lead to references; more is a circle
MOST_BYTES = 8_000_000
"""The largest documents in public use (GitHub's, Microsoft Graph's parts) are below this many characters."""
_NOTHING: Mapping[str, Any] = {}


class UnresolvedError(Exception):
    """A reference that leads nowhere within the document."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: where it stands, whether it must be given, what it may be."""

    name: str
    place: str
    required: bool
    schema: Schema
    described: Mapping[str, Any]
    """The parameter object itself, whose examples go before those of the schema."""


@dataclass(frozen=True)
class Content:
    """A body of one media type."""

    media: str
    schema: Schema
    described: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one status (or range of them) answers: media type -> schema; empty where the document names no body."""

    content: Mapping[str, Content] = field(default_factory=dict)


@dataclass(frozen=True)
class Documented:
    """One operation of the document."""

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Content | None
    """The JSON body, where it takes one."""
    body_required: bool
    answers: Mapping[str, Answer]
    """``200``, ``4XX``, ``default`` ... -> what it answers."""
    security: tuple[tuple[str, ...], ...]
    """Alternatives, each the schemes that it needs together; an empty alternative is a call without any."""

    @property
    def title(self) -> str:
        """How it is called in reports: ``GET /items/{number}``."""
        return f"{self.method} {self.path}"

    def answer(self, status: int) -> Answer | None:
        """What the document says of a status: by number, by range, by default; None where it says nothing."""
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in self.answers:
                return self.answers[key]
        return None


class Document:
    """A parsed document. ``source`` says where it is from; ``problems`` what in it cannot be used."""

    def __init__(self, content: Mapping[str, Any], source: str) -> None:
        self.content = content
        self.source = source
        self.problems: list[str] = []
        self.operations = tuple(self._operations())
        self._same_names()

    @property
    def version(self) -> str:
        """The version of OpenAPI that it follows."""
        return str(self.content["openapi"])

    @property
    def title(self) -> str:
        """What it calls the service."""
        return str(as_mapping(self.content.get("info")).get("title") or "service")

    @property
    def schemes(self) -> Mapping[str, Any]:
        """Security scheme by name."""
        return as_mapping(as_mapping(self.content.get("components")).get("securitySchemes"))

    def resolve(self, node: Any) -> Mapping[str, Any]:
        """Follow references until an object stands there; UnresolvedError where none does."""
        for _ in range(MOST_HOPS):
            if not isinstance(node, Mapping):
                raise UnresolvedError(f"an object is expected, here is {type(node).__name__}")
            if "$ref" not in node:
                return node
            node = self._at(node["$ref"])
        raise UnresolvedError("references go round in a circle")

    def _at(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise UnresolvedError(f"$ref {reference!r} leads out of the document")
        node: Any = self.content
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or name not in node:
                raise UnresolvedError(f"$ref {reference!r} leads nowhere (no {name!r})")
            node = node[name]
        return node

    @property
    def base(self) -> str:
        """The path of the first server, which goes before every path of the document; its host is never called."""
        server = as_mapping(next(iter(as_list(self.content.get("servers"))), None))
        url = str(server.get("url", ""))
        for name, variable in as_mapping(server.get("variables")).items():
            url = url.replace(f"{{{name}}}", str(as_mapping(variable).get("default", "")))
        path = urlsplit(url).path.strip("/") if "{" not in url else ""
        return f"/{path}" if path else ""

    def _operations(self) -> Iterator[Documented]:
        for path, item in self.content["paths"].items():
            where = f"{self.base}{path}"
            try:
                item = self.resolve(item)
            except UnresolvedError as error:
                self.problems.append(f"{where}: {error}")
                continue
            for method in METHODS:
                if method in item:
                    yield from self._operation(where, method, item)

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Iterator[Documented]:
        title = f"{method.upper()} {path}"
        given = item[method]
        if not isinstance(given, Mapping):
            self.problems.append(f"{title}: is no object")
            return
        parameters = self._parameters(title, [*as_list(item.get("parameters")), *as_list(given.get("parameters"))])
        named = {parameter.name for parameter in parameters if parameter.place == "path"}
        asked = {part.partition("}")[0] for part in path.split("{")[1:]}
        self.problems += [f"{title}: {{{name}}} in the path is no parameter" for name in sorted(asked - named)]
        self.problems += [f"{title}: the path has no {{{name}}}" for name in sorted(named - asked)]
        parameters += [Parameter(name, "path", True, _NOTHING, _NOTHING) for name in sorted(asked - named)]
        if not as_mapping(given.get("responses")):
            self.problems.append(f"{title}: has no responses")
        body, required = self._body(title, given.get("requestBody"))
        security = given.get("security", self.content.get("security"))
        yield Documented(
            name=str(given.get("operationId") or f"{method}_{path.strip('/').replace('/', '_') or 'root'}"),
            method=method.upper(),
            path=path,
            parameters=tuple(parameters),
            body=body,
            body_required=required,
            answers=dict(self._answers(title, as_mapping(given.get("responses")))),
            security=tuple(tuple(as_mapping(one)) for one in as_list(security)),
        )

    def _parameters(self, title: str, given: Sequence[Any]) -> list[Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for entry in given:
            try:
                one = self.resolve(entry)
                name, place = str(one["name"]), str(one["in"])
                schema = self._schema(title, name, one)
            except UnresolvedError as error:
                self.problems.append(f"{title}: a parameter: {error}")
                continue
            except KeyError as error:
                self.problems.append(f"{title}: a parameter has no {error}")
                continue
            if place not in PLACES:
                self.problems.append(f"{title}: parameter {name!r}: in {place!r}; right would be {', '.join(PLACES)}")
                continue
            required = one.get("required") is True or place == "path"
            found[name, place] = Parameter(name, place, required, schema, one)
        return list(found.values())

    def _schema(self, title: str, name: str, one: Mapping[str, Any]) -> Schema:
        """The schema of a parameter; it may stand under the one media type of its content."""
        media = next(iter(as_mapping(one.get("content")).values()), None)
        schema = one["schema"] if "schema" in one else as_mapping(media).get("schema")
        if schema is None:
            self.problems.append(f"{title}: parameter {name!r} has no schema")
            return _NOTHING
        return self.resolve(schema)

    def _body(self, title: str, given: Any) -> tuple[Content | None, bool]:
        if given is None:
            return None, False
        try:
            body = self.resolve(given)
        except UnresolvedError as error:
            self.problems.append(f"{title}: requestBody: {error}")
            return None, False
        content = self._content(f"{title}: requestBody", body)
        json_only = [one for media, one in content.items() if is_json(media)]
        return (json_only[0] if json_only else None), body.get("required") is True

    def _answers(self, title: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Answer]]:
        for status, entry in given.items():
            try:
                answer = self.resolve(entry)
            except UnresolvedError as error:
                self.problems.append(f"{title}: response {status}: {error}")
                continue
            yield str(status), Answer(self._content(f"{title}: response {status}", answer))

    def _content(self, where: str, holder: Mapping[str, Any]) -> dict[str, Content]:
        found = {}
        for media, entry in as_mapping(holder.get("content")).items():
            described = as_mapping(entry)
            schema = described.get("schema", _NOTHING)
            try:
                self.resolve(schema if isinstance(schema, Mapping) else _NOTHING)  # 3.1 allows true and false
            except UnresolvedError as error:
                self.problems.append(f"{where}, {media}: {error}")
                continue
            name = str(media).partition(";")[0].strip().lower()
            found[name] = Content(name, as_mapping(schema), described)
        return found

    def _same_names(self) -> None:
        given = [
            str(as_mapping(as_mapping(item).get(method)).get("operationId", ""))
            for item in self.content["paths"].values()
            for method in METHODS
        ]
        twice = sorted({name for name in given if name and given.count(name) > 1})
        self.problems += [f"operationId {name!r} is given twice" for name in twice]


def parse(text: str, source: str) -> Document:
    """Return the document in JSON or YAML; SettingsError says what is wrong with it and what would be right."""
    right = "right would be an OpenAPI 3.0, 3.1 or 3.2 document in JSON or YAML"
    if len(text) > MOST_BYTES:
        raise SettingsError(f"{source}: {len(text)} characters; right would be at most {MOST_BYTES}")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = _from_yaml(text, source, right)
    if not isinstance(content, Mapping):
        raise SettingsError(f"{source}: is {_shown(text)}; {right}")
    if "swagger" in content:
        raise SettingsError(f"{source}: swagger is {content['swagger']!r}; {right}")
    version = content.get("openapi")
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1", "3.2")):
        raise SettingsError(f"{source}: openapi is {version!r}; {right}")
    if not isinstance(content.get("paths"), Mapping):
        raise SettingsError(f"{source}: paths is {type(content.get('paths')).__name__}; {right}")
    return Document(content, source)


def _from_yaml(text: str, source: str, right: str) -> Any:
    # An alias can make a small text grow without end; documents that programs write have none.
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise SettingsError(f"{source}: YAML with aliases; {right}")
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise SettingsError(f"{source}: neither JSON nor YAML ({said}); {right}") from None


def is_json(media: str) -> bool:
    """Whether a media type is JSON (RFC 6838, 4.2.8: the suffix +json too)."""
    return media == "application/json" or media.endswith("+json")


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one: a document may hold anything anywhere."""
    return value if isinstance(value, Mapping) else _NOTHING


def as_list(value: Any) -> Sequence[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def _shown(text: str) -> str:
    begin = " ".join(text[:60].split())
    return repr(begin) if begin else "empty"
