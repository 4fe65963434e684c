"""The histogram against the sorted values themselves; both ways of counting against each other."""

import gc
import json
import math
import os
import random
import subprocess
import sys
import weakref
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.histogram import LEAST, MOST, RELATIVE_ERROR, Histogram
from readiness.measure.statistics import nearest_rank, percentile

LATENCIES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)
PERCENTS = (0.1, 50, 90, 95, 99, 99.9, 99.99, 100)


@pytest.mark.parametrize("shape", ["lognormal", "stalls", "one value", "octaves"])
def test_percentiles_are_within_the_stated_error(shape: str) -> None:
    source = np.random.default_rng(5)
    values = {
        "lognormal": source.lognormal(-5, 1.5, 200_000),
        "stalls": np.where(source.random(200_000) < 0.01, source.uniform(0, 0.5, 200_000), 0.005),
        "one value": np.full(20_000, 0.123456),
        "octaves": 2.0 ** source.integers(-20, 10, 50_000),
    }[shape]
    ordered, found = np.sort(values), Histogram(values)
    for percent in PERCENTS:
        exact = nearest_rank(ordered, percent)
        assert found.percentile(percent) == pytest.approx(exact, rel=RELATIVE_ERROR), f"p{percent} of {shape}"
    assert (found.count, found.smallest, found.largest) == (len(values), ordered[0], ordered[-1])
    assert found.mean == pytest.approx(values.mean(), rel=1e-9)


@settings(derandomize=True, deadline=None)
@given(LATENCIES)
def test_any_values_keep_count_ends_and_error(values: list[float]) -> None:
    found, ordered = Histogram(values), np.sort(values)
    assert (found.count, found.smallest, found.largest) == (len(values), ordered[0], ordered[-1])
    for percent in PERCENTS:
        exact = nearest_rank(ordered, percent)
        if LEAST <= exact < MOST:
            assert found.percentile(percent) == pytest.approx(exact, rel=RELATIVE_ERROR)
        else:
            assert ordered[0] <= found.percentile(percent) <= ordered[-1], "outside the range only the ends are known"


@settings(derandomize=True, deadline=None)
@given(LATENCIES)
def test_both_ways_of_counting_agree(values: list[float]) -> None:
    with_numpy, without = Histogram(values), Histogram(values)
    with_numpy._settle()
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "numpy")
        without._settle()
    assert list(with_numpy.buckets()) == list(without.buckets())
    assert without.mean == pytest.approx(with_numpy.mean)


@settings(derandomize=True, deadline=None)
@given(st.lists(LATENCIES, max_size=3))
def test_many_at_once_count_like_one_by_one(parts: list[list[float]]) -> None:
    together, alone = Histogram(), Histogram()
    for part in parts:
        for value in part:
            alone.record(value)
        together.extend(array("d", part))
        together.record(1.0)
        alone.record(1.0)
    assert list(together.buckets()) == list(alone.buckets())
    assert together.mean == pytest.approx(alone.mean, nan_ok=True)
    together.extend(array("d", [-1.0]))
    with pytest.raises(ValueError, match="finite values from 0"):
        together.count  # noqa: B018 - it is reading that raises


def test_a_lean_process_stays_lean() -> None:
    program = (
        "import sys; from readiness.measure.histogram import Histogram\n"
        "found = Histogram(n / 1000 for n in range(1, 20001))\n"
        "print(found.count, found.percentile(95), found.estimate(99).n, 'numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, check=True)
    count, p95, n, has_numpy = ran.stdout.split()
    assert (count, n, has_numpy) == ("20000", "20000", "False")
    assert float(p95) == pytest.approx(19.0, rel=RELATIVE_ERROR)


@settings(derandomize=True, deadline=None)
@given(LATENCIES, LATENCIES, LATENCIES)
def test_merging_loses_nothing_and_knows_no_order(a: list[float], b: list[float], c: list[float]) -> None:
    whole = Histogram([*a, *b, *c])
    for merged in (Histogram(a) + Histogram(b) + Histogram(c), Histogram(c) + (Histogram(a) + Histogram(b))):
        assert list(merged.buckets()) == list(whole.buckets())
        assert (merged.smallest, merged.largest) == (whole.smallest, whole.largest)
        assert merged.mean == pytest.approx(whole.mean)


def test_merging_leaves_its_parts_alone() -> None:
    a, b = Histogram([1.0]), Histogram([2.0])
    both = a + b
    both.record(3.0)
    assert (a.count, b.count, both.count) == (1, 1, 3)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(0, 1e6), max_size=100))
