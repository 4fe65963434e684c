"""Wrong input must be answered below 500; only what is huge may be cut off instead."""

from typing import Any

import pytest

from checks.reliability.input_validation import input_validation
from readiness import Unknown
from tests.checks.documented import AFTER, refusal, refusals
from tests.checks.wires import holds


@pytest.mark.parametrize("status", [200, 400, 413, 422, 499])
def test_an_answer_below_500_passes(status: int) -> None:
    assert holds(
        input_validation(refusals(refusal(status), AFTER)), "1 wrong calls to 1 operations were answered below 500"
    )


def test_a_huge_body_may_be_cut_off() -> None:
    assert holds(input_validation(refusals(refusal(0, error="reset", rough=True), AFTER)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": 500}, "1 of 2 wrong calls; the first: GET /items, n of the wrong type: 500"),
        ({"status": 503, "rough": True}, ": 503"),
        ({"status": 0, "error": "timeout", "hung": True, "seconds": 5.0}, ": no answer within 5.0 s"),
        ({"status": 0, "error": "timeout", "hung": True, "rough": True, "seconds": 5.0}, ": no answer within 5.0 s"),
        ({"status": 0, "error": "closed"}, ": closed"),
    ],
)
def test_a_server_error_a_hang_and_a_cut_fail(changes: dict[str, Any], said: str) -> None:
    assert not holds(input_validation(refusals(refusal(), refusal(**changes), AFTER)), said)


def test_a_service_that_is_gone_afterwards_fails() -> None:
    gone = {**AFTER, "status": 0, "error": "refused"}
    assert not holds(input_validation(refusals(refusal(), gone)), "after all calls, a plain request: refused")


@pytest.mark.parametrize("status", [401, 403, 404, 405, 415, 429])
def test_without_a_look_at_the_input_nothing_is_known(status: int) -> None:
    outcome = input_validation(refusals(refusal(status), AFTER))
    assert isinstance(outcome, Unknown)
    assert "none of 1 wrong calls" in outcome.reason


def test_a_run_that_was_cut_short_says_so() -> None:
    recording = refusals(refusal(), AFTER, cut_short=True)
    assert holds(input_validation(recording), "time ran out before all were sent")


def test_json_too_deep_may_get_a_server_error_and_nothing_worse() -> None:
    deep = refusal(500, deep=True)
    assert holds(
        input_validation(refusals(refusal(), deep)),
        "1 wrong calls to 1 operations were answered below 500; 1 got a 5xx",
    )
    assert not holds(input_validation(refusals(refusal(), {**deep, "status": 0, "error": "closed"})), ": closed")
    assert not holds(
        input_validation(refusals(refusal(), {**deep, "status": 0, "error": "timeout", "hung": True})), "no answer"
    )
