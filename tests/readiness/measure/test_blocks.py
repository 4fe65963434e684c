"""Blocks of calls, and their intervals against brute force and simulation."""

import math
import random

import numpy as np
import pytest

from readiness.measure.blocks import (
    Block,
    Counter,
    block_of_histogram,
    blocks_of_samples,
    design_effect,
    mean_interval,
    share_interval,
)
from readiness.measure.histogram import Histogram
from readiness.measure.quantiles import share_bounds
from readiness.model import Sample


def sample(at: float, latency: float, error: str = "") -> Sample:
    return Sample(at, latency, 0.0, "read", "steady", 0 if error else 200, error)


def test_calls_fall_into_the_block_of_their_intended_start() -> None:
    counter = Counter(0.5, (0.1, 1.0))
    for at, latency, failed in ((0.0, 0.05, False), (0.2, 0.3, False), (0.49, 2.0, False), (0.6, 0.01, True)):
        assert counter.done() == [], "more calls may start in this block"
        counter.started(at)
        counter.ended(at, latency, failed)
    assert counter.done(1.6) == [
        Block(0.5, 3, 0, (2, 1), 2.0),
        Block(0.5, 1, 1, (1, 1), 0.01),
        Block(0.5, 0, 0, (0, 0), 0.0),
    ]
    assert counter.done(1.6) == [], "each comes once"
    counter.started(2.1)
    assert [block.calls for block in counter.done()] == [0], "a call of a later block has started"


def test_a_block_is_not_done_before_its_last_call() -> None:
    counter = Counter(1.0)
    counter.started(0.3)
    counter.started(1.3)
    counter.ended(1.3, 0.1, False)
    assert counter.done(5.0) == [], "what a stalled call will say is not known yet, and order is kept"
    counter.ended(0.3, 4.5, False)
    assert [block.calls for block in counter.done(3.5)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("over", "lengths"),
    [(3.0, [1, 1, 1]), (3.4, [1, 1, 1]), (3.5, [1, 1, 1, 0.5]), (3.7, [1, 1, 1, 0.7]), (4.0, [1, 1, 1, 1])],
)
def test_the_rest_of_a_phase_ends_with_a_shorter_block_that_is_not_too_short(over: float, lengths: list[float]) -> None:
    counter = Counter(1.0, (0.1,))
    for at, latency, failed in ((0.5, 0.2, False), (3.2, 0.2, True), (3.3, 0.05, False)):
        counter.started(at)
        counter.ended(at, latency, failed)
    assert len(counter.done()) == 3
    found = counter.rest(over)
    assert [1, 1, 1, *(block.seconds for block in found)] == pytest.approx(lengths)
    assert [block[1:] for block in found] == [(2, 1, (1,), 0.2)] * len(found)


def test_a_call_without_an_end_keeps_the_rest_open() -> None:
    for at in (0.2, 1.2):
        counter = Counter(1.0)
        counter.started(at)
        assert [block.calls for block in counter.rest(1.7)] == [0] * int(at), "nobody knows what it will say"


def test_no_call_is_lost_or_counted_twice() -> None:
    source, counter = random.Random(4), Counter(0.25, (0.05,))
    calls = [(n / 997, source.expovariate(20), source.random() < 0.1) for n in range(3000)]
    for at, _, _ in calls:
        counter.started(at)
    for call in source.sample(calls, len(calls)):
        counter.ended(*call)
    found = counter.done(3.25)
    assert sum(block.calls for block in found) == 3000
    assert sum(block.failed for block in found) == sum(failed for _, _, failed in calls)
    assert sum(block.slow[0] for block in found) == sum(failed or latency > 0.05 for _, latency, failed in calls)


def test_blocks_from_samples_and_from_histograms_agree() -> None:
    rows = [sample(10 + n / 100, 0.01 + 0.5 * (n % 10 == 0), "reset" if n % 50 == 0 else "") for n in range(200)]
    first, second = blocks_of_samples(rows, begin=10, seconds=2, length=1, latency_limits=(0.25,))
    assert first == second == Block(1, 100, 2, (10,), 0.51)
    verified = Histogram(row.latency for row in rows[:100] if not row.error)
    assert block_of_histogram(1, verified, failed=2, latency_limits=(0.25,)) == first


