"""How an operation is called: as it is described, filled up from the document; what may not be sent is not."""

import json
from typing import Any

import pytest

from readiness.load.origin import parse_origin
from readiness.openapi import Way, is_description, right_call, ways, why_not, wrong_calls
from readiness.targeting import Operation
from tests.readiness.openapi.documents import answering, operation, parameter, taking, target

ITEM = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "price": {"type": "number"}}}
UNGRANTED = "it is described with the effect `{}`, and that grant is not given"


@pytest.mark.parametrize(
    ("path", "described", "same"),
    [
        ("/items/{n}", "/items/{number}", True),
        ("/items/{n}", "/items/7?full=1", True),
        ("/items/{n}", "/items", False),
        ("/items", "/items/", True),
        ("/items/all", "/items/{n}", False),
        ("/items/all", "/items/all", True),
    ],
)
def test_a_description_is_known_by_its_path(path: str, described: str, same: bool) -> None:
    documented, _ = operation({}, path)
    assert is_description(Operation(name="a", path=described), documented) is same


def test_a_description_is_of_its_method_and_of_the_target_itself() -> None:
    documented, _ = operation({})
    assert not is_description(Operation(name="a", path="/items", method="POST"), documented)
    assert not is_description(Operation(name="a", path="/items", dependency="other"), documented)


def test_what_is_described_goes_before_what_the_document_gives() -> None:
    documented, document = operation(
        {"parameters": [parameter("n", "path", type="integer"), parameter("full", required=True, enum=["yes"])]},
        "/items/{n}",
    )
    spec: dict[str, Any] = {
        "identities": {"user": {"header": "X-Key", "value": "secret"}},
        "operations": [{"name": "item", "path": "/items/{item}?full={full}", "identity": "user", "headers": {"X-Id": "{unique}"}}],
    }  # fmt: skip
    there = target(**spec)
    there.values["item"] = 31
    (way,) = ways(documented, document, there)
    assert way.gaps == ("full",)
    request = right_call(documented, way, there).request
    assert request.path == "/items/31?full=yes"
    assert request.headers["X-Key"] == "secret"
    assert len(request.headers["X-Id"]) == 32


def test_of_many_descriptions_the_completest_is_the_first() -> None:
    documented, document = operation(taking(ITEM), method="post")
    there = target(
        operations=[
            {"name": "open", "method": "POST", "path": "/items", "body": {"name": "{unknown}"}},
            {"name": "whole", "method": "POST", "path": "/items", "body": {"name": "pen"}},
        ]
    )
    found = ways(documented, document, there)
    assert [way.gaps for way in found] == [(), ("unknown",)]
    assert found[0].body == {"name": "pen"}
    assert found[1].body == {"name": "text"}, "what is open is made from the document"


