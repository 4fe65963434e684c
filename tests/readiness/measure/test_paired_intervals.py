"""Intervals for pairs: exact against enumeration, right against published figures, level held under tails and bursts."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.paired_intervals import Failures, design_effect, difference_of_rates, signed_rank

VALUES = st.lists(st.floats(-10, 10).map(lambda value: round(value, 6)), min_size=1, max_size=30)


def enumerated(values: list[float], alpha: float) -> tuple[float, float]:
    """The signed-rank interval by definition: every centre that the test over all 2**n signs does not reject."""
    n = len(values)
    sums = sorted(sum(rank for rank, up in enumerate(signs, 1) if up) for signs in itertools.product((0, 1), repeat=n))
    walsh = sorted((values[i] + values[j]) / 2 for i in range(n) for j in range(i, n))
    # The test rejects a centre below which lie k Walsh averages if P(T <= k) is at most alpha / 2.
    rejected = [k for k in range(len(walsh) + 1) if sum(s <= k for s in sums) / len(sums) <= alpha / 2]
    if not rejected:
        return -math.inf, math.inf
    return walsh[max(rejected)], walsh[-1 - max(rejected)]


@pytest.mark.parametrize("n", [1, 4, 7, 8, 9, 10, 12])
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.00625])
def test_the_signed_rank_interval_is_that_of_enumeration(n: int, alpha: float) -> None:
    values = np.random.default_rng(n).normal(size=n).tolist()
    found = signed_rank(values, alpha)
    assert (found.low, found.high) == pytest.approx(enumerated(values, alpha))
    assert found.low <= found.value <= found.high


def test_the_centre_is_the_median_of_the_walsh_averages() -> None:
    assert signed_rank([1.0, 2.0, 6.0], 0.05).value == 2.75  # of 1, 1.5, 2, 3.5, 4, 6
    assert math.isnan(signed_rank([], 0.05).value)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(VALUES, st.floats(-5, 5).map(lambda value: round(value, 3)))
def test_mirrored_and_moved_values_mirror_and_move_the_interval(values: list[float], by: float) -> None:
    found = signed_rank(values, 0.05)
    mirrored = signed_rank([-value for value in values], 0.05)
    moved = signed_rank([value + by for value in values], 0.05)
    assert mirrored == pytest.approx((-found.value, -found.high, -found.low))
    assert moved == pytest.approx((found.value + by, found.low + by, found.high + by))


TAILS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda draw, n: draw.normal(size=n),
    "cauchy": lambda draw, n: draw.standard_cauchy(size=n),
    "one of five is ten times as wide": lambda draw, n: draw.normal(size=n) * draw.choice([1, 10], n, p=[0.8, 0.2]),
}


@pytest.mark.parametrize("tails", TAILS)
@pytest.mark.parametrize("n", [10, 20])
def test_the_signed_rank_interval_holds_its_level(tails: str, n: int) -> None:
    draw, alpha, tries = np.random.default_rng(7), 0.05, 2000
    missed = 0
    for _ in range(tries):
        found = signed_rank(TAILS[tails](draw, n).tolist(), alpha)
        missed += not found.low <= 0 <= found.high
    assert missed / tries <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / tries)
    assert missed > 0, "an interval that never misses is too wide to be of use"


@pytest.mark.parametrize(
    ("after", "before", "low", "high"), [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)]
)
def test_newcombes_own_figures(after: tuple[int, int], before: tuple[int, int], low: float, high: float) -> None:
    """Newcombe 1998, table II, method 10."""
    found = difference_of_rates([Failures(*before)], [Failures(*after)], 0.05)
    assert found.value == pytest.approx(after[0] / after[1] - before[0] / before[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_a_burst_counts_less_than_as_many_failures_spread() -> None:
    clean = [Failures(0, 40)] * 40
    burst = [*clean[:39], Failures(40, 40)]
    spread = [Failures(1, 40)] * 40
    assert design_effect(burst) == pytest.approx(40 / 0.975), "all failures of one block are hardly more than one event"
    assert design_effect(spread) == 1.0
    assert difference_of_rates(clean, burst, 0.01).low < 0
    assert difference_of_rates(clean, spread, 0.01).low > 0


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(30, 60)), min_size=2, max_size=12), st.randoms())
def test_rates_mirror_and_stay_in_range(blocks: list[tuple[int, int]], random: object) -> None:
    half = len(blocks) // 2
    before, after = [Failures(*b) for b in blocks[:half]], [Failures(*b) for b in blocks[half:]]
    found, mirrored = difference_of_rates(before, after, 0.05), difference_of_rates(after, before, 0.05)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert mirrored == pytest.approx((-found.value, -found.high, -found.low))


def test_no_failures_at_all_leave_room_for_some() -> None:
    found = difference_of_rates([Failures(0, 1000)], [Failures(0, 1000)], 0.05)
    assert found.value == 0
    assert -0.005 < found.low < 0 < found.high < 0.005
    nothing = difference_of_rates([Failures(0, 10)], [], 0.05)
    assert math.isnan(nothing.value)
