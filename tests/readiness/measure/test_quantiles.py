"""Beta and Student quantiles against tables and closed forms, exact intervals against brute force over the binomial."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.quantiles import (
    beta_cdf,
    beta_quantile,
    rank,
    rank_bounds,
    samples_needed,
    share_bounds,
    student_quantile,
)


def binomial_cdf(k: int, n: int, p: Fraction) -> float:
    """P(X <= k), exact: fractions all the way."""
    return float(sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)))


@pytest.mark.parametrize("n", [1, 7, 40])
@pytest.mark.parametrize("p", [Fraction(1, 100), Fraction(1, 3), Fraction(19, 20)])
def test_the_beta_distribution_sums_the_binomial(n: int, p: Fraction) -> None:
    for k in range(n):
        assert beta_cdf(float(1 - p), n - k, k + 1) == pytest.approx(binomial_cdf(k, n, p), rel=1e-10, abs=1e-15)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.floats(0.0005, 0.9995), st.floats(0.6, 400), st.floats(0.6, 60_000))
def test_a_beta_quantile_undoes_the_distribution(share: float, a: float, b: float) -> None:
    assert beta_cdf(beta_quantile(share, a, b), a, b) == pytest.approx(share, rel=1e-6)


# The printed table of Student's t: two-sided 95 % and 99 %, one-sided 95 %.
@pytest.mark.parametrize(
    ("share", "degrees", "expected"),
    [(0.975, 1, 12.7062), (0.975, 4, 2.7764), (0.975, 30, 2.0423), (0.995, 2, 9.9248), (0.95, 29, 1.6991)],
)
def test_student_as_the_tables_have_it(share: float, degrees: float, expected: float) -> None:
    assert student_quantile(share, degrees) == pytest.approx(expected, abs=1e-4)
    assert student_quantile(1 - share, degrees) == pytest.approx(-expected, abs=1e-4)


def test_student_in_closed_form_and_at_its_limits() -> None:
    for share in (0.6, 0.9, 0.999):
        assert student_quantile(share, 1) == pytest.approx(math.tan(math.pi * (share - 0.5))), "Cauchy"
    assert student_quantile(0.975, 1e6) == pytest.approx(1.959966, abs=1e-5), "normal"
    assert student_quantile(0.5, 3) == 0.0


# Clopper & Pearson's interval as printed tables give it.
@pytest.mark.parametrize(
    ("bad", "tries", "low", "high"), [(8, 10, 0.4439, 0.9748), (0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0)]
)
def test_share_bounds(bad: int, tries: int, low: float, high: float) -> None:
    assert share_bounds(bad, tries, 0.025, 0.025) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize("share", [Fraction(1, 100), Fraction(1, 20), Fraction(3, 10)])
@pytest.mark.parametrize("n", [10, 60])
def test_share_bounds_miss_at_most_as_often_as_they_say(share: Fraction, n: int) -> None:
    chance = [binomial_cdf(k, n, share) - (binomial_cdf(k - 1, n, share) if k else 0.0) for k in range(n + 1)]
    bounds = [share_bounds(k, n, 0.01, 0.04) for k in range(n + 1)]
    assert sum(c for c, (low, _) in zip(chance, bounds, strict=True) if low > share) <= 0.01
    assert sum(c for c, (_, high) in zip(chance, bounds, strict=True) if high < share) <= 0.04


def test_share_bounds_without_tries_know_nothing() -> None:
    assert share_bounds(0, 0, 0.05, 0.05) == (0.0, 1.0)
    assert share_bounds(0, 299, 0.05, 0.05)[1] == pytest.approx(0.01, abs=5e-5), "299 clean tries exclude one per cent"


@pytest.mark.parametrize(("percent", "needed"), [(50, 5), (90, 29), (95, 59), (99, 299), (99.9, 2995)])
def test_samples_needed(percent: float, needed: int) -> None:
    assert samples_needed(percent) == needed
    assert 1 - (percent / 100) ** needed >= 0.95 > 1 - (percent / 100) ** (needed - 1)


def test_rank() -> None:
    assert [rank(99.9, n) for n in (1, 999, 1000, 2000)] == [1, 999, 999, 1998]
    assert rank(100, 17) == 17


@pytest.mark.parametrize("n", [5, 20, 59, 60, 133])
@pytest.mark.parametrize("percent", [50, 90, 95])
def test_rank_bounds_are_the_tightest_that_hold(n: int, percent: int) -> None:
    low, high = rank_bounds(percent, n)
    below = [binomial_cdf(k, n, Fraction(percent, 100)) for k in range(n + 1)]
    assert (below[low - 1] if low else 0.0) <= 0.025 < below[low], "one rank more would miss it more often"
    if high <= n and below[n - 1] >= 0.975:
        assert below[high - 2] < 0.975 <= below[high - 1]
    else:
        assert high == (n if n >= samples_needed(percent) else n + 1), (
            "the maximum bounds it one-sided, or nothing does"
        )