def test_without_a_description_the_document_gives_all_and_its_security_the_identity() -> None:
    given = {
        "parameters": [parameter("n", "path", type="integer", example=5), parameter("X-Tenant", "header", required=True, const="t")],
        "security": [{"key": []}],
    }  # fmt: skip
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}
    documented, document = operation({**given, **taking(ITEM)}, "/items/{n}", "put", securitySchemes=schemes)
    there = target(
        identities={"other": {"header": "Authorization", "value": "B"}, "user": {"header": "X-Key", "value": "k"}}
    )
    (way,) = ways(documented, document, there)
    request = right_call(documented, way, there).request
    assert (request.method, request.path, request.body) == ("PUT", "/items/5", b'{"name": "text"}')
    assert {**request.headers, "Accept": ""} == {
        "Accept": "", "Content-Type": "application/json", "X-Key": "k", "X-Tenant": "t",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "grants", "way", "forbidden", "said"),
    [
        ("get", ["read"], {}, False, ""),
        ("post", ["read"], {}, False, "it writes, and the grant `write` is not given"),
        ("post", ["read"], {}, True, "it writes, and the grant `write` is not given"),
        ("post", ["read"], {"described": True, "effect": "read"}, False, ""),
        ("post", ["read", "write"], {}, False, ""),
        ("post", ["read", "write"], {"body": None}, False, "no body could be made"),
        ("post", ["read", "write"], {"described": True, "gaps": ("name",)}, False, "its description leaves open: name"),
        ("post", ["read", "write"], {"described": True, "gaps": ("name",)}, True, ""),
        ("put", ["read", "write"], {}, False, "it changes what is there"),
        ("put", ["read", "write"], {}, True, ""),
        ("delete", ["read", "write"], {}, True, "DELETE is not sent"),
        ("delete", ["read", "write"], {}, False, "DELETE is not sent"),
        ("options", ["read", "write"], {}, False, "OPTIONS is not sent"),
        ("get", ["read"], {"described": True}, False, UNGRANTED.format("write")),
        ("head", ["read"], {"described": True}, True, UNGRANTED.format("write")),
        ("get", ["read", "write"], {"described": True}, False, ""),
        ("get", ["read", "write"], {"described": True, "gaps": ("name",)}, False, "its description leaves open: name"),
        ("get", ["read", "write"], {"described": True, "effect": "disrupt"}, True, UNGRANTED.format("disrupt")),
        ("get", ["read", "disrupt"], {"described": True, "effect": "disrupt"}, False, ""),
        ("post", ["read", "write"], {"described": True, "effect": "disrupt"}, True, UNGRANTED.format("disrupt")),
    ],
)
def test_what_may_be_sent(method: str, grants: list[str], way: dict[str, Any], forbidden: bool, said: str) -> None:
    documented, _ = operation(taking(ITEM), method=method)
    known: dict[str, Any] = {"body": {"name": "a"}, "effect": "write", "described": False, **way}
    assert (
        why_not(documented, Way({}, {}, identity=None, **known), target(grants=grants).spec, forbidden=forbidden)
        == said
    )


def test_wrong_calls_are_wrong_in_one_way_each() -> None:
    given = {
        "parameters": [
            parameter("n", "path", type="integer"),
            parameter("q", required=True),
            parameter("o", type="integer"),
        ]
    }
    documented, document = operation({**given, **answering({})}, "/items/{n}")
    there = target()
    (way,) = ways(documented, document, there)
    calls = {call.what: (call.request.path, call.forbidden) for call in wrong_calls(documented, way, document, there)}
    assert calls["n of the wrong type"] == ("/items/no-such-value?q=text", True)
    assert calls["without q"] == ("/items/1", True)
    assert calls["q with a NUL"] == ("/items/1?q=a%00b", False)
    assert calls["o of the wrong type"] == ("/items/1?q=text&o=no-such-value", False), "a default may stand in for it"


def test_wrong_bodies_go_with_everything_else_right() -> None:
    documented, document = operation(taking(ITEM), method="post")
    there = target(grants=["read", "write"])
    (way,) = ways(documented, document, there)
    calls = {call.what: call for call in wrong_calls(documented, way, document, there)}
    assert list(calls)[:4] == ["malformed JSON", "deeply nested", "huge text", "body []"]
    assert calls["huge text"].rough, "it may be cut off"
    assert (calls["deeply nested"].rough, calls["deeply nested"].deep) == (False, True)
    assert json.loads(calls["without name"].request.body) == {}
    assert json.loads(calls["price of the wrong type"].request.body) == {"name": "text", "price": {"unexpected": [1]}}
    assert all(call.request.headers["Content-Type"] == "application/json" for call in calls.values())
    assert all(call.forbidden for what, call in calls.items() if not what.endswith(" null"))


def test_what_writes_is_sent_nothing_that_the_document_allows() -> None:
    given = {"parameters": [parameter("n", "path", type="string")], **taking(ITEM)}
    documented, document = operation(given, "/items/{n}", "put")
    there = target(grants=["read", "write"])
    (way,) = ways(documented, document, there)
    assert not [call.what for call in wrong_calls(documented, way, document, there) if call.what.startswith("n ")]


def test_a_parameter_within_a_segment_is_made() -> None:
    documented, document = operation({"parameters": [parameter("n", "path", type="integer")]}, "/items/{n}.json")
    there = target(operations=[{"name": "item", "path": "/items/{item}.json"}])
    (way,) = ways(documented, document, there)
    assert right_call(documented, way, there).request.path == "/items/1.json"


