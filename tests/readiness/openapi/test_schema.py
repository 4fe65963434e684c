"""A value is held against its schema as the version of the document means it, and nothing is fetched for it."""

import re
from typing import Any

import pytest

from readiness.openapi import UnusableSchemaError, violations
from tests.readiness.openapi.documents import document

ITEM = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def found(value: Any, schema: Any, version: str = "3.1.0", **schemas: Any) -> list[tuple[str, str]]:
    return [
        (one.path, one.message) for one in violations(value, schema, document({}, version=version, schemas=schemas))
    ]


def test_where_and_how_is_told() -> None:
    schema = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
    assert found([{"name": "a"}], schema, Item=ITEM) == []
    assert found([{"name": "a"}, {"name": 7}], schema, Item=ITEM) == [("$[1].name", 'type is "string", the value is 7')]
    assert found([{}], schema, Item=ITEM) == [("$[0]", "'name' is a required property")]


def test_of_alternatives_the_nearest_is_told() -> None:
    schema = {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Item"}]}
    assert found({"name": 7}, schema, Item=ITEM)[0][0] == "$.name"


def test_a_schema_that_holds_itself_is_no_trouble() -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/Node"}},
        "additionalProperties": False,
    }
    reference = {"$ref": "#/components/schemas/Node"}
    assert found({"next": {"next": {}}}, reference, Node=node) == []
    assert found({"next": {"next": {"x": 1}}}, reference, Node=node)[0][0] == "$.next.next"


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, None, 7),
        ({"type": "string", "nullable": False}, "a", None),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": False}, 1, 0),
        ({"type": "object", "properties": {"nullable": {"type": "string"}}}, {"nullable": "a"}, {"nullable": 7}),
        ({"$ref": "#/components/schemas/Item", "type": "string"}, {"name": "a"}, "a"),
    ],
)
def test_words_of_30_mean_what_they_meant(schema: Any, good: Any, bad: Any) -> None:
    assert found(good, schema, "3.0.3", Item=ITEM) == []
    assert found(bad, schema, "3.0.3", Item=ITEM) != []


def test_what_is_only_written_need_not_be_answered() -> None:
    schema = {
        "type": "object",
        "required": ["name", "key"],
        "properties": {"key": {"type": "string", "writeOnly": True}},
    }
    assert found({"name": "a"}, schema) == []
    assert found({"key": "a"}, schema) == [("$", "'name' is a required property")]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Nowhere"},
        {"$ref": "http://127.0.0.1:9/other.json"},
        {"type": "string", "pattern": "("},
        {"type": "string", "minLength": "many"},
        {"type": "no such type"},
    ],
)
def test_a_schema_that_cannot_be_used_says_so(schema: Any) -> None:
    with pytest.raises(UnusableSchemaError):
        found("a", schema)


def test_at_most_five_violations_are_told() -> None:
    assert len(found([0] * 100, {"type": "array", "items": {"type": "string"}})) == 5


@pytest.mark.parametrize("name", ["default", "example", "examples", "const", "enum", "nullable", "$ref"])
@pytest.mark.parametrize("holder", ["properties", "patternProperties"])
def test_a_property_may_be_called_like_a_keyword(name: str, holder: str) -> None:
    key = name if holder == "properties" else re.escape(name)
    schema = {"type": "object", holder: {key: {"type": "string", "nullable": True}}}
    assert found({name: None}, schema, "3.0.3") == []
    assert found({name: 7}, schema, "3.0.3") != []


def test_a_schema_may_be_called_like_a_keyword() -> None:
    text = {"type": "string", "nullable": True}
    assert found(None, {"$ref": "#/components/schemas/default"}, "3.0.3", default=text) == []
    assert found(7, {"$ref": "#/components/schemas/default"}, "3.0.3", default=text) != []


OWN = {"type": "integer", "readOnly": True}
KEY = {"type": "string", "writeOnly": True}
PERSON = {"type": "object", "required": ["id", "key"], "properties": {"id": OWN, "key": KEY}}


def needed(schema: Any, version: str = "3.1.0", **schemas: Any) -> dict[str, list[str]]:
    """What a request and an answer that hold nothing lack."""
    whole = document({}, version=version, schemas=schemas)
    told = {name: violations({}, schema, whole, sent=name == "sent") for name in ("sent", "answered")}
    return {name: [one.message.split("'")[1] for one in many] for name, many in told.items()}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    "schema",
    [
        PERSON,
        {"$ref": "#/components/schemas/Person"},
        {"allOf": [{"$ref": "#/components/schemas/Person"}]},
        {"required": ["id", "key"], "allOf": [{"properties": PERSON["properties"]}]},
        {"allOf": [{"properties": PERSON["properties"]}, {"required": ["id", "key"]}]},
        {"required": ["id", "key"], "properties": {"id": {"$ref": "#/components/schemas/Own"}, "key": KEY}},
    ],
)
def test_what_is_only_read_need_not_be_sent_and_what_is_only_written_not_be_answered(schema: Any, version: str) -> None:
    assert needed(schema, version, Person=PERSON, Own=OWN) == {"sent": ["key"], "answered": ["id"]}


def test_what_may_be_null_is_only_read_all_the_same() -> None:
    properties = {"id": {**OWN, "nullable": True}, "key": {**KEY, "nullable": True}}
    assert needed({**PERSON, "properties": properties}, "3.0.3") == {"sent": ["key"], "answered": ["id"]}


def test_an_all_of_that_holds_itself_is_no_endless_search() -> None:
    reference = {"$ref": "#/components/schemas/Loop"}
    assert needed(reference, Loop={**PERSON, "allOf": [reference]})["sent"][0] == "key"
