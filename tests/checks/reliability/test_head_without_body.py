"""A body after HEAD fails; refusing HEAD does not."""

import pytest

from checks.reliability.head_without_body import head_without_body
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("status", "body", "good"),
    [(200, "", True), (405, "", True), (501, "", True), (200, "x", False), (404, "no", False), (500, "", False)],
)
def test_the_body_decides(status: int, body: str, good: bool) -> None:
    assert holds(head_without_body(recording("plain", HEAD=reply(status, body)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("plain", HEAD=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(head_without_body(given), Unknown)
