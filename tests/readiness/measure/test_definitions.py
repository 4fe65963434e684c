"""Each definition of table X.1 of the requirements, by hand, by brute force or by simulation."""

import itertools
import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from readiness.measure import definitions
from readiness.measure.definitions import (
    _shifts_left_out,
    against_target,
    completeness,
    coverage,
    cpu_peak,
    cpu_use,
    data_error_rate,
    error_rate,
    hit_rate,
    latency,
    leak,
    percentile,
    recovery_time,
    skip_rate,
    throughput,
    time_reduction,
)


@pytest.mark.parametrize("n", [1, 19, 20, 99, 100, 101, 1000])
@pytest.mark.parametrize("percent", [50, 95, 99])
def test_percentile_is_the_nearest_rank_and_needs_a_value_above(n: int, percent: int) -> None:
    values = random.Random(n).sample(range(10 * n), n)
    expected = next(v for v in sorted(values) if sum(other <= v for other in values) * 100 >= percent * n)
    assert percentile(values, percent) == (expected if n * (100 - percent) >= 100 else None)


def test_p99_is_not_reported_under_a_hundred_values() -> None:
    assert percentile([1.0] * 99, 99) is None
    assert percentile([1.0] * 100, 99) == 1.0
    assert percentile([], 50) is None


def test_latency_counts_from_the_intended_start() -> None:
    assert latency(10.0, 12.5) == 2.5


def test_throughput_counts_verified_operations() -> None:
    assert throughput(90, 3.0) == 30.0
    assert math.isnan(throughput(90, 0.0))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (lambda: error_rate(1, 8), 0.125),
        (lambda: error_rate(8, 8), 1.0),
        (lambda: hit_rate(5, 2, 10), 0.7),
        (lambda: skip_rate(30, 40), 0.75),
        (lambda: completeness(95, 100), 0.95),
        (lambda: data_error_rate(0, 12), 0.0),
        (lambda: coverage(81, 90), 0.9),
    ],
)
def test_shares(share: Callable[[], float], expected: float) -> None:
    assert share() == pytest.approx(expected)


@pytest.mark.parametrize("share", [error_rate, skip_rate, completeness, data_error_rate, coverage])
def test_a_share_lies_between_0_and_1_or_is_not_known(share: Callable[[int, int], float]) -> None:
    assert math.isnan(share(0, 0)), "nothing attempted is not a rate of zero"
    for part, whole in ((3, 2), (-1, 2), (1, 0)):
        with pytest.raises(ValueError, match="is no share"):
            share(part, whole)
    with pytest.raises(ValueError, match="is no share"):
        hit_rate(6, 5, 10)


def test_time_reduction_by_hand() -> None:
    found = time_reduction([10, 11, 10, 12, 10], [6, 6, 7, 6, 5])
    assert found.value == pytest.approx(0.4)
    assert found.low <= 0.4 <= found.high < 1
    assert found.low > 0, "every run with it was faster than any without"


@pytest.mark.parametrize(("m", "n"), [(5, 5), (4, 6), (6, 6)])
def test_the_interval_leaves_out_as_many_shifts_as_the_mann_whitney_test_allows(m: int, n: int) -> None:
    ranks = range(m + n)
    us = [sum(a < b for a in chosen for b in set(ranks) - set(chosen)) for chosen in itertools.combinations(ranks, m)]
    out = _shifts_left_out(m, n)
    assert sum(u < out for u in us) / len(us) <= 0.025 < sum(u <= out for u in us) / len(us)


def test_time_reduction_holds_the_truth_and_needs_five_runs() -> None:
    source, rounds, held = np.random.default_rng(4), 500, 0
    for _ in range(rounds):
        found = time_reduction(source.lognormal(1, 0.2, 6).tolist(), (0.7 * source.lognormal(1, 0.2, 6)).tolist())
        held += found.low <= 0.3 <= found.high
    assert held >= 0.95 * rounds - 2.33 * math.sqrt(0.95 * 0.05 * rounds), f"held in {held} of {rounds}"
    few = time_reduction([1, 2, 3, 4], [1, 2, 3, 4])
    assert math.isnan(few.value)
    assert few.low == -math.inf


