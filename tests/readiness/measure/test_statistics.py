"""Nearest rank, order-statistic intervals, shares and trends, against tables and simulation."""

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.statistics import nearest_rank, percentile, rate, slope, tries_to_exclude, wilson


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 41, 35),
        ([15, 20, 35, 40, 50], 100, 50),
        ([7], 1, 7),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 101)), 99, 99),
        (list(range(1, 1001)), 99.9, 999),
        (list(range(1, 21)), 55, 11),
    ],
)
def test_nearest_rank_is_never_interpolated(values: list[float], percent: float, expected: float) -> None:
    assert nearest_rank(np.array(values, dtype=float), percent) == expected


# Ranks of the 95 % interval of the median, as printed tables give them.
@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)])
def test_the_median_has_the_ranks_of_the_tables(n: int, low: int, high: int) -> None:
    found = percentile(np.arange(n, 0, -1.0), 50)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(("n", "percent"), [(60, 50.0), (300, 95.0), (1200, 99.0)])
def test_the_interval_holds_the_truth_as_often_as_it_says(n: int, percent: float) -> None:
    generator = np.random.default_rng(20250611)
    truth = -math.log(1 - percent / 100)
    rounds = 1500
    found = [percentile(generator.exponential(size=n), percent) for _ in range(rounds)]
    held = sum(one.low <= truth <= one.high for one in found) / rounds
    assert 0.935 <= held <= 0.995
    assert all(one.low <= one.value <= one.high for one in found)


def test_with_too_few_values_the_interval_is_open() -> None:
    assert percentile(np.arange(58.0), 95).high == math.inf
    assert percentile(np.arange(59.0), 95).high == 58.0, "from there on the maximum bounds it, one-sided"
    few = percentile(np.arange(3.0), 95)
    assert (few.value, few.n, few.needed) == (2.0, 3, 59)
    assert few.low < few.value


def test_no_values_say_nothing() -> None:
    nothing = percentile(np.array([]), 95)
    assert math.isnan(nothing.value)
    assert (nothing.low, nothing.high, nothing.n) == (-math.inf, math.inf, 0)


@pytest.mark.parametrize(
    ("good", "tries", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (8, 10, 0.4902, 0.9433),
        (50, 100, 0.4038, 0.5962),
        (10, 10, 0.7225, 1.0),
        (1, 100, 0.00177, 0.05449),
    ],
)
def test_wilson(good: int, tries: int, low: float, high: float) -> None:
    assert wilson(good, tries) == pytest.approx((low, high), abs=1e-4)


def test_wilson_without_tries_knows_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_rate() -> None:
    clean = rate(0, 299)
    assert (clean.value, clean.low) == (0.0, 0.0)
    assert clean.high == pytest.approx(0.01, abs=5e-5), "the rule of three: 299 clean tries exclude one per cent"
    some = rate(5, 100)
    assert some.value == 0.05
    assert (some.low, some.high) == wilson(5, 100)
    nothing = rate(0, 0)
    assert math.isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0.0, 1.0)


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 40), st.integers(0, 400), st.sampled_from([0.001, 0.01, 0.05, 0.5, 0.999]))
def test_the_tries_that_exclude_a_rate_are_exactly_enough(bad: int, good: int, limit: float) -> None:
    tries = bad + good
    more = tries_to_exclude(bad, tries, limit)
    assert more is not None
    assert rate(bad, tries + more).high <= limit
    assert more == 0 or rate(bad, tries + more - 1).high > limit


def test_no_number_of_tries_excludes_every_failure() -> None:
    assert tries_to_exclude(0, 10_000, 0.0) is None
    assert tries_to_exclude(0, 0, 0.001) == 2995


def test_slope_of_a_line() -> None:
    at = [0.5 * n for n in range(20)]
    found = slope(at, [3 * x + 1 for x in at])
    assert (found.value, found.low, found.high) == pytest.approx((3.0, 3.0, 3.0))


def test_slope_withstands_outliers() -> None:
    at = list(range(30))
    values = [2.0 * x for x in at]
    values[3], values[17] = 10_000.0, -10_000.0
    assert slope(at, values).value == pytest.approx(2.0)


def test_slope_interval_holds_the_truth() -> None:
    generator = np.random.default_rng(7)
    at = np.arange(25.0)
    found = [slope(list(at), list(0.2 * at + generator.normal(size=25))) for _ in range(400)]
    held = sum(one.low <= 0.2 <= one.high for one in found) / 400
    assert 0.915 <= held <= 0.99
    assert sum(one.low > 0 for one in found) > 390, "a trend of five deviations is seen"


def test_slope_needs_ten_points() -> None:
    assert math.isnan(slope(range(9), range(9)).value)
    assert slope(range(9), range(9)).high == math.inf
    assert slope(range(10), range(10)).value == 1.0


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-1000, 1000)), min_size=10, max_size=40))
def test_slope_is_that_of_all_pairs(points: list[tuple[int, int]]) -> None:
    """Against brute force in fractions: the median of the slopes of all pairs, and the ranks of Kendall's tau."""
    at, values = [float(x) for x, _ in points], [float(y) for _, y in points]
    pairs = itertools.combinations(points, 2)
    slopes = sorted(Fraction(b[1] - a[1], b[0] - a[0]) for a, b in pairs if a[0] != b[0])
    found = slope(at, values)
    if not slopes:
        assert math.isnan(found.value), "points of one moment have no trend"
        return
    n, count = len(points), len(slopes)
    spread = 1.959964 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    assert found.value == pytest.approx(float(statistics.median(slopes)))
    assert found.low == pytest.approx(float(slopes[max(0, int((count - spread) / 2))]))
    assert found.high == pytest.approx(float(slopes[min(count - 1, int((count + spread) / 2))]))