def test_a_failed_call_was_not_answered_in_time() -> None:
    (block,) = blocks_of_samples([sample(0, 0.001, "refused")], begin=0, seconds=1, length=1, latency_limits=(2.0,))
    assert (block.failed, block.slow) == (1, (1,))


def test_independent_calls_count_in_full_and_bursts_as_one() -> None:
    source = np.random.default_rng(3)
    calls = [100] * 200
    independent = source.binomial(100, 0.05, 200).tolist()
    assert 1.0 <= design_effect(independent, calls, 0.01) < 1.7
    bursts = [50 if source.random() < 0.1 else 0 for _ in calls]
    # All of 50 calls alike: the variance between blocks is n * p * (1 - p) * effect, with effect near 50.
    assert 40 < design_effect(bursts, calls, 0.01) < 75
    long = [20 if number // 10 % 4 == 0 else 0 for number in range(200)]
    assert design_effect(long, calls, 0.01) > 5 * design_effect(source.permutation(long).tolist(), calls, 0.01), (
        "what lasts ten blocks is found by joining them"
    )


def test_where_all_or_none_is_bad_the_bounds_are_exact() -> None:
    assert share_interval([0] * 10, [30] * 10, 0.05, 0.05) == share_bounds(0, 300, 0.05, 0.05)
    assert share_interval([30] * 10, [30] * 10, 0.05, 0.05) == share_bounds(300, 300, 0.05, 0.05)


def test_an_unwanted_bound_is_open() -> None:
    assert share_interval([1] * 20, [100] * 20, 0.0, 0.05)[0] == 0.0
    assert share_interval([1] * 20, [100] * 20, 0.05, 0.0)[1] == 1.0
    assert mean_interval([1.0, 2.0] * 10, 0.0, 0.05)[0] == -math.inf


def test_too_few_blocks_say_nothing() -> None:
    assert share_interval([0] * 7, [1000] * 7, 0.05, 0.05) == (0.0, 1.0)
    assert share_interval([0] * 9, [0] * 9, 0.05, 0.05) == (0.0, 1.0)
    assert mean_interval([5.0] * 7, 0.05, 0.05) == (-math.inf, math.inf)


@pytest.mark.parametrize("stay", [0.0, 0.6])
def test_the_bounds_of_a_share_hold_where_its_level_wanders(stay: float) -> None:
    """A level that jumps between 1 % and 9 %, and stays for a while: 5 % on the whole; each bound may miss in 5 %."""
    source = np.random.default_rng(12)
    missed = [0, 0]
    for _ in range(400):
        level, levels = 0.01, []
        for _ in range(64):
            level = level if source.random() < stay else source.choice([0.01, 0.09])
            levels.append(level)
        low, high = share_interval(source.binomial(200, levels).tolist(), [200] * 64, 0.05, 0.05)
        missed[0] += low > 0.05
        missed[1] += high < 0.05
    assert max(missed) <= 0.05 * 400 + 2.33 * math.sqrt(0.05 * 0.95 * 400), f"missed {missed} of 400"


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_the_bounds_of_a_mean_hold_with_memory(memory: float) -> None:
    """AR(1) around 7: batch means hold about what they say; the plain t interval misses far more often."""
    source = np.random.default_rng(8)
    held = plain = 0
    for _ in range(400):
        noise = source.normal(size=256 + 50)
        for at in range(1, len(noise)):
            noise[at] += memory * noise[at - 1]
        values = 7 + noise[50:]
        low, high = mean_interval(values.tolist(), 0.025, 0.025)
        held += low <= 7 <= high
        plain += abs(values.mean() - 7) <= 1.96 * values.std(ddof=1) / 16
    assert held >= 0.95 * 400 - 2.33 * math.sqrt(0.05 * 0.95 * 400), f"held {held} of 400"
    if memory == 0.8:
        assert plain < 0.7 * 400, "or the simulation has no memory"