def readings(grow: float, noise: float, seconds: int = 120, seed: int = 1) -> tuple[list[float], list[float]]:
    source = random.Random(seed)
    at = [n / 2 for n in range(2 * seconds)]
    return at, [100e6 + (50e6 if a < 10 else 0) + grow * a + source.gauss(0, noise) for a in at]


def test_a_leak_is_a_slope_with_confidence_after_warm_up() -> None:
    leaking = leak(*readings(50e3, 1e6), warm_up=10, most_growth=100e6)
    assert leaking.leaking is True
    assert leaking.slope.low <= 50e3 <= leaking.slope.high
    steady = leak(*readings(0, 1e6), warm_up=10, most_growth=100e6)
    assert steady.leaking is False
    assert leak(*readings(0, 1e6), warm_up=0, most_growth=100e6).growth < -20e6, "warm-up would have hidden a leak"


def test_leaks_are_not_seen_where_there_are_none() -> None:
    alarms = sum(leak(*readings(0, 2e6, seed=seed), warm_up=10, most_growth=1e9).leaking is True for seed in range(200))
    assert alarms <= 0.025 * 200 + 2.33 * math.sqrt(0.025 * 0.975 * 200), f"{alarms} of 200"


def test_growth_above_the_limit_is_a_leak_whatever_the_slope() -> None:
    at = [float(n) for n in range(100)]
    jump = leak(at, [0.0 if a < 95 else 200e6 for a in at], warm_up=0, most_growth=100e6, windows=20)
    assert jump.slope.low <= 0
    assert jump.leaking is True


@pytest.mark.parametrize("at", [[], [1.0, 2.0], [20.0, 21.0, 22.0]])
def test_too_few_readings_tell_nothing_of_a_leak(at: list[float]) -> None:
    assert leak(at, [1.0 for _ in at], warm_up=10, most_growth=1).leaking is None


def test_cpu_is_a_share_of_what_was_allotted() -> None:
    assert cpu_use(6.0, 4.0, 2.0) == 0.75
    assert math.isnan(cpu_use(1.0, 0.0, 2.0))
    at = [n / 10 for n in range(51)]
    used = [0.2 * a + 1.8 * max(0.0, min(a, 3.0) - 2.0) for a in at]
    assert cpu_peak(at, used, 2.0) == pytest.approx(1.0), "the third second used both cores"
    assert math.isnan(cpu_peak([0.0, 0.9], [0.0, 0.5], 1.0))


def test_recovery_ends_at_the_first_of_ten_successes() -> None:
    good = [(5.0 + n / 10, True) for n in range(10)]
    assert recovery_time(4.0, good) == pytest.approx(1.0)
    assert recovery_time(4.0, good[:9]) is None, "nine are not ten"
    interrupted = [*good[:9], (6.0, False), *((7.0 + n / 10, True) for n in range(10))]
    assert recovery_time(4.0, interrupted) == pytest.approx(3.0)
    assert recovery_time(5.05, good) is None, "what ended before the fault did is no recovery"
    assert recovery_time(4.0, []) is None


def test_a_target_is_met_missed_or_not_measured() -> None:
    assert against_target(0.5, 0.5) == "MET"
    assert against_target(0.51, 0.5) == "MISSED"
    assert against_target(499, 500, "higher") == "MISSED"
    assert against_target(None, 0.5) == against_target(math.nan, 0.5) == "NOT MEASURED"


def test_every_term_of_the_table_has_a_function_that_names_it() -> None:
    named = {
        "percentile": "Percentile", "latency": "Latency", "throughput": "Throughput", "error_rate": "Error rate",
        "hit_rate": "Hit rate", "skip_rate": "Skip rate", "time_reduction": "Time reduction", "leak": "Memory leak",
        "cpu_use": "CPU", "cpu_peak": "Peak CPU", "recovery_time": "Recovery time", "completeness": "Completeness",
        "data_error_rate": "Data error", "coverage": "Coverage", "against_target": "Gate and target",
    }  # fmt: skip
    for function, term in named.items():
        assert (getattr(definitions, function).__doc__ or "").startswith(term), function
