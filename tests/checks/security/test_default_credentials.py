"""One that is let in is enough; an answer that refuses nobody proves nothing."""

import pytest

from checks.security.default_credentials import default_credentials
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*statuses: int) -> Recording:
    tries = [
        {
            "operation": "notes",
            "credentials": f"Basic admin:{n}",
            "status": status,
            "error": "" if status else "timeout",
        }
        for n, status in enumerate(statuses)
    ]
    return Recording(facts={"default_credentials": tries})


@pytest.mark.parametrize("given", [_recording(401), _recording(401, 403, 429, 404)])
def test_refusals_pass(given: Recording) -> None:
    assert holds(default_credentials(given), "usual credentials were refused")


@pytest.mark.parametrize("status", [200, 204, 302])
def test_one_that_is_let_in_fails(status: int) -> None:
    assert not holds(default_credentials(_recording(401, status, 500)), f"notes answered {status} to Basic admin:1")


@pytest.mark.parametrize("given", [Recording(), _recording(401, 500), _recording(0), _recording(401, 0)])
def test_what_is_no_refusal_is_unknown(given: Recording) -> None:
    assert isinstance(default_credentials(given), Unknown)


def _anonymous(*given: tuple[str, int], tries: int = 0) -> Recording:
    asked = [
        {"operation": f"read {n}", "identity": identity, "status": status, "error": "" if status else "timeout"}
        for n, (identity, status) in enumerate(given)
    ]
    return Recording(facts={**_recording(*[401] * tries).facts, "anonymous_reads": asked})


def test_reads_that_everybody_may_see_leave_nothing_to_try() -> None:
    assert isinstance(default_credentials(_anonymous(("alice", 200), ("bob", 204))), NotApplicable)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_anonymous(("alice", 0)), "read 0 answered timeout to a call without credentials"),
        (_anonymous(("alice", 200), ("alice", 500)), "read 1 answered 500 to a call without credentials"),
        (_anonymous(("alice", 302)), "read 0 answered 302 to a call without credentials"),
        (_anonymous(("alice", 401), ("bob", 503), tries=3), "read 1 answered 503 to a call without credentials"),
        (_anonymous(), "no described read has an identity"),
    ],
)
def test_a_read_that_was_not_tried_is_unknown(given: Recording, reason: str) -> None:
    outcome = default_credentials(given)
    assert isinstance(outcome, Unknown), "it was not tried, so nothing is known"
    assert reason in outcome.reason


def test_a_failed_call_does_not_matter_where_another_read_of_the_same_caller_was_tried() -> None:
    assert holds(default_credentials(_anonymous(("alice", 0), ("alice", 403), ("bob", 404), tries=3)))


def test_a_recording_that_does_not_tell_the_anonymous_calls_is_unknown() -> None:
    assert isinstance(default_credentials(_recording()), Unknown)
