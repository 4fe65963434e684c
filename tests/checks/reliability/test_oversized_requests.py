"""Refused or served, but over and alive."""

from typing import Any

import pytest

from checks.reliability.oversized_requests import oversized_requests
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(status: int = 431, error: str = "", good: int = 10, alive: bool = True, before: int = 10) -> Recording:
    facts: dict[str, Any] = {
        "plain": {"asked": 10, "good": before},
        "oversized": [{"what": "long", "status": status, "ended": True, "error": error}],
        "after": {"alive": alive, "asked": 10, "good": good},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    "given", [_recording(), _recording(200), _recording(0), _recording(0, "reset"), _recording(501)]
)
def test_an_end_passes(given: Recording) -> None:
    assert holds(oversized_requests(given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(500), "long: 500"), (_recording(0, "timeout"), "neither answered nor closed"),
        (_recording(good=9), "9 of 10"), (_recording(alive=False), "after them"),
    ],
)  # fmt: skip
def test_a_breakage_fails(given: Recording, reason: str) -> None:
    assert not holds(oversized_requests(given), reason)


@pytest.mark.parametrize("given", [Recording(), _recording(before=9)])
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(oversized_requests(given), Unknown)
