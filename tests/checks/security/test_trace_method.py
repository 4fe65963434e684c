"""An echo fails, anything else passes."""

import pytest

from checks.security.trace_method import trace_method
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (reply(405), True), (reply(0, ended=True), True), (reply(200, "hello"), True), (reply(404, "canary"), True),
        (reply(200, "X-Canary: canary"), False),
    ],
)  # fmt: skip
def test_the_echo_decides(given: dict[str, object], good: bool) -> None:
    assert holds(trace_method(recording("plain", TRACE=given))) is good


@pytest.mark.parametrize("given", [Recording(), recording("plain", TRACE=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(trace_method(given), Unknown)
