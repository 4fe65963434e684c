"""A body needs a type; no body needs none."""

import pytest

from checks.security.content_type import content_type
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(("headers", "good"), [({"content-type": "text/plain"}, True), ({}, False)])
def test_the_header_decides(headers: dict[str, str], good: bool) -> None:
    assert holds(content_type(recording("plain", GET=reply(200, "x", headers=headers)))) is good


@pytest.mark.parametrize("told", [reply(200, ""), reply(204, "x"), reply(304, "x")])
def test_without_a_body_there_is_nothing_to_name(told: dict[str, object]) -> None:
    assert isinstance(content_type(recording("plain", GET=told)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), recording("plain", GET=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(content_type(given), Unknown)
