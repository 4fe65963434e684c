"""Refused or ended passes; a second reply or an open connection does not."""

import pytest

from checks.security.request_smuggling import request_smuggling
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (reply(400), True), (reply(501, ended=False), True), (reply(200, ended=True), True), (reply(0, replies=0), True),
        (reply(200, ended=False), False), (reply(200, replies=2), False),
    ],
)  # fmt: skip
def test_what_follows_decides(given: dict[str, object], good: bool) -> None:
    assert holds(request_smuggling(recording("ambiguous", two_lengths=given))) is good


@pytest.mark.parametrize("given", [Recording(), recording("ambiguous", two_lengths=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(request_smuggling(given), Unknown)
