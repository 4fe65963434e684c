"""Operations come from the document where that is safe, and each that does not says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import SettingsError
from readiness.exchange import Reply
from readiness.openapi import read, with_operations
from readiness.targeting import TargetSpec
from tests.readiness.openapi.documents import Answering, answering, parameter, reply, run, taking, target

WELL = {"responses": {"200": {"description": "well"}}}
PLAIN = {"/a": {"get": WELL}}


def served(paths: dict[str, Any], **more: Reply) -> dict[str, Reply]:
    whole = {
        "openapi": "3.1.0",
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }
    return {"/openapi.json": reply(body=json.dumps(whole)), **more}


def taken(paths: dict[str, Any], replies: dict[str, Reply] | None = None, **described: Any) -> TargetSpec:
    answers = served(paths, **(replies or {}))
    return run(with_operations(target(answers, openapi="/openapi.json", **described)))


def test_without_a_document_nothing_is_asked() -> None:
    there = target({})
    assert run(with_operations(there)) is there.spec
    assert isinstance(there.adapter, Answering)
    assert there.adapter.sent == []


def test_a_plain_read_that_answers_is_taken_and_makes_the_load() -> None:
    spec = taken(PLAIN, {"/a": reply()})
    (operation,) = spec.operations
    assert (operation.name, operation.path, operation.effect, operation.weight) == ("get_a", "/a", "read", 1.0)
    assert spec.from_document == ("get_a",)
    assert spec.left_out == {}


def test_a_described_load_is_left_as_it_is_and_a_described_operation_too() -> None:
    paths = {**PLAIN, "/b": {"get": WELL}}
    spec = taken(paths, {"/a": reply(), "/b": reply()}, operations=[{"name": "mine", "path": "/a", "weight": 3}])
    assert [(one.name, one.weight) for one in spec.operations] == [("mine", 3.0), ("get_b", 0.0)]


def test_parameters_come_from_examples_and_defaults_only() -> None:
    given = [
        parameter("n", "path", type="integer", example=7),
        parameter("q", required=True, type="string", default="a b"),
        parameter("left", type="string"),
        parameter("X-T", "header", required=True, enum=["t"]),
    ]
    spec = taken({"/a/{n}": {"get": {**WELL, "parameters": given}}}, {"/a/7?q=a%20b": reply()})
    assert (spec.operations[0].path, spec.operations[0].headers) == ("/a/7?q=a%20b", {"X-T": "t"})
    spec = taken(
        {"/a/{n}": {"get": {**WELL, "parameters": [parameter("n", "path", type="integer")]}}}, {"/a/1": reply()}
    )
    assert spec.left_out == {"GET /a/{n}": "path parameter 'n' has neither example nor default"}


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (reply(200), ""),
        (reply(500), ""),
        (reply(404), "a first call was answered 404"),
        (reply(401), "a first call was answered 401"),
        (reply(0, error="timeout"), "no answer to a first call: timeout"),
    ],
)
def test_one_call_decides_and_a_server_error_is_kept_to_be_seen(got: Reply, said: str) -> None:
    spec = taken(PLAIN, {"/a": got})
    assert spec.left_out.get("GET /a", "") == said
    assert bool(spec.from_document) is not bool(said)


@pytest.mark.parametrize(
    ("method", "grants", "schema", "said"),
    [
        ("post", ["read"], {"type": "object"}, "it writes, and the grant `write` is not given"),
        ("post", ["read", "write"], {"type": "object"}, ""),
        ("put", ["read", "write"], {"type": "object"}, ""),
        ("post", ["read", "write"], {"type": "string", "pattern": "^[0-9]{13}-x$"}, "no text is known that fits"),
        ("delete", ["read", "write"], {"type": "object"}, "DELETE: to be described"),
    ],
)
def test_what_writes_needs_the_grant_and_a_body(method: str, grants: list[str], schema: Any, said: str) -> None:
    spec = taken({"/a": {method: {**WELL, **taking(schema)}}}, grants=grants)
    assert spec.left_out.get(f"{method.upper()} /a", "").startswith(said)
    assert [one.effect for one in spec.operations] == ([] if said else ["write"])
    assert spec.load_mix == (), "what writes is no load unless somebody says so"


def test_what_writes_is_not_tried() -> None:
    there = target(
        served({"/a": {"post": {**WELL, **taking({"type": "object"})}}}),
        openapi="/openapi.json",
        grants=["read", "write"],
    )
    run(with_operations(there))
    assert isinstance(there.adapter, Answering)
    assert [one.method for one in there.adapter.sent] == ["GET"]


def test_security_asks_for_an_identity() -> None:
    paths = {"/a": {"get": {**WELL, "security": [{"key": []}]}}, "/b": {"get": {**WELL, "security": [{}, {"key": []}]}}}
    spec = taken(paths, {"/a": reply(), "/b": reply()})
    assert spec.left_out == {"GET /a": "it asks for an identity, and none of `identities` has its header"}
    spec = taken(paths, {"/a": reply(), "/b": reply()}, identities={"user": {"value": "Bearer x"}})
    assert [(one.path, one.identity) for one in spec.operations] == [("/a", "user"), ("/b", None)]


def test_health_and_metrics_are_no_operations() -> None:
    paths = {"/ready": {"get": WELL}, "/live": {"get": WELL}, "/metrics": {"get": WELL}}
    spec = taken(paths, health={"ready": "/ready", "live": "/live"}, metrics="/metrics")
    assert (spec.operations, spec.left_out) == ((), {})


def test_names_are_words_of_their_own() -> None:
    paths = {"/a": {"get": {**WELL, "operationId": "items.all-of"}}, "/b": {"get": {**WELL, "operationId": "mine"}}}
    spec = taken(paths, {"/a": reply(), "/b": reply()}, operations=[{"name": "mine", "path": "/c"}])
    assert [one.name for one in spec.operations] == ["mine", "items_all_of", "mine_documented"]


def test_braces_in_an_example_are_plain_text() -> None:
    content = {"requestBody": {"content": {"application/json": {"schema": {}, "example": "a } b { c"}}}}
    spec = taken({"/a": {"post": {**WELL, **content}}}, grants=["read", "write"])
    assert spec.left_out == {}
    assert [one.body for one in spec.operations] == ["a } b { c"]


def test_what_makes_no_operation_is_left_out() -> None:
    spec = taken({"a": {"get": WELL}})
    assert spec.left_out["GET a"].startswith("its example cannot be used: ")
    assert "must start with" in spec.left_out["GET a"]


def test_a_hundred_operations_are_not_all_taken() -> None:
    paths = {f"/{n}": {"get": answering({})} for n in range(60)}
    spec = taken(paths, {f"/{n}": reply() for n in range(60)})
    assert len(spec.from_document) == 50
    assert len(spec.load_mix) == 5
    assert set(spec.left_out.values()) == {"more than 50 operations are not taken"}


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (reply(404), "target.openapi: /openapi.json: answered 404; right would be 200 with an OpenAPI document"),
        (reply(0, error="reset"), "target.openapi: /openapi.json: answered reset"),
        (reply(body="<html>"), "target.openapi: /openapi.json: is '<html>'; right would be an OpenAPI 3.0"),
        (Reply(200, {}, b"\xff\xfe", 0.1), "target.openapi: /openapi.json: is no UTF-8 text"),
    ],
)
def test_a_document_that_is_none_is_an_error_of_the_settings(got: Reply, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        run(read(target({"/openapi.json": got}, openapi="/openapi.json")))
    assert str(caught.value).startswith(said)


def test_a_document_behind_a_key_is_read_with_one() -> None:
    there = target({"/openapi.json": reply(401)}, openapi="/openapi.json", identities={"user": {"value": "Bearer x"}})
    with pytest.raises(SettingsError, match="answered 401"):
        run(read(there))
    assert isinstance(there.adapter, Answering)
    assert [one.headers.get("Authorization") for one in there.adapter.sent] == [None, "Bearer x"]


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("openapi: 3.0.3\npaths: {}\n")
    assert run(read(target(openapi=f"file:{tmp_path / 'api.yaml'}"))).version == "3.0.3"
    with pytest.raises(SettingsError, match="No such file"):
        run(read(target(openapi=f"file:{tmp_path / 'nothing.yaml'}")))


def test_a_header_is_taken_as_it_is_and_one_that_no_client_sends_is_left_out() -> None:
    def with_header(text: str) -> TargetSpec:
        given = [parameter("X-As-Of", "header", required=True, type="string", example=text)]
        return taken({"/a": {"get": {**WELL, "parameters": given}}}, {"/a": reply()})

    spec = with_header("2025-06-11T14:30:00Z, acme corp")
    assert spec.operations[0].headers == {"X-As-Of": "2025-06-11T14:30:00Z, acme corp"}
    for text in ("a\r\nX-Admin: 1", "価格"):
        spec = with_header(text)
        assert spec.left_out == {"GET /a": "its header 'X-As-Of' holds a line break, a NUL or a sign beyond Latin-1"}
        assert spec.operations == ()
