"""The id must be returned and logged; an unreadable log leaves the second half open."""

import pytest

from checks.monitoring.request_id import request_id
from readiness import Fact, Recording, Unknown


def _recording(returned: bool, in_logs: bool | None, status: int = 200) -> Recording:
    return Recording(facts={"request_id": {"status": status, "returned": returned, "in_logs": in_logs}})


def test_returned_and_logged_passes() -> None:
    outcome = request_id(_recording(True, True))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("returned", "in_logs", "reason"),
    [(False, True, "not returned"), (True, False, "not in the log"), (False, None, "not returned")],
)
def test_a_lost_id_fails(returned: bool, in_logs: bool | None, reason: str) -> None:
    outcome = request_id(_recording(returned, in_logs))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


def test_an_id_of_which_only_the_reply_could_be_seen_is_unknown() -> None:
    outcome = request_id(_recording(True, None))
    assert isinstance(outcome, Unknown)
    assert "the log cannot be read, or is empty" in outcome.reason


@pytest.mark.parametrize("recording", [Recording(), _recording(False, False, status=0)])
def test_what_was_not_seen_is_unknown(recording: Recording) -> None:
    assert isinstance(request_id(recording), Unknown)
