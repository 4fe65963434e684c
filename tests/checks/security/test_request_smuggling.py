"""Refused or ended passes; a second reply or an open connection does not."""

import pytest

from checks.security.request_smuggling import request_smuggling
from readiness import Measured, Recording, Unknown
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


def test_chunks_that_win_over_a_length_on_a_connection_that_stays_only_warn() -> None:
    outcome = request_smuggling(recording("ambiguous", two_lengths=reply(400), length_and_chunks=reply(200, replies=2)))
    assert isinstance(outcome, Measured)
    assert (outcome.value, outcome.limit) == (1.0, 1.0), "at its limit: a warning, neither a pass nor a failure"
    assert "by the chunks" in outcome.reason


@pytest.mark.parametrize(
    ("two_lengths", "chunks"),
    [(reply(200, replies=2), reply(200, replies=2)), (reply(400), reply(200, replies=1, ended=False))],
)
def test_a_length_that_is_believed_fails(two_lengths: dict[str, object], chunks: dict[str, object]) -> None:
    assert not holds(request_smuggling(recording("ambiguous", two_lengths=two_lengths, length_and_chunks=chunks)))


@pytest.mark.parametrize("given", [Recording(), recording("ambiguous", two_lengths=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(request_smuggling(given), Unknown)


@pytest.mark.parametrize("silence", [SILENCE, reply(0, replies=0, ended=False, error="refused")])
def test_one_that_got_no_answer_is_not_a_refusal(silence: dict[str, object]) -> None:
    outcome = request_smuggling(recording("ambiguous", two_lengths=reply(400), length_and_chunks=silence))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "length and chunks: neither answered nor ended"
    assert not holds(request_smuggling(recording("ambiguous", two_lengths=reply(200, replies=2), more=silence)))
