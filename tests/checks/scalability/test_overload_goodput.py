"""What got done under overload against what got done in the burst."""

import pytest

from checks.scalability.overload_goodput import overload_goodput
from readiness import Measured, Recording, Unknown


def recording(goodput: float, **changed: float) -> Recording:
    told = {
        "offered": 1000.0,
        "seconds": 1.2,
        "best": 500.0,
        "calls": 1200,
        "served": 1200,
        "refused": 0,
        "waiting": 600,
    }
    return Recording(facts={"excess": {**told, "goodput": goodput, **changed}})


def value(given: Recording) -> float:
    outcome = overload_goodput(given)
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert (outcome.objective, outcome.limit, outcome.better) == (0.8, 0.5, "higher")
    return outcome.value


def test_green_when_it_goes_on_doing_what_it_can() -> None:
    assert value(recording(480.0)) == 0.96


def test_red_when_it_does_less_the_more_is_asked() -> None:
    assert value(recording(100.0, served=200)) == 0.2


def test_at_the_limit() -> None:
    assert value(recording(250.0)) == 0.5


def test_a_target_that_kept_up_did_all_that_was_asked() -> None:
    assert value(recording(1000.0, waiting=0)) == 2.0


def test_fast_failures_are_not_keeping_up() -> None:
    assert value(recording(100.0, waiting=0, served=120)) == 0.2


def test_unknown_where_no_more_could_be_offered_than_the_burst_had_done() -> None:
    outcome = overload_goodput(recording(599.0, offered=599.0))
    assert isinstance(outcome, Unknown)
    assert "only 599 calls/s could be offered from here, and the burst had 500 done" in outcome.reason
    assert value(recording(600.0, offered=600.0)) == 1.2


@pytest.mark.parametrize("given", [Recording(), recording(0.0, calls=0), recording(1.0, best=0.0)])
def test_unknown_without_an_overload(given: Recording) -> None:
    assert isinstance(overload_goodput(given), Unknown)
