"""What is made fits its schema; what is made wrong does not, unless it says that it is only hostile."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.openapi import Content, Parameter, UnmadeError, made, value_of, violations
from readiness.openapi.values import wrong_bodies, wrong_texts, wrong_values
from tests.readiness.openapi.documents import document

NOTHING = document({})
BOUND = st.integers(-1000, 1000)
LEAVES = st.one_of(
    st.just({"type": "boolean"}),
    st.tuples(BOUND, BOUND).map(lambda two: {"type": "integer", "minimum": min(two), "maximum": max(two)}),
    BOUND.map(lambda one: {"type": "number", "exclusiveMinimum": one}),
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
        lambda two: {"type": "string", "minLength": min(two), "maxLength": max(two)}
    ),
    st.lists(st.integers(), min_size=1).map(lambda many: {"enum": many}),
    st.sampled_from(
        [
            {"type": "string", "format": "date"},
            {"type": ["null", "string"]},
            {"type": "string", "pattern": "^[A-Z]{1,6}$"},
        ]
    ),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.integers(0, 3)).map(lambda two: {"type": "array", "items": two[0], "minItems": two[1]}),
        st.dictionaries(st.sampled_from("abc"), inner, min_size=1).map(
            lambda fields: {"type": "object", "properties": fields, "required": sorted(fields)}
        ),
        inner.map(lambda one: {"allOf": [one]}),
        inner.map(lambda one: {"anyOf": [{"type": "null"}, one]}),
    ),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None)
@given(SCHEMAS)
def test_what_is_made_fits(schema: dict[str, Any]) -> None:
    assert violations(made(schema, NOTHING), schema, NOTHING) == []


@settings(derandomize=True, deadline=None)
@given(SCHEMAS)
def test_what_is_wrong_does_not_fit(schema: dict[str, Any]) -> None:
    for wrong in wrong_values(schema, NOTHING):
        if wrong.forbidden:
            assert violations(wrong.value, schema, NOTHING) != [], wrong


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), SCHEMAS, min_size=1))
def test_a_wrong_body_is_wrong_and_every_needed_field_is_left_out_once(fields: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": fields, "required": sorted(fields)}
    content = Content("application/json", schema, {})
    bodies = list(wrong_bodies(content, value_of(content, NOTHING), NOTHING))
    assert {f"without {name}" for name in fields} <= {wrong.what for wrong in bodies}
    for wrong in bodies:
        if wrong.forbidden:
            assert violations(wrong.value, schema, NOTHING) != [], wrong


def test_the_documents_own_values_come_first() -> None:
    schema = {"type": "string", "default": "of the schema"}
    assert value_of(Content("", schema, {"example": "of the body"}), NOTHING) == "of the body"
    assert value_of(Content("", schema, {"examples": {"one": {"value": "named"}}}), NOTHING) == "named"
    assert value_of(Content("", schema, {}), NOTHING) == "of the schema"
    assert value_of(Content("", {"enum": [7, 8]}, {}), NOTHING) == 7


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "pattern": "^[0-9]{13}-x$"}, "no text is known that fits the pattern '^[0-9]{13}-x$'"),
        ({"type": "string", "pattern": "("}, "pattern '(': "),
        ({"$ref": "#/components/schemas/Nowhere"}, "$ref '#/components/schemas/Nowhere' leads nowhere"),
        ({"type": "string", "example": 7}, "what could be made does not fit its own schema"),
    ],
)
def test_what_cannot_be_made_says_why(schema: Any, said: str) -> None:
    with pytest.raises(UnmadeError, match=re.escape(said)):
        value_of(Content("", schema, {}), NOTHING)


def test_a_schema_that_must_hold_itself_cannot_be_made() -> None:
    node = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    with pytest.raises(UnmadeError, match="holds itself"):
        made({"$ref": "#/components/schemas/Node"}, document({}, schemas={"Node": node}))


def texts(**schema: Any) -> dict[str, tuple[str, bool]]:
    parameter = Parameter("a", "query", True, schema, {})
    return {wrong.what: (wrong.value, wrong.forbidden) for wrong in wrong_texts(parameter, NOTHING)}


def test_texts_of_a_number_are_no_number_or_out_of_range() -> None:
    assert texts(type="integer", minimum=1, maximum=9) == {
        "of the wrong type": ("no-such-value", True),
        "below its minimum": ("0", True),
        "above its maximum": ("10", True),
        "of forty digits": ("9" * 40, True),
    }
    assert texts(type="integer")["of forty digits"] == ("9" * 40, False), (
        "without a maximum it is hostile, not forbidden"
    )


def test_texts_of_a_text_break_its_length_and_pattern() -> None:
    found = texts(type="string", minLength=2, maxLength=3, pattern="^[a-z]+$")
    assert found["too short"] == ("a", True)
    assert found["too long"] == ("aaaa", True)
    assert found["of another form"] == ("~ no such value ~", True)
    assert found["with a NUL"] == ("a\0b", False)
    assert texts(type="string", format="date")["of another form"][1] is False, "a format is a note"


def test_a_document_with_absurd_bounds_fills_no_memory() -> None:
    with pytest.raises(UnmadeError, match="at least 1000000000000 characters"):
        made({"type": "string", "minLength": 10**12}, NOTHING)
    assert len(texts(type="string", minLength=10**12)["too short"][0]) == 100_000
    endless = json.loads("1e999")
    assert made({"type": "string", "minLength": endless}, NOTHING) == "text"
    assert made({"type": "integer", "minimum": endless}, NOTHING) == 1
    assert made({"type": "integer", "multipleOf": endless}, NOTHING) == 1
    assert made({"type": "integer", "minimum": 10**400}, NOTHING) == 10**400
    assert "below its minimum" not in texts(type="number", minimum=endless)


def test_a_null_is_sent_and_not_held_against_anybody() -> None:
    nulls = [wrong for wrong in wrong_values({"type": "string"}, NOTHING) if wrong.value is None]
    assert [wrong.forbidden for wrong in nulls] == [False]


def test_what_is_only_read_is_neither_made_nor_missed_nor_sent_wrongly() -> None:
    person = {
        "type": "object",
        "required": ["id", "name", "key"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "key": {"type": "string", "writeOnly": True},
        },
    }
    content = Content("", {"allOf": [person]}, {})
    base = value_of(content, NOTHING)
    assert base == {"name": "text", "key": "text"}
    found = [wrong.what for wrong in wrong_bodies(content, base, NOTHING)]
    assert [what for what in found if what.startswith("without ")] == ["without name", "without key"]
    assert not [what for what in found if what.startswith("id ")]
    assert [what for what in found if what.startswith("key ")]


def test_an_example_need_not_hold_what_is_only_read() -> None:
    schema = {"required": ["id"], "properties": {"id": {"readOnly": True}}, "example": {"name": "pen"}}
    assert value_of(Content("", schema, {}), NOTHING) == {"name": "pen"}


def test_an_all_of_that_holds_itself_is_no_endless_search() -> None:
    reference = {"$ref": "#/components/schemas/Loop"}
    whole = document({}, schemas={"Loop": {"allOf": [reference]}})
    with pytest.raises(UnmadeError, match="an allOf holds itself"):
        made(reference, whole)
    assert list(wrong_values(reference, whole)) == []
    assert list(wrong_texts(Parameter("a", "query", True, {"allOf": [reference]}, {}), whole)) == []
