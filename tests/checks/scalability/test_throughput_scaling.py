"""Tests of the check throughput_scaling."""

import pytest

from checks.scalability.throughput_scaling import throughput_scaling
from readiness import Measured, Recording, Unknown


def recording(rates: dict[int, float], operations: int = 250) -> Recording:
    grid = [
        {"users": users, "operations": operations, "seconds": 1.0, "p95": 0.1, "errors": 0, "throughput": rate}
        for users, rate in rates.items()
    ]
    return Recording(facts={"grid": grid})


def measured(rates: dict[int, float]) -> Measured:
    outcome = throughput_scaling(recording(rates))
    assert isinstance(outcome, Measured)
    assert outcome.better == "higher"
    return outcome


def test_green_when_many_users_get_much_done() -> None:
    outcome = measured({1: 450.0, 25: 720.0, 50: 10.0})
    assert outcome.value == 720.0
    assert "720.0 verified operations/s with 25 users, 450.0 with 1" in outcome.reason


def test_red_when_one_connection_serves_all() -> None:
    outcome = measured({1: 8.0, 10: 16.6, 25: 18.8})
    assert isinstance(outcome.value, float)
    assert outcome.value < outcome.limit


def test_at_the_limit() -> None:
    outcome = measured({1: 19.0, 25: 50.0})
    assert outcome.value == pytest.approx(outcome.limit)


def test_fewer_users_where_no_more_are_allowed() -> None:
    assert "with 10 users" in measured({1: 100.0, 10: 200.0}).reason


def test_unknown_without_steps() -> None:
    assert isinstance(throughput_scaling(Recording()), Unknown)
    assert isinstance(throughput_scaling(recording({50: 100.0})), Unknown)
    assert isinstance(throughput_scaling(recording({25: 0.0}, operations=0)), Unknown)
