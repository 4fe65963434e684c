"""The load of one recording, small enough for a report: exact totals, binned shapes. Times in seconds, rates per second."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.measure.fitness import generators
from readiness.measure.quantiles import samples_needed
from readiness.measure.recording import Readings, Recording, Samples
from readiness.measure.statistics import Values, nearest_rank
from readiness.report import LoadSummary, PhaseLoad, Timeline

PERCENTILES = (50, 90, 95, 99, 99.9)
MOST_BINS = 300
MOST_BUCKETS = 200
LEAST_GROWTH = 1.05
"""Buckets are not narrower than this ratio: a chart shows no more."""
LEAST_LATENCY = 1e-6
BIN_SECONDS = tuple(step * 10.0**power for power in range(-1, 7) for step in (1, 2, 5))

Codes = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Columns:
    """Calls in columns; ``phase`` and ``error`` are places in ``phases`` and ``kinds``."""

    at: Values
    latency: Values
    late: Values
    phase: Codes
    phases: tuple[str, ...]
    error: Codes
    kinds: tuple[str, ...]

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Which calls were not verified as successful."""
        return np.array([kind != "" for kind in self.kinds], dtype=bool)[self.error]

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Which calls were not made to warm up."""
        return np.array([not name.startswith("warm") for name in self.phases], dtype=bool)[self.phase]


def load_summary(recording: Recording) -> LoadSummary | None:
    """Summarise the calls of a recording; None where it made none.

    The phases, the timeline and the errors hold every call; the histogram leaves out those that were made to warm up.
    """
    if not recording.samples.n:
        return None
    calls = columns_of(recording.samples)
    order = np.argsort(calls.latency)  # once: every percentile below needs it
    return LoadSummary(
        phases=tuple(_phases(calls, order, recording)),
        timeline=_timeline(calls, order),
        histogram=tuple(histogram_of(calls.latency[calls.measured])),
        errors_by_kind=_errors(calls),
        generator=dict(_generator(calls, recording)),
    )


def columns_of(samples: Samples) -> Columns:
    """Return calls in columns."""
    rows, n = samples.rows, samples.n
    phase, phases = _coded((row.phase for row in rows), n)
    error, kinds = _coded((row.error for row in rows), n)
    at = np.fromiter((row.at for row in rows), np.float64, n)
    return Columns(at, samples.latency.values, samples.late.values, phase, phases, error, kinds)


def histogram_of(latency: Values) -> Iterator[tuple[float, float, int]]:
    """Yield (low, high, count) of buckets of equal ratio, at most 200, only those with values; low <= value < high."""
    if not len(latency):
        return
    values = np.maximum(latency, LEAST_LATENCY)
    least, most = float(values.min()), float(values.max())
    # The largest value lies on the last edge, or beyond it by a rounding: two buckets are kept for that.
    growth = max(LEAST_GROWTH, (most / least) ** (1.0 / (MOST_BUCKETS - 2)))
    edges = least * growth ** np.arange(math.floor(math.log(most / least) / math.log(growth)) + 3)
    buckets = np.searchsorted(edges, values, side="right") - 1
    for index, count in enumerate(np.bincount(buckets)):
        if count:
            yield float(edges[index]), float(edges[index + 1]), int(count)


def _phases(calls: Columns, order: npt.NDArray[np.intp], recording: Recording) -> Iterator[PhaseLoad]:
    """Yield each phase in which calls were made, in the order of their first call."""
    failed = calls.failed
    parts = list(_parts(calls.phase, order, len(calls.phases)))
    for code in sorted(range(len(parts)), key=lambda code: calls.at[parts[code]].min()):
        part, name = parts[code], calls.phases[code]
        begin = float(calls.at[part].min())
        seconds = float((calls.at[part] + calls.latency[part]).max()) - begin
        ordered = calls.latency[part]
        yield PhaseLoad(
            phase=name,
            begin=begin,
            seconds=seconds,
            samples=len(part),
            errors=int(failed[part].sum()),
            rate=len(part) / seconds if seconds > 0 else 0.0,
            users=recording.users.get(name),
            percentiles={f"{p:g}": nearest_rank(ordered, p) for p in PERCENTILES if len(part) >= samples_needed(p)},
        )


def _timeline(calls: Columns, order: npt.NDArray[np.intp]) -> Timeline:
    """Put each call into the bin in which it ended; the first bin begins with the recording."""
    end = np.maximum(calls.at + calls.latency, 0.0)
    last = float(end.max())
    width = next((width for width in BIN_SECONDS if last < width * MOST_BINS), last / (MOST_BINS - 1))
    bins = (end / width).astype(np.int16)
    count = int(bins.max()) + 1
    ordered = [calls.latency[part] for part in _parts(bins, order, count)]
    p50, p95, p99 = (
        tuple(nearest_rank(part, percent) if len(part) else None for part in ordered) for percent in (50, 95, 99)
    )
    errors = np.bincount(bins[calls.failed], minlength=count) / width
    rate = np.bincount(bins, minlength=count) / width
    return Timeline(
        bin_seconds=width, rate=tuple(rate.tolist()), errors=tuple(errors.tolist()), p50=p50, p95=p95, p99=p99
    )


def _parts(codes: Codes, order: npt.NDArray[np.intp], count: int) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the places of the calls of each code, in ``order`` within it."""
    grouped = order[np.argsort(codes[order], kind="stable")]  # a radix sort: linear for 16 bits
    ends = np.cumsum(np.bincount(codes, minlength=count))
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        yield grouped[begin:end]


def _errors(calls: Columns) -> dict[str, int]:
    counts = zip(calls.kinds, np.bincount(calls.error).tolist(), strict=True)
    return dict(sorted(((kind, count) for kind, count in counts if kind), key=lambda item: -item[1]))


def _generator(calls: Columns, recording: Recording) -> Iterator[tuple[str, float]]:
    """Yield what the generator did itself: the busiest second, and how late it sent; what is not known is left out.

    Where workers shared the load, the busiest second of the busiest of them.
    """
    busiest = [
        second
        for name in generators(recording, "generator_cpu_cores")
        if (second := _busiest_second(recording.readings[name])) is not None
    ]
    if busiest:
        yield "cpu_cores", max(busiest)
    late = np.sort(calls.late[calls.measured])
    if len(late) >= samples_needed(99):
        yield "late_p99", nearest_rank(late, 99)


def _busiest_second(readings: Readings) -> float | None:
    at, values = np.array(readings.at), np.array(readings.values)
    if not len(values):
        return None
    seconds = np.floor(at - at[0]).astype(int)
    counts = np.bincount(seconds)
    means = np.bincount(seconds, values)[counts > 0] / counts[counts > 0]
    return float(means.max())


def _coded(names: Iterable[str], n: int) -> tuple[Codes, tuple[str, ...]]:
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(name, len(known)) for name in names), np.int16, n)
    return codes, tuple(known)
