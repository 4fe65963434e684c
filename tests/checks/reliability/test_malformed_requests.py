"""Refused and over, and the service goes on."""

from typing import Any

import pytest

from checks.reliability.malformed_requests import malformed_requests
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, reply


def _recording(broken: dict[str, Any], after: dict[str, Any] | None = None, before: int = 200) -> Recording:
    facts = {"plain": {"GET": reply(before)}, "broken": {"garbage": broken}, "after": {"GET": after or reply()}}
    return Recording(facts=facts)


CLOSED = reply(0, ended=True, replies=0)


@pytest.mark.parametrize("broken", [reply(400), reply(501), reply(505), reply(0, error="reset"), CLOSED])
def test_refused_or_closed_passes(broken: dict[str, Any]) -> None:
    assert holds(malformed_requests(_recording(broken)), "of 1 broken requests 1 were refused, 0 answered")


@pytest.mark.parametrize("broken", [reply(200), reply(302), reply(0, ended=False, replies=0)])
def test_what_was_answered_is_not_told_as_refused(broken: dict[str, Any]) -> None:
    assert holds(malformed_requests(_recording(broken)), "of 1 broken requests 0 were refused, 1 answered")


def test_both_are_counted() -> None:
    facts = {**_recording(reply(400)).facts, "broken": {"a": reply(400), "b": CLOSED, "c": reply(200)}}
    assert holds(malformed_requests(Recording(facts=facts)), "of 3 broken requests 2 were refused, 1 answered")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(reply(500)), "garbage: answered with 500"),
        (_recording(SILENCE), "garbage: neither answered nor closed"),
        (_recording(reply(0, error="refused")), "garbage: no connection was to be had"),
        (_recording(reply(400), SILENCE), "a plain one is not answered"),
        (_recording(reply(400), reply(500)), "a plain one is answered with 500"),
        (_recording(reply(400), reply(503), before=404), "a plain one is answered with 503"),
    ],
)
def test_a_bad_end_fails(given: Recording, reason: str) -> None:
    assert not holds(malformed_requests(given), reason)


@pytest.mark.parametrize(
    "given", [Recording(), _recording(reply(500), before=0), _recording(reply(400), reply(500), before=500)]
)
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(malformed_requests(given), Unknown)
