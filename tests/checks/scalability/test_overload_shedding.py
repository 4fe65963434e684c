"""Served in the end or refused at once, and nothing else."""

from checks.scalability.overload_shedding import overload_shedding
from readiness import Recording, Sample, Samples, Share, Unknown


def recording(*, served: int = 1200, refused: int = 0, offered: float = 1000.0, error: str = "reset") -> Recording:
    told = {"offered": offered, "best": 500.0, "calls": 1200, "served": served, "refused": refused}
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


def test_unknown_where_no_more_could_be_offered_than_the_burst_had_done() -> None:
    assert isinstance(overload_shedding(recording(offered=599.0)), Unknown)
    assert isinstance(overload_shedding(recording(offered=600.0)), Share)


def test_unknown_without_an_overload() -> None:
    assert isinstance(overload_shedding(Recording()), Unknown)