def test_stored_and_read_again_it_is_the_same(values: list[float]) -> None:
    kept = Histogram(values)
    for again in (Histogram.from_bytes(kept.to_bytes()), Histogram.from_json(json.loads(json.dumps(kept.to_json())))):
        assert again == kept
        again.record(7.0)
        assert again.count == kept.count + 1, "and goes on counting"
        assert again != kept


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda stored: b"", "not a histogram"),
        (lambda stored: b"XXXX" + stored[4:], "not a histogram"),
        (lambda stored: stored[:-1], "has 30 bytes of them, not 29"),
        (lambda stored: stored[:4] + b"\x09" + stored[5:], r"2\*\*9 buckets"),
        (lambda stored: stored[:-10] + b"\xff\xff" + stored[-8:], "buckets 0 to"),
    ],
)
def test_what_is_not_ours_is_refused(harm: object, message: str) -> None:
    stored = Histogram([0.1, 0.2, 0.4]).to_bytes()
    with pytest.raises(ValueError, match=message):
        Histogram.from_bytes(harm(stored))  # type: ignore[operator]


@pytest.mark.parametrize("wrong", [math.nan, -1e-9, math.inf])
def test_what_is_no_duration_is_refused(wrong: float) -> None:
    found = Histogram([0.5, wrong])
    for _ in range(10_000):
        found.record(0.5)  # a load goes on
    for read in (lambda: found.count, lambda: found.percentile(50), found.to_bytes, lambda: Histogram() + found):
        with pytest.raises(ValueError, match="finite values from 0"):
            read()


def test_zero_is_a_value_with_either_sign() -> None:
    found = Histogram([0.0, -0.0])
    assert (found.count, found.percentile(50), found.largest) == (2, 0.0, 0.0)


def test_nothing_recorded_says_nothing() -> None:
    empty = Histogram()
    assert (empty.count, list(empty.buckets()), empty.below(1.0)) == (0, [], 0)
    assert all(math.isnan(value) for value in (empty.mean, empty.smallest, empty.largest, empty.percentile(50)))
    assert (empty.estimate(95).high, empty.estimate(95).n) == (math.inf, 0)


def test_memory_is_bounded() -> None:
    found = Histogram()
    for _ in range(100_000):
        found.record(random.random())
        assert len(found._pending) <= 8192
    assert len(found._counts) == 5248


def test_it_goes_without_the_garbage_collector() -> None:
    found = Histogram([0.1])
    seen = weakref.ref(found)
    gc.disable()
    try:
        del found
        assert seen() is None, "a load process that collects no garbage would keep them all"
    finally:
        gc.enable()


def test_below_counts_what_is_below_for_sure() -> None:
    found = Histogram([0.5, 1.999, 2.0, 2.001, 5.0])
    assert found.below(2.0) == 2, "2 is the edge of a bucket: exact there"
    assert found.below(2.01) <= 4
    assert found.below(0.5) == 0
    assert found.below(5.1) == 5


@pytest.mark.parametrize("n", [3, 58, 59, 400, 5000])
def test_the_interval_holds_that_of_the_values_themselves(n: int) -> None:
    values = np.random.default_rng(n).exponential(0.02, n)
    binned, exact = Histogram(values).estimate(95), percentile(values, 95)
    assert (binned.n, binned.needed) == (exact.n, exact.needed)
    assert binned.low <= exact.low <= exact.high <= binned.high
    assert binned.value == pytest.approx(exact.value, rel=RELATIVE_ERROR)
    if math.isfinite(exact.high):
        assert binned.high == pytest.approx(exact.high, rel=2 * RELATIVE_ERROR)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=200))
def test_what_is_taken_back_is_as_if_it_had_never_been_there(values: list[tuple[float, bool]]) -> None:
    found, right = Histogram(value for value, _ in values), Histogram(value for value, kept in values if kept)
    for value, kept in values:
        if not kept:
            found.discard(value)
    assert [bucket[2] for bucket in found.buckets()] == [bucket[2] for bucket in right.buckets()]
    assert [bucket[0] for bucket in found.buckets()] == [bucket[0] for bucket in right.buckets()]
    assert found.count == right.count
    if right.count:
        assert found.mean == pytest.approx(right.mean, abs=1e-3)
        assert found.smallest <= right.smallest
        assert found.largest >= right.largest
        if LEAST <= right.smallest < MOST:
            assert found.smallest == pytest.approx(right.smallest, rel=3 * RELATIVE_ERROR)
        if LEAST <= right.largest < MOST:
            assert found.largest == pytest.approx(right.largest, rel=3 * RELATIVE_ERROR)
    else:
        assert math.isnan(found.largest)
        assert found == Histogram()


def test_what_was_never_there_cannot_be_taken_back() -> None:
    found = Histogram([0.1, 0.2])
    with pytest.raises(ValueError, match=r"no value like 0\.3"):
        found.discard(0.3)
    found.discard(0.2)
    found.record(0.5)
    assert (found.count, found.smallest, found.largest) == (2, 0.1, 0.5)
