"""Refused and over, and the service goes on."""

from typing import Any

import pytest

from checks.reliability.malformed_requests import malformed_requests
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, reply


def _recording(broken: dict[str, Any], after: dict[str, Any] | None = None, before: int = 200) -> Recording:
    facts = {"plain": {"GET": reply(before)}, "broken": {"garbage": broken}, "after": {"GET": after or reply()}}
    return Recording(facts=facts)


@pytest.mark.parametrize("broken", [reply(400), reply(200), reply(501), reply(505), reply(0, error="reset")])
def test_refused_or_closed_passes(broken: dict[str, Any]) -> None:
    assert holds(malformed_requests(_recording(broken)), "1 broken requests")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(reply(500)), "garbage: answered with 500"),
        (_recording(SILENCE), "garbage: neither answered nor closed"),
        (_recording(reply(400), SILENCE), "a plain one is not answered"),
    ],
)
def test_a_bad_end_fails(given: Recording, reason: str) -> None:
    assert not holds(malformed_requests(given), reason)


@pytest.mark.parametrize("given", [Recording(), _recording(reply(500), before=0)])
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(malformed_requests(given), Unknown)
