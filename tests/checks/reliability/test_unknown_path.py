"""Any 4xx is right; success and 5xx are not."""

import pytest

from checks.reliability.unknown_path import unknown_path
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("status", "good"), [(404, True), (400, True), (499, True), (200, False), (399, False), (500, False)]
)
def test_the_status_decides(status: int, good: bool) -> None:
    assert holds(unknown_path(recording("plain", unknown_path=reply(status))), str(status)) is good


@pytest.mark.parametrize("given", [Recording(), recording("plain", unknown_path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(unknown_path(given), Unknown)
