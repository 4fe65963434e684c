"""Requests under way are answered, the status is 0, and the stop time holds."""

from typing import Any

import pytest

from checks.reliability.graceful_shutdown import graceful_shutdown
from readiness import Fact, Recording, Unknown


def _recording(*, request: dict[str, Any] | None = None, **changes: Any) -> Recording:
    flying = {"in_flight": True, "status": 200, "error": "", "seconds": 1.0, **(request or {})}
    told = {"exit_status": 0, "seconds": 1.2, "stop_seconds": 10.0, "expect": [200], "requests": [flying], **changes}
    return Recording(facts={"shutdown": told})


@pytest.mark.parametrize("seconds", [1.2, 10.0])
def test_a_drained_stop_passes(seconds: float) -> None:
    outcome = graceful_shutdown(_recording(seconds=seconds))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("status", [-15, 143])
def test_who_drains_and_then_ends_by_the_signal_itself_passes(status: int) -> None:
    outcome = graceful_shutdown(_recording(exit_status=status))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert f"exit status {status}" in outcome.reason


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (_recording(request={"status": 0, "error": "reset"}), "1 of 1 requests under way were cut (first: reset)"),
        (_recording(request={"status": 503}), "first: 503"),
        (_recording(exit_status=None, seconds=12.0), "it still ran 12.0 s"),
        (_recording(exit_status=1), "exit status 1"),
        (_recording(exit_status=-9), "exit status -9"),
        (_recording(exit_status=-15, request={"status": 0, "error": "closed"}), "were cut"),
        (_recording(seconds=10.1), "it took 10.1 s"),
    ],
)
def test_each_defect_fails(recording: Recording, reason: str) -> None:
    outcome = graceful_shutdown(recording)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "recording", [Recording(), Recording(facts={"problem": "none"}), _recording(request={"in_flight": False})]
)
def test_without_requests_under_way_nothing_is_known(recording: Recording) -> None:
    assert isinstance(graceful_shutdown(recording), Unknown)
