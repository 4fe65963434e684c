"""Tests of the check stale_data_refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.data_integrity.stale_data_refused import stale_data_refused
from readiness import Fact, Recording, Unknown

NOON = datetime(2025, 6, 11, 16, tzinfo=UTC)


def condition(advice: int, order: int, behind: float = 0.0) -> dict[str, Any]:
    at = {"body": {"at": (NOON - timedelta(seconds=behind)).isoformat()}}
    answers = {"advice": advice, "order": order}
    return {
        "quote": at,
        "chain": at,
        **{name: {"status": status, "error": "", "body": {"error": {"code": "x"}}} for name, status in answers.items()},
    }


def recording(advice: int, order: int, behind: float = 7200.0, calm: int = 201) -> Recording:
    return Recording(facts={"calm": condition(200, calm), "stale": condition(advice, order, behind)})


@pytest.mark.parametrize("status", [409, 503])
def test_green_when_both_are_refused(status: int) -> None:
    outcome = stale_data_refused(recording(503, status))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("advice", "order", "said"),
    [(200, 409, "advice went"), (503, 201, "order went"), (500, 409, "advice answered 500")],
)
def test_red_when_one_is_not(advice: int, order: int, said: str) -> None:
    outcome = stale_data_refused(recording(advice, order))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


def test_the_age_from_which_it_counts() -> None:
    assert isinstance(stale_data_refused(recording(503, 409, behind=3600.0)), Fact)
    assert isinstance(stale_data_refused(recording(200, 201, behind=3599.0)), Unknown)


def test_unknown_when_a_calm_market_is_refused_too() -> None:
    assert isinstance(stale_data_refused(Recording()), Unknown)
    assert isinstance(stale_data_refused(recording(503, 409, calm=409)), Unknown)
