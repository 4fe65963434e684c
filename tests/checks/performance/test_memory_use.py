"""Tests of the check memory_use."""

import pytest

from checks.performance.memory_use import memory_use
from readiness import Measured, Readings, Recording, Unknown

MIB = 2**20


def measured(*values: float) -> Measured:
    at = tuple(i / 10 for i in range(len(values)))
    outcome = memory_use(Recording(readings={"rss_bytes": Readings("B", at, values)}))
    assert isinstance(outcome, Measured)
    return outcome


def test_green_below_the_objective() -> None:
    outcome = measured(100 * MIB, 180 * MIB, 150 * MIB)
    assert outcome.value == 180 * MIB
    assert outcome.objective > 180 * MIB
    assert "peak of 180 MiB" in outcome.reason


def test_red_when_one_reading_is_above_the_limit() -> None:
    outcome = measured(100 * MIB, 1100 * MIB, 150 * MIB)
    assert isinstance(outcome.value, float | int)
    assert outcome.value > outcome.limit


def test_at_the_limit() -> None:
    outcome = measured(1024 * MIB)
    assert outcome.value == pytest.approx(outcome.limit)


def test_unknown_without_readings() -> None:
    assert isinstance(memory_use(Recording()), Unknown)
