"""A recording: all that one scenario observed, as a check sees it. Read from disk; nothing here touches a target."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from readiness.errors import RecordingError
from readiness.measure import statistics
from readiness.measure.autocorrelation import percentile_by_blocks
from readiness.measure.sample_file import read_samples
from readiness.measure.statistics import Values
from readiness.model import Estimate, FaultWindow, Sample

SHORTEST_SPAN = 1.0
BLOCK_SECONDS = 1.0
BLOCKS = 16


@dataclass(frozen=True)
class Distribution:
    """Values of one quantity, in its unit."""

    values: Values
    at: Values | None = None
    """When each was observed, in seconds; without it they count as independent."""

    def percentile(self, percent: float) -> Estimate:
        """Estimate a percentile (0 < percent < 100) with its interval.

        Neighbours in time resemble each other, so they are counted in blocks: of a second, or a sixteenth of a shorter span.
        What was observed within one second and less counts as independent: no block could tell.
        """
        span = float(np.ptp(self.at)) if self.at is not None and len(self.at) else 0.0
        if self.at is None or span < SHORTEST_SPAN:
            return statistics.percentile(self.values, percent)
        return percentile_by_blocks(self.at, self.values, percent, seconds=min(BLOCK_SECONDS, span / BLOCKS))

    @property
    def largest(self) -> float:
        """The largest value; 0 where there is none."""
        return float(self.values.max()) if len(self.values) else 0.0

    @property
    def n(self) -> int:
        """How many values there are."""
        return len(self.values)


@dataclass(frozen=True)
class Samples:
    """Calls in columns; each ``where`` gives a smaller set."""

    rows: tuple[Sample, ...] = ()

    def where(self, *, phase: str | None = None, operation: str | None = None) -> "Samples":
        """Return the calls of one phase and/or operation."""
        return Samples(
            tuple(
                row
                for row in self.rows
                if (phase is None or row.phase == phase) and (operation is None or row.operation == operation)
            )
        )

    @cached_property
    def latency(self) -> Distribution:
        """Seconds from the intended start to the last byte; failed calls included."""
        at = np.array([row.at for row in self.rows], dtype=np.float64)
        return Distribution(np.array([row.latency for row in self.rows], dtype=np.float64), at)

    @cached_property
    def late(self) -> Distribution:
        """Seconds by which the generator sent later than intended."""
        return Distribution(np.array([row.late for row in self.rows], dtype=np.float64))

    @property
    def n(self) -> int:
        """Calls attempted."""
        return len(self.rows)

    @property
    def failed(self) -> int:
        """Calls that were not verified as successful."""
        return sum(1 for row in self.rows if row.error)

    @property
    def error_rate(self) -> Estimate:
        """Failed / attempted, with its interval."""
        return statistics.rate(self.failed, self.n)

    def calls_to_exclude(self, limit: float) -> int | None:
        """How many more calls, none of which fails, would rule out a failure rate above ``limit``; None: no number would."""
        return statistics.tries_to_exclude(self.failed, self.n, limit)

    @property
    def errors(self) -> dict[str, int]:
        """Failures by kind, the most frequent first."""
        counts: dict[str, int] = {}
        for row in self.rows:
            if row.error:
                counts[row.error] = counts.get(row.error, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    @property
    def seconds(self) -> float:
        """From the first intended start to the last answer."""
        if not self.rows:
            return 0.0
        return max(row.at + row.latency for row in self.rows) - min(row.at for row in self.rows)

    @property
    def throughput(self) -> float:
        """Verified operations per second."""
        return (self.n - self.failed) / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Readings:
    """One quantity over time: seconds since the recording began, and values."""

    unit: str = ""
    at: tuple[float, ...] = ()
    values: tuple[float, ...] = ()

    @property
    def peak(self) -> float:
        """The largest value; NaN where nothing was read."""
        return max(self.values, default=float("nan"))

    @property
    def growth(self) -> float:
        """Median of the last fifth minus median of the first fifth; NaN under ten readings."""
        if len(self.values) < 10:
            return float("nan")
        fifth = len(self.values) // 5
        return float(np.median(self.values[-fifth:]) - np.median(self.values[:fifth]))

    @property
    def slope(self) -> Estimate:
        """Trend per second with its interval."""
        return statistics.slope(self.at, self.values)

    @property
    def mean(self) -> float:
        """Arithmetic mean; NaN where nothing was read."""
        return float(np.mean(self.values)) if self.values else float("nan")


@dataclass(frozen=True)
class Recording:
    """Everything that one scenario observed."""

    scenario: str = ""
    samples: Samples = Samples()
    facts: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, Readings] = field(default_factory=dict)
    windows: tuple[FaultWindow, ...] = ()
    phases: tuple[tuple[str, float], ...] = ()
    users: Mapping[str, int] = field(default_factory=dict)
    """Simulated users by phase, for those that have a fixed number of them."""
    seconds: float = 0.0
    complete: bool = True

    @property
    def latency(self) -> Distribution:
        """Latency of the calls of the measured phases (those whose name does not begin with ``warm``)."""
        return self.measured.latency

    @cached_property
    def measured(self) -> Samples:
        """The calls outside warm-up."""
        return Samples(tuple(row for row in self.samples.rows if not row.phase.startswith("warm")))

    def window(self, fault: str) -> FaultWindow | None:
        """The first window of a fault, or None."""
        return next((window for window in self.windows if window.fault == fault), None)


def read_recording(folder: Path, scenario: str) -> Recording:
    """Read a recording from disk; one that did not reach its end, or lost calls since, is not ``complete``.

    RecordingError where a line or a file of it is damaged.
    """
    try:
        return _read(folder, scenario)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RecordingError(f"{scenario}.jsonl is damaged: {said}") from None


def _read(folder: Path, scenario: str) -> Recording:
    facts: dict[str, Any] = {}
    series: dict[str, tuple[str, list[float], list[float]]] = {}
    windows: list[FaultWindow] = []
    phases: list[tuple[str, float]] = []
    users: dict[str, int] = {}
    end: float | None = None
    counted: int | None = None
    lines = (folder / f"{scenario}.jsonl").read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        entry = _entry(line, last=number == len(lines))
        match entry.pop("kind", None):
            case "fact":
                facts[entry["name"]] = entry["value"]
            case "readings":
                _, at, values = series.setdefault(entry["series"], (entry["unit"], [], []))
                more = [(float(when), float(value)) for when, value in zip(entry["at"], entry["values"], strict=True)]
                at += [when for when, _ in more]
                values += [value for _, value in more]
            case "window":
                windows.append(FaultWindow(**entry))
            case "phase":
                phases.append((entry["name"], entry["at"]))
                if entry.get("users"):
                    users[entry["name"]] = entry["users"]
            case "calls":
                counted = sum(int(kind[-1]) for kind in entry["counts"])
            case "end":
                end = entry["seconds"]
    readings = {name: Readings(unit, tuple(at), tuple(values)) for name, (unit, at, values) in series.items()}
    rows = read_samples(folder / f"{scenario}.parquet")
    # A file that went missing must not read as a run without a failed call.
    complete = end is not None and counted in (None, len(rows))
    return Recording(
        scenario, Samples(rows), facts, readings, tuple(windows), tuple(phases), users, end or 0.0, complete
    )


def _entry(line: str, *, last: bool) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        if last:  # what follows the last line break: nothing, or what a scenario wrote when it was killed
            return {}
        raise
    return entry if isinstance(entry, dict) else {}
