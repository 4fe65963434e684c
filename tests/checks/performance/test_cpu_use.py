"""Tests of the check cpu_use."""

import pytest

from checks.performance.cpu_use import cpu_use
from readiness import Measured, Readings, Recording, Sample, Samples, Unknown

CALLS = Samples(tuple(Sample(i / 10, 0.01, 0.0, "quote", "steady", 200, "") for i in range(100)))


def recording(*cores: float, calls: Samples = CALLS) -> Recording:
    at = tuple(i / 10 for i in range(len(cores)))
    return Recording(samples=calls, facts={"cores": 4}, readings={"cpu_cores": Readings("cores", at, cores)})


def measured(given: Recording, allotted_cores: float = 1.0) -> Measured:
    outcome = cpu_use(given, allotted_cores=allotted_cores)
    assert isinstance(outcome, Measured)
    return outcome


def test_green_with_room_left() -> None:
    outcome = measured(recording(0.2, 0.4))
    assert outcome.value == pytest.approx(0.3)
    assert "0.30 of 1 allotted cores" in outcome.reason


def test_red_when_a_thread_spins() -> None:
    outcome = measured(recording(1.0, 1.1))
    assert isinstance(outcome.value, float)
    assert outcome.value > outcome.limit


def test_at_the_limit() -> None:
    outcome = measured(recording(0.8, 0.8))
    assert outcome.value == pytest.approx(outcome.limit)


def test_the_cores_of_the_machine_when_none_are_allotted() -> None:
    assert measured(recording(2.0), allotted_cores=0.0).value == pytest.approx(0.5)


def test_unknown_without_readings_or_calls() -> None:
    assert isinstance(cpu_use(Recording(samples=CALLS)), Unknown)
    assert isinstance(cpu_use(recording(0.0, calls=Samples())), Unknown)
