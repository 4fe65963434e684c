"""The share of a pool that is in use, and its size."""

import pytest

from checks.scalability.pool_utilization import pool_utilization
from readiness import Fact, Measured, Readings, Recording, Unknown


def recording(*used: float, size: float = 10.0) -> Recording:
    at = tuple(0.05 * place for place in range(len(used)))
    readings = {
        "pool_in_use": Readings("connections", at, used),
        "pool_max": Readings("connections", at, (size,) * len(used)),
    }
    return Recording(readings=readings, facts={"users": 50})


@pytest.mark.parametrize(("used", "share", "good"), [(2.0, 0.2, True), (8.0, 0.8, True), (8.1, 0.81, False)])
def test_the_mean_share_decides(used: float, share: float, good: bool) -> None:
    outcome = pool_utilization(recording(*[used] * 20))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(share)
    assert (used / 10 <= outcome.limit) is good


def test_a_peak_is_no_shortage() -> None:
    outcome = pool_utilization(recording(*[1.0] * 19, 10.0))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(0.145)
    assert "1.4 of 10 connections were in use on average, 10 at most, with 50 users" in outcome.reason


def test_a_pool_that_is_too_small_is_one_however_idle() -> None:
    outcome = pool_utilization(recording(*[0.0] * 20, size=4.0))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert isinstance(pool_utilization(recording(*[0.0] * 20, size=5.0)), Measured)


def test_too_few_readings_say_nothing() -> None:
    assert isinstance(pool_utilization(recording(*[1.0] * 9)), Unknown)
    assert isinstance(pool_utilization(recording(*[1.0] * 10)), Measured)
    assert isinstance(pool_utilization(Recording()), Unknown)
    assert isinstance(pool_utilization(Recording(facts={"problem": "no account could be prepared"})), Unknown)
