"""4xx, 501 or a closed connection; nothing else."""

import pytest

from checks.reliability.unknown_method import unknown_method
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("status", "good"), [(405, True), (404, True), (501, True), (0, True), (200, False), (500, False)]
)
def test_the_status_decides(status: int, good: bool) -> None:
    assert holds(unknown_method(recording("plain", PROPFIND=reply(status)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("plain", PROPFIND=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(unknown_method(given), Unknown)
