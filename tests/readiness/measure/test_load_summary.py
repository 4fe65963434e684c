"""A load summary says what its calls say: totals are exact, percentiles are those of an independent count."""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.load_summary import MOST_BINS, MOST_BUCKETS, PERCENTILES, histogram_of, load_summary
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Readings, Recording, Samples, read_recording
from readiness.model import Sample
from readiness.report import LoadSummary

NEEDED = {"50": 5, "90": 29, "95": 59, "99": 299, "99.9": 2995}
CALLS = st.lists(
    st.builds(
        Sample,
        at=st.floats(0, 400),
        latency=st.floats(0, 30),
        late=st.floats(0, 1),
        operation=st.just("quote"),
        phase=st.sampled_from(["warm up", "steady", "users 5"]),
        status=st.just(200),
        error=st.sampled_from(["", "", "timeout", "status 500"]),
    ),
    min_size=1,
    max_size=120,
)


def summary_of(calls: list[Sample]) -> LoadSummary:
    found = load_summary(Recording("some", Samples(tuple(calls)), users={"users 5": 5}))
    assert found is not None
    return found


def steady(n: int, **changes: object) -> list[Sample]:
    return [Sample(i / 100, 0.001 * (i + 1), 0.0, "quote", "steady", 200, "")._replace(**changes) for i in range(n)]  # type: ignore[arg-type]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(calls=CALLS)
def test_totals_are_exact(calls: list[Sample]) -> None:
    found = summary_of(calls)
    assert {phase.phase: phase.samples for phase in found.phases} == Counter(call.phase for call in calls)
    failed = Counter(call.phase for call in calls if call.error)
    assert {phase.phase: phase.errors for phase in found.phases if phase.errors} == failed
    assert found.errors_by_kind == Counter(call.error for call in calls if call.error)
    assert list(found.errors_by_kind.values()) == sorted(found.errors_by_kind.values(), reverse=True)
    line = found.timeline
    assert sum(line.rate) * line.bin_seconds == pytest.approx(len(calls))
    assert sum(line.errors) * line.bin_seconds == pytest.approx(failed.total())
    measured = sum(not call.phase.startswith("warm") for call in calls)
    assert sum(count for _, _, count in found.histogram) == measured, "warm-up is left out"


@settings(derandomize=True, deadline=None, max_examples=300)
@given(calls=CALLS)
def test_the_timeline_puts_each_call_where_it_ended(calls: list[Sample]) -> None:
    line = summary_of(calls).timeline
    assert 1 <= len(line.rate) <= MOST_BINS
    assert len(line.rate) == len(line.errors) == len(line.p50) == len(line.p95) == len(line.p99)
    for index in range(len(line.rate)):
        ended = sorted(c.latency for c in calls if int((c.at + c.latency) / line.bin_seconds) == index)
        assert line.rate[index] == pytest.approx(len(ended) / line.bin_seconds)
        for percent, values in ((50, line.p50), (95, line.p95), (99, line.p99)):
            expected = ended[max(1, math.ceil(percent * len(ended) / 100)) - 1] if ended else None
            assert values[index] == expected


@pytest.mark.parametrize("percent", PERCENTILES)
def test_a_percentile_needs_enough_calls(percent: float) -> None:
    name = f"{percent:g}"
    enough = NEEDED[name]
    (phase,) = summary_of(steady(enough)).phases
    rank = math.ceil(round(percent * enough / 100, 9))
    assert phase.percentiles[name] == pytest.approx(0.001 * rank)
    (phase,) = summary_of(steady(enough - 1)).phases
    assert name not in phase.percentiles


def test_a_phase_lasts_from_its_first_call_to_its_last_answer() -> None:
    calls = [
        Sample(2.0, 0.5, 0.0, "quote", "users 5", 200, ""),
        Sample(3.0, 1.0, 0.0, "quote", "users 5", 0, "timeout"),
        Sample(0.5, 0.1, 0.0, "quote", "warm up", 200, ""),
    ]
    warm, phase = summary_of(calls).phases
    assert (warm.phase, warm.users) == ("warm up", None)
    assert (phase.begin, phase.seconds, phase.rate) == (2.0, 2.0, 1.0)
    assert phase.users == 5
    assert phase.percentiles == {}


@settings(derandomize=True, deadline=None, max_examples=300)
@given(values=st.lists(st.floats(0, 1e5), min_size=1, max_size=200))
def test_buckets_hold_their_values(values: list[float]) -> None:
    buckets = list(histogram_of(np.array(values)))
    assert len(buckets) <= MOST_BUCKETS
    assert sum(count for _, _, count in buckets) == len(values)
    assert all(count > 0 for _, _, count in buckets)
    for (_, high, _), (low, _, _) in pairwise(buckets):
        assert high <= low * (1 + 1e-12)
    clamped = [max(value, 1e-6) for value in values]
    for low, high, count in buckets:
        assert low < high
        assert count == sum(low <= value < high for value in clamped)


def test_buckets_are_of_equal_ratio() -> None:
    buckets = list(histogram_of(np.geomspace(1e-5, 100, 5000)))
    assert MOST_BUCKETS - 2 <= len(buckets) <= MOST_BUCKETS, "no bucket is empty here"
    ratios = {round(high / low, 9) for low, high, _ in buckets}
    assert len(ratios) == 1
    assert ratios.pop() == pytest.approx(1e7 ** (1 / (MOST_BUCKETS - 2)), rel=0.02)


def test_extremes() -> None:
    assert load_summary(Recording("idle")) is None
    assert summary_of([Sample(0.0, 0.0, 0.0, "quote", "steady", 200, "")]).phases[0].rate == 0.0
    assert summary_of(steady(10, phase="warm up")).histogram == ()
    late = summary_of([Sample(9e7, 1.0, 0.0, "quote", "steady", 200, "")])
    assert len(late.timeline.rate) <= MOST_BINS, "a recording of three years"


def test_what_the_generator_did() -> None:
    cores = Readings("cores", tuple(0.2 * i for i in range(1, 16)), (0.1,) * 5 + (0.9, 0.7, 0.9, 0.7, 0.8) + (0.2,) * 5)
    calls = tuple(steady(298, late=0.001) + steady(1, late=0.2, phase="warm up") + steady(10, late=0.5))
    found = load_summary(Recording("some", Samples(calls), readings={"generator_cpu_cores": cores}))
    assert found is not None
    assert found.generator == {"cpu_cores": pytest.approx(0.8), "late_p99": 0.5}
    assert summary_of(steady(298)).generator == {}, "too few calls for a p99, and no readings"


def test_users_come_from_the_phase_line(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "grid")
    with recorder.ending():
        for users in (None, 5, 50):
            recorder.phase(f"users {users}", users=users)
            recorder.sample(Sample(recorder.now, 0.1, 0.0, "quote", recorder.phase_name, 200, ""))
    found = load_summary(read_recording(tmp_path, "grid"))
    assert found is not None
    assert [phase.users for phase in found.phases] == [None, 5, 50]
    assert LoadSummary.model_validate_json(found.model_dump_json()) == found
