"""A document is read as it stands; what cannot be one is refused in one line, what is wrong in it is told."""

import json
from typing import Any

import pytest

from readiness.errors import SettingsError
from readiness.openapi import parse
from tests.readiness.openapi.documents import document, operation, parameter

WELL = {"responses": {"200": {"description": "well"}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("<html>", "is '<html>'"),
        ("[1]", "is '[1]'"),
        ("a: [", "neither JSON nor YAML"),
        ("a: &a [1]\nb: *a", "YAML with aliases"),
        ('{"swagger": "2.0", "paths": {}}', "swagger is '2.0'"),
        ('{"openapi": "4.0.0", "paths": {}}', "openapi is '4.0.0'"),
        ('{"openapi": 3.1, "paths": {}}', "openapi is 3.1"),
        ('{"openapi": "3.1.0", "paths": []}', "paths is list"),
        ('{"openapi": "3.1.0"}', "paths is NoneType"),
    ],
)
def test_what_is_no_document_is_refused_with_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, "target.openapi: /openapi.json")
    assert str(caught.value).startswith(f"target.openapi: /openapi.json: {said}")
    assert "right would be an OpenAPI 3.0, 3.1 or 3.2 document" in str(caught.value)
    assert caught.value.exit_code == 2


def test_yaml_is_read_as_json_is() -> None:
    text = "openapi: 3.0.3\npaths:\n  /items:\n    get:\n      responses: {'200': {description: well}}\n"
    assert [one.title for one in parse(text, "here").operations] == ["GET /items"]


def test_an_operation_is_what_the_document_says_of_it() -> None:
    given = {
        "operationId": "item", "security": [{"key": []}],
        "parameters": [{"$ref": "#/components/parameters/number"}],
        "responses": {"200": {"$ref": "#/components/responses/item"}, "4XX": {"description": "no"}},
    }  # fmt: skip
    one, whole = operation(
        given,
        "/items/{number}",
        parameters={"number": parameter("number", "path", type="integer")},
        responses={"item": {"description": "", "content": {"application/json; charset=utf-8": {"schema": {}}}}},
    )
    assert whole.problems == []
    assert (one.name, one.title, one.security) == ("item", "GET /items/{number}", (("key",),))
    assert [(p.name, p.place, p.required) for p in one.parameters] == [("number", "path", True)]
    assert list(one.answers["200"].content) == ["application/json"]
    assert one.answer(404) is one.answers["4XX"]
    assert one.answer(500) is None


def test_parameters_of_the_path_are_those_of_its_operations_unless_they_say_otherwise() -> None:
    item = {
        "parameters": [parameter("a", type="integer"), parameter("b")],
        "get": {**WELL, "parameters": [parameter("a", type="string")]},
    }
    (one,) = document({"/items": item}).operations
    assert {p.name: p.schema.get("type") for p in one.parameters} == {"a": "string", "b": None}


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ({"/a": {"get": {}}}, "GET /a: has no responses"),
        ({"/a": {"get": 7}}, "GET /a: is no object"),
        ({"/a": {"$ref": "#/components/nothing"}}, "/a: $ref '#/components/nothing' leads nowhere (no 'nothing')"),
        ({"/a": {"$ref": "other.yaml#/a"}}, "/a: $ref 'other.yaml#/a' leads out of the document"),
        ({"/a": {"$ref": "#/paths/~1a"}}, "/a: references go round in a circle"),
        ({"/a/{b}": {"get": WELL}}, "GET /a/{b}: {b} in the path is no parameter"),
        ({"/a": {"get": {**WELL, "parameters": [parameter("b", "path")]}}}, "GET /a: the path has no {b}"),
        ({"/a": {"get": {**WELL, "parameters": [parameter("b", "body")]}}}, "GET /a: parameter 'b': in 'body'"),
        (
            {"/a": {"get": {**WELL, "parameters": [{"name": "b"}]}}},
            "GET /a: a parameter has no 'in'",
        ),
        (
            {"/a": {"get": {**WELL, "parameters": [{"name": "b", "in": "query"}]}}},
            "GET /a: parameter 'b' has no schema",
        ),
        ({"/a": {"get": {"responses": {"200": 3}}}}, "GET /a: response 200: an object is expected, here is int"),
        (
            {"/a": {"post": {**WELL, "requestBody": {"$ref": "#/x"}}}},
            "POST /a: requestBody: $ref '#/x' leads nowhere",
        ),
        (
            {"/a": {"get": {**WELL, "operationId": "x"}}, "/b": {"get": {**WELL, "operationId": "x"}}},
            "operationId 'x' is given twice",
        ),
    ],
)
def test_each_fault_is_told_and_the_rest_is_read(paths: dict[str, Any], said: str) -> None:
    whole = document({**paths, "/whole": {"get": WELL}})
    assert len(whole.problems) == 1, whole.problems
    assert whole.problems[0].startswith(said)
    assert "GET /whole" in [one.title for one in whole.operations]


@pytest.mark.parametrize(
    "junk", [None, 3, "x", [], {"get": {"responses": 3, "parameters": 3, "requestBody": 3, "security": 3}}]
)
def test_anything_anywhere_is_borne(junk: Any) -> None:
    whole = parse(json.dumps({"openapi": "3.1.0", "paths": {"/a": junk}, "components": junk, "security": junk}), "here")
    assert whole.problems


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        ([], "/items"),
        ([{"url": "/"}], "/items"),
        ([{"url": "/api/v1/"}, {"url": "/api/v2"}], "/api/v1/items"),
        ([{"url": "https://example.org/api"}], "/api/items"),
        (
            [
                {
                    "url": "https://{host}/{version}",
                    "variables": {"host": {"default": "h"}, "version": {"default": "v2"}},
                }
            ],
            "/v2/items",
        ),
        ([{"url": "https://example.org/{unknown}"}], "/items"),
        ([3], "/items"),
    ],
)
def test_the_path_of_the_first_server_goes_before_every_path(servers: list[Any], path: str) -> None:
    text = json.dumps({"openapi": "3.2.0", "servers": servers, "paths": {"/items": {"get": WELL}}})
    assert [one.path for one in parse(text, "here").operations] == [path]
