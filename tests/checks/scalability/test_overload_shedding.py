"""Served in the end or refused at once, and nothing else."""

from checks.scalability.overload_shedding import overload_shedding
from readiness import Recording, Sample, Samples, Share, Unknown


def recording(*, served: int = 1200, refused: int = 0, waiting: int = 600, error: str = "reset") -> Recording:
    told = {"offered": 1000.0, "best": 500.0, "calls": 1200, "served": served, "refused": refused, "waiting": waiting}
    rows = [Sample(0.0, 0.1, 0.0, "quote", "overload", 0, error if n >= served + refused else "") for n in range(1200)]
    return Recording(samples=Samples(tuple(rows)), facts={"excess": told})


def share(given: Recording) -> Share:
    outcome = overload_shedding(given)
    assert isinstance(outcome, Share)
    assert (outcome.tries, outcome.limit) == (1200, 0.95)
    return outcome


def test_green_when_all_are_served_or_refused_at_once() -> None:
    assert share(recording()).good == 1200
    assert share(recording(served=600, refused=600)).good == 1200


def test_red_when_connections_are_cut() -> None:
    outcome = share(recording(served=600, refused=100))
    assert outcome.good / outcome.tries < outcome.limit
    assert "600 were served and 100 refused at once; the others: reset (500)" in outcome.reason


def test_at_the_limit() -> None:
    outcome = share(recording(served=1140))
    assert outcome.good / outcome.tries == outcome.limit


def test_a_target_that_kept_up_was_not_overloaded() -> None:
    assert isinstance(overload_shedding(recording(waiting=49)), Unknown)
    assert isinstance(overload_shedding(recording(waiting=50)), Share)
    assert isinstance(overload_shedding(recording(waiting=0, served=0)), Share), "cut at once is not kept up with"


def test_unknown_without_an_overload() -> None:
    assert isinstance(overload_shedding(Recording()), Unknown)
