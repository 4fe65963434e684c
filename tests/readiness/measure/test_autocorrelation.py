"""Intervals for series with memory: their coverage in simulation, beside that of intervals that ignore it."""

import math

import numpy as np
import pytest

from readiness.measure.autocorrelation import block_length, bootstrap, mean_by_batches, percentile_by_blocks
from readiness.measure.statistics import Values, percentile

ROUNDS = 200


def mean_of(drawn: Values) -> Values:
    return np.asarray(drawn.mean(axis=-1))


def autoregressive(source: np.random.Generator, n: int, memory: float) -> Values:
    """AR(1) with mean 0 and variance 1 / (1 - memory**2)."""
    noise = source.normal(size=n + 100)
    for at in range(1, len(noise)):
        noise[at] += memory * noise[at - 1]
    return noise[100:]


def stalled(source: np.random.Generator, seconds: int, rate: int, every: float, length: float) -> tuple[Values, Values]:
    """Times and latencies: 10 ms and some, but during a stall the rest of it; stalls come at random."""
    at = np.arange(seconds * rate) / rate
    latency = source.exponential(0.01, len(at))
    for begin in np.cumsum(source.exponential(every, size=int(4 * seconds / every) + 10)):
        inside = slice(math.ceil(begin * rate), math.ceil((begin + length) * rate))
        latency[inside] = np.maximum(latency[inside], begin + length - at[inside])
    return at, latency


@pytest.mark.parametrize(("memory", "least"), [(0.0, 0.92), (0.6, 0.89), (0.8, 0.87)])
def test_the_mean_of_a_series_with_memory_is_held(memory: float, least: float) -> None:
    """Asymptotic methods on 400 values: they stay a little below 95 %; the plain interval falls to 50 %."""
    source = np.random.default_rng(31)
    batches = drawn = plain = 0
    for _ in range(ROUNDS):
        values = autoregressive(source, 400, memory)
        found = mean_by_batches(values.tolist())
        batches += found.low <= 0 <= found.high
        found = bootstrap(values, mean_of)
        drawn += found.low <= 0 <= found.high
        plain += abs(values.mean()) <= 1.96 * values.std(ddof=1) / 20
    assert batches >= (least + 0.03) * ROUNDS, f"batch means held it in {batches} of {ROUNDS}"
    assert drawn >= least * ROUNDS, f"the block bootstrap held it in {drawn} of {ROUNDS}"
    if memory == 0.8:
        assert plain < 0.7 * ROUNDS, f"{plain}: or the simulation has no memory"


def test_a_percentile_is_held_through_stalls() -> None:
    """p90 under stalls of 0.5 s every 3 s or so: the interval for independent calls misses the truth most of the time."""
    source = np.random.default_rng(5)
    truth = percentile(stalled(source, 10_000, 100, 3.0, 0.5)[1], 90).value
    by_blocks = plain = 0
    for _ in range(ROUNDS):
        at, latency = stalled(source, 90, 100, 3.0, 0.5)
        found, naive = percentile_by_blocks(at, latency, 90), percentile(latency, 90)
        by_blocks += found.low <= truth <= found.high
        plain += naive.low <= truth <= naive.high
        assert found.value == naive.value
    assert by_blocks >= 0.92 * ROUNDS, f"held in {by_blocks} of {ROUNDS}"
    assert plain < 0.6 * ROUNDS, f"{plain}: or there are no stalls"


def test_a_percentile_of_independent_values_is_hardly_wider() -> None:
    source = np.random.default_rng(6)
    ratios, held = [], 0
    for _ in range(ROUNDS):
        values, at = source.exponential(size=3000), np.arange(3000) / 100
        found, plain = percentile_by_blocks(at, values, 95), percentile(values, 95)
        ratios.append((found.high - found.low) / (plain.high - plain.low))
        held += found.low <= -math.log(0.05) <= found.high
    assert np.median(ratios) < 1.7
    assert min(ratios) >= 1.0
    assert held >= 0.93 * ROUNDS


def test_too_little_is_open() -> None:
    assert percentile_by_blocks(np.arange(0.0), np.arange(0.0), 95).n == 0
    few_blocks = percentile_by_blocks(np.linspace(0, 6.9, 1000), np.arange(1000.0), 95)
    assert (few_blocks.value, few_blocks.low, few_blocks.high) == (949.0, -math.inf, math.inf)
    few_values = percentile_by_blocks(np.arange(40.0), np.arange(40.0), 99)
    assert (few_values.high, few_values.needed) == (math.inf, 299)
    assert mean_by_batches([1.0] * 7).high == math.inf
    assert math.isnan(bootstrap(np.arange(29.0), mean_of).value)


def test_block_lengths_are_those_of_the_theory() -> None:
    """For AR(1) the sums have closed forms: b = (sqrt(6) * memory / (1 - memory**2))**(2/3) * n**(1/3)."""
    source = np.random.default_rng(9)
    for memory in (0.5, 0.8):
        typical = float(np.median([block_length(autoregressive(source, 20_000, memory)) for _ in range(15)]))
        theory = math.cbrt(math.sqrt(6) * memory / (1 - memory**2)) ** 2 * math.cbrt(20_000)
        assert typical == pytest.approx(theory, rel=0.09)
    assert block_length(source.normal(size=1000)) <= 3
    assert block_length(autoregressive(source, 200, 0.99)) <= 3 * math.sqrt(200) + 1, "long memory is cut short"
    assert block_length(np.ones(50)) == 1


def test_the_bootstrap_is_repeatable() -> None:
    values = autoregressive(np.random.default_rng(1), 200, 0.5)
    assert bootstrap(values, mean_of, seed=3) == bootstrap(values, mean_of, seed=3)
    assert bootstrap(values, mean_of, seed=3) != bootstrap(values, mean_of, seed=4)
