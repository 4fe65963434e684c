"""Arrivals and users over time: the area below straight lines, against a sum of small steps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.load.ramp import Ramp, problems_of

SETTINGS = settings(derandomize=True, deadline=None, max_examples=150)
LEVELS = st.floats(0, 1000).map(lambda level: round(level, 3))
RAMPS = st.builds(Ramp, LEVELS, st.lists(st.tuples(st.floats(0.01, 50), LEVELS), min_size=1, max_size=4).map(tuple))


def level(ramp: Ramp, at: float) -> float:
    """The line at a time, read off by hand."""
    begin, before = 0.0, ramp.start
    for seconds, after in ramp.stages:
        if at <= begin + seconds:
            return before + (after - before) * (at - begin) / seconds
        begin, before = begin + seconds, after
    return 0.0


@given(RAMPS)
@SETTINGS
def test_the_count_is_the_area(ramp: Ramp) -> None:
    area, begin = 0.0, 0.0
    for seconds, _ in ramp.stages:
        width = seconds / 50
        area += sum(level(ramp, begin + (step + 0.5) * width) * width for step in range(50))
        begin += seconds
        assert ramp.count(begin) == pytest.approx(area, rel=1e-6, abs=1e-6)


@given(RAMPS, st.floats(0, 1))
@SETTINGS
def test_an_arrival_is_due_when_the_area_reaches_it(ramp: Ramp, share: float) -> None:
    if ramp.total < 1:
        return
    number = int(share * (ramp.total - 1))
    at = ramp.at(number)
    assert 0 <= at <= ramp.seconds + 1e-9
    assert ramp.count(at) == pytest.approx(number, rel=1e-6, abs=1e-4)


@given(RAMPS)
@SETTINGS
def test_arrivals_come_in_order(ramp: Ramp) -> None:
    due = [ramp.at(number) for number in range(min(ramp.total, 500))]
    assert due == sorted(due)


def test_a_constant_rate_is_exact() -> None:
    assert [Ramp(50, ((2.0, 50),)).at(n) for n in (0, 1, 99)] == [0.0, 0.02, 1.98]


def test_from_zero_to_ten_within_two_seconds() -> None:
    ramp = Ramp(0, ((2.0, 10),))
    assert ramp.total == 10
    assert ramp.at(5) == pytest.approx(2**0.5)  # 2.5 t² = 5


def test_nothing_is_due_before_the_stage_that_asks_for_it() -> None:
    assert Ramp(0, ((10.0, 0), (20.0, 50))).at(0) == 10.0


@pytest.mark.parametrize(
    ("number", "spans"),
    [(0, [(0.0, 4.0)]), (1, [(1.0, 3.0)]), (2, []), (1.5, [(1.5, 2.5)])],
)
def test_when_a_user_works(number: float, spans: list[tuple[float, float]]) -> None:
    assert list(Ramp(0, ((2.0, 2), (2.0, 0))).spans(number)) == spans


def test_a_plateau_and_a_jump() -> None:
    ramp = Ramp(3, ((1.0, 3), (2.0, 3), (1.0, 0)))
    assert list(ramp.spans(2)) == [(0.0, pytest.approx(3 + 1 / 3))]


def test_every_problem_is_named() -> None:
    assert problems_of((), "users", 10) == ["stages: there is none; right would be for example ((10, 50), (20, 50))"]
    assert problems_of(((0, 5), (1, 11), (1, -1)), "users", 10) == [
        "stages: a stage of 0 s; each must take time",
        "stages: 11 users; from 0 to 10",
        "stages: -1 users; from 0 to 10",
    ]
