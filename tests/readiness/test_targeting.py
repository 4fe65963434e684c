"""How a description becomes a request: what is filled in, and which braces are plain text."""

import json
from typing import Any

import pytest

from readiness.targeting import fields_of, fill
from tests.readiness.openapi.documents import target

QUERY = "{ users { id } }"
VALUES = {"id": 7, "order-id": "o 1", "shown": "{id}"}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("/items/{id}?again={id}", "/items/7?again=7"), ("/orders/{order-id}", "/orders/o 1"),
        ("{id}", 7), ("{unknown}", "{unknown}"), ("{unknown}/{id}", "{unknown}/7"),
        ("{shown} {id}", "{id} 7"), ("{{id}}", "{{id}}"), ("{{id}}/{id}", "{{id}}/7"),
        (QUERY, QUERY), ("{ user(id: {id}) { name } }", "{ user(id: 7) { name } }"), ('{"id": {id}}', '{"id": 7}'),
        ("p{ss", "p{ss"), ("p}ss", "p}ss"), ("{}", "{}"), ("{", "{"), ("a{2,3}", "a{2,3}"),
        ("{id!r} {id:>3} {id[0]}", "{id!r} {id:>3} {id[0]}"),
        ({"query": QUERY, "variables": ["{id}", True, None]}, {"query": QUERY, "variables": [7, True, None]}),
    ],
)  # fmt: skip
def test_only_known_names_in_simple_braces_are_filled(template: Any, filled: Any) -> None:
    assert fill(template, VALUES) == filled


def test_the_names_that_are_left_open_are_those_of_simple_braces() -> None:
    assert fields_of(f"{{a}}/{{b.c}} {{{{d}}}} {QUERY} p{{ss }} {{}}") == ["a", "b.c"]


def test_a_graphql_query_is_sent_as_it_was_written() -> None:
    there = target(
        operations=[
            {
                "name": "users", "method": "POST", "path": "/graphql/{id}", "headers": {"X-Match": "[a-z]{2,}"},
                "body": {"query": QUERY, "variables": {"id": "{id}"}},
            }
        ]
    )  # fmt: skip
    there.values["id"] = 7
    request = there.request("users")
    assert (request.path, request.headers["X-Match"]) == ("/graphql/7", "[a-z]{2,}")
    assert json.loads(request.body) == {"query": QUERY, "variables": {"id": 7}}
