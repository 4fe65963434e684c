"""The scalability law: exact points give exact coefficients, noisy ones hold them, and what is no such law is refused."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.capacity import Capacity, Unfitted, fit_capacity

LEVELS = (1, 2, 4, 8, 16, 32, 64)


def law(n: float, rate: float, sigma: float, kappa: float) -> float:
    return rate * n / (1 + sigma * (n - 1) + kappa * n * (n - 1))


def fitted(levels: tuple[float, ...], throughput: list[float]) -> Capacity:
    found = fit_capacity(levels, throughput)
    assert isinstance(found, Capacity), found
    return found


@settings(derandomize=True, deadline=None)
@given(st.floats(1, 1e4), st.floats(0, 0.3), st.floats(1e-5, 0.01))
def test_exact_points_give_the_law_back(rate: float, sigma: float, kappa: float) -> None:
    found = fitted(LEVELS, [law(n, rate, sigma, kappa) for n in LEVELS])
    assert found.rate.value == pytest.approx(rate, rel=1e-6)
    assert found.contention.value == pytest.approx(sigma, abs=1e-6)
    assert found.crosstalk.value == pytest.approx(kappa, abs=1e-8)
    assert found.knee is not None
    assert found.knee.value == pytest.approx(math.sqrt((1 - sigma) / kappa), rel=1e-3)
    assert found.throughput(24) == pytest.approx(law(24, rate, sigma, kappa), rel=1e-6)
    assert found.knee_was_reached == (found.knee.value <= 64)


def test_the_knee_is_where_throughput_is_highest() -> None:
    found = fitted(LEVELS, [law(n, 100, 0.03, 0.0008) for n in LEVELS])
    best = max(np.linspace(1, 200, 20_000), key=found.throughput)
    assert found.knee is not None
    assert found.knee.value == pytest.approx(best, abs=0.02), "against a search over the curve"


def test_noisy_points_hold_the_law_as_often_as_the_interval_says() -> None:
    source, rounds = np.random.default_rng(17), 400
    truth = {"rate": 50.0, "contention": 0.04, "crosstalk": 0.0006}
    held, knees = dict.fromkeys(truth, 0), 0
    for _ in range(rounds):
        points = [law(n, *truth.values()) * source.lognormal(0, 0.02) for n in LEVELS]
        found = fitted(LEVELS, points)
        for name, value in truth.items():
            estimate = getattr(found, name)
            held[name] += estimate.low <= value <= estimate.high
        knees += found.knee is not None and found.knee.low <= math.sqrt(0.96 / 0.0006) <= found.knee.high
    assert min(held.values()) >= 0.95 * rounds - 2.33 * math.sqrt(0.95 * 0.05 * rounds), held
    assert knees >= 0.92 * rounds, f"the knee was held in {knees} of {rounds}"


def test_coefficients_are_not_negative() -> None:
    source = np.random.default_rng(2)
    for _ in range(100):
        found = fitted(LEVELS, [100 * n * source.lognormal(0, 0.05) for n in LEVELS])
        assert found.contention.value >= 0
        assert found.crosstalk.value >= 0
        assert found.contention.low == 0 or found.contention.low < 0.05


def test_amdahls_law_has_no_knee() -> None:
    source = np.random.default_rng(3)
    without = [
        fitted(LEVELS, [law(n, 100, 0.05, 0) * source.lognormal(0, 0.03) for n in LEVELS]).knee for _ in range(100)
    ]
    assert without.count(None) >= 93, "a knee is claimed only where the interval of crosstalk excludes zero"


@pytest.mark.parametrize(
    ("levels", "throughput", "reason"),
    [
        ((1, 2, 4, 8), lambda n: law(n, 100, 0.1, 0.001), "4 levels"),
        ((10, 12, 14, 16, 18), lambda n: law(n, 100, 0.1, 0.001), "must be 4 times"),
        (LEVELS, lambda n: 100 if n != 8 else 0, "throughput above 0"),
        (LEVELS, lambda n: 100 * n * (3 if n in (2, 16) else 1), "scatter"),
        ((10, 20, 40, 80, 160), lambda n: n / (0.01 * (n - 1) - 0.02), "measure smaller concurrencies"),
        ((0, 1, 2, 4, 8), lambda n: 100 * n + 1, "concurrency of 1 or more"),
    ],
)
def test_points_that_do_not_support_it_are_refused(
    levels: tuple[float, ...], throughput: Callable[[float], float], reason: str
) -> None:
    found = fit_capacity(levels, [throughput(n) for n in levels])
    assert isinstance(found, Unfitted)
    assert reason in found.reason


def test_points_come_in_pairs() -> None:
    found = fit_capacity(LEVELS, [1.0, 2.0])
    assert isinstance(found, Unfitted)
    assert "7 concurrencies and 2 throughputs" in found.reason


def test_repeated_levels_narrow_the_interval() -> None:
    source = np.random.default_rng(23)
    once = [law(n, 100, 0.05, 0.001) * source.lognormal(0, 0.03) for n in LEVELS]
    more = [law(n, 100, 0.05, 0.001) * source.lognormal(0, 0.03) for n in LEVELS * 4]
    narrow, wide = fitted(LEVELS * 4, more), fitted(LEVELS, once)
    assert narrow.contention.high - narrow.contention.low < 0.8 * (wide.contention.high - wide.contention.low)