def test_a_key_in_the_query_is_no_identity() -> None:
    schemes = {"key": {"type": "apiKey", "in": "query", "name": "X-Key"}}
    documented, document = operation({"security": [{"key": []}]}, securitySchemes=schemes)
    there = target(identities={"user": {"header": "X-Key", "value": "k"}})
    assert ways(documented, document, there)[0].identity is None


def test_a_form_that_is_needed_cannot_be_made() -> None:
    form = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {}}}}}
    documented, document = operation(form, method="post")
    there = target(grants=["read", "write"])
    (way,) = ways(documented, document, there)
    assert why_not(documented, way, there.spec, forbidden=False) == "no body could be made"


def test_a_get_that_is_described_as_writing_is_sent_nothing_that_the_document_allows() -> None:
    documented, document = operation({"parameters": [parameter("q", required=True, maxLength=9)]}, "/reset")
    there = target(grants=["read", "write"], operations=[{"name": "reset", "path": "/reset?q=a", "effect": "write"}])
    (way,) = ways(documented, document, there)
    calls = list(wrong_calls(documented, way, document, there))
    assert [call.what for call in calls] == ["without q", "q too long"]
    assert all(call.forbidden for call in calls)


def test_no_wrong_call_leaves_the_path_of_its_operation() -> None:
    given = {
        "parameters": [parameter("n", "path", type="string", minLength=1, maxLength=9), parameter("q", minLength=1)]
    }
    documented, document = operation(given, "/items/{n}")
    there = target()
    (way,) = ways(documented, document, there)
    paths = {call.what: call.request.path for call in wrong_calls(documented, way, document, there)}
    assert paths == {
        "n too long": "/items/aaaaaaaaaa", "n with a NUL": "/items/a%00b", "q too short": "/items/text?q=",
        "q with a NUL": "/items/text?q=a%00b",
    }  # fmt: skip


def test_a_flaw_of_one_parameter_ends_its_wrong_calls_and_no_others() -> None:
    nowhere = [{"$ref": "#/components/schemas/Nowhere"}]
    given = {
        "parameters": [
            parameter("a", allOf=nowhere),
            parameter("b", type="integer", minimum="1"),
            parameter("c", type="integer", multipleOf=0),
            parameter("d", type="integer"),
        ]
    }
    documented, document = operation(given)
    there = target()
    (way,) = ways(documented, document, there)
    found = [call.what for call in wrong_calls(documented, way, document, there)]
    assert found == ["b of the wrong type", "c of the wrong type", "d of the wrong type", "d of forty digits"]


@pytest.mark.parametrize(
    ("example", "sent"),
    [
        ("2025-06-11T14:30:00Z", "2025-06-11T14:30:00Z"),
        ("en-US,en;q=0.9", "en-US,en;q=0.9"),
        ("acme corp", "acme corp"),
        (["a/b", 1, True], "a/b,1,true"),
    ],
)
def test_a_header_goes_out_as_it_is(example: Any, sent: str) -> None:
    given = {**parameter("X-As-Of", "header", required=True), "example": example}
    documented, document = operation({"parameters": [given]})
    there = target()
    (way,) = ways(documented, document, there)
    assert right_call(documented, way, there).request.headers["X-As-Of"] == sent
    assert why_not(documented, way, there.spec, forbidden=False) == ""


@pytest.mark.parametrize("text", ["a\r\nX-Admin: 1", "a\nb", "a\rb", "価格"])
@pytest.mark.parametrize("described", [True, False])
def test_a_header_that_the_client_refuses_keeps_its_operation_out(text: str, described: bool) -> None:
    documented, document = operation({"parameters": [parameter("X-Tenant", "header", required=True, const=text)]})
    own: list[Any] = [{"name": "items", "path": "/items", "headers": {"X-Tenant": text}}] if described else []
    there = target(operations=own)
    (way,) = ways(documented, document, there)
    with pytest.raises(ValueError, match=r"line break|latin-1"):
        parse_origin("http://127.0.0.1:1").wire("GET", "/", right_call(documented, way, there).request.headers)
    said = "its header 'X-Tenant' holds a line break, a NUL or a sign beyond Latin-1"
    assert [why_not(documented, way, there.spec, forbidden=forbidden) for forbidden in (False, True)] == [said, said]
