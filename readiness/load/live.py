"""What a load shows while it runs and at its end: rates, percentiles of verified answers, errors by kind."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from readiness.measure.histogram import Histogram
from readiness.measure.sample_log import Kind, Rows, SampleLog


@dataclass(frozen=True)
class Glimpse:
    """The last moment: seconds since the begin, calls per second, and failed calls so far.

    Latencies of its last verified calls in seconds; NaN without any.
    """

    seconds: float
    rate: float
    p50: float
    p95: float
    p99: float
    failed: int


class Live:
    """Observes a sample log. A failed call never counts as a fast answer: it is in the counts, and in no percentile."""

    def __init__(self) -> None:
        self.operations: dict[str, Histogram] = {}
        """Latencies of verified answers, by operation."""
        self._log: SampleLog | None = None
        self._records: list[Callable[[float], None]] = []
        self._recent: deque[Rows] = deque(maxlen=2)
        self._seen, self._at = 0, monotonic()
        self._begin = self._at

    def watch(self, log: SampleLog) -> None:
        """Say which log it observes: kinds are looked up there."""
        self._log = log

    def __call__(self, rows: Rows) -> None:
        """Take a chunk."""
        assert self._log is not None
        kinds = self._log.kinds
        while len(self._records) < len(kinds):
            self._records.append(self._recorder(kinds[len(self._records)]))
        records, first = self._records, rows.kind[0]
        if rows.kind.count(first) == len(rows.kind) and not kinds[first].error:  # a load of one call, all well
            self.operations[kinds[first].operation].extend(rows.latency)
        else:
            for number, latency in zip(rows.kind, rows.latency, strict=True):
                records[number](latency)
        self._recent.append(rows)

    def withdraw(self, number: int, latency: float) -> None:
        """Forget a call that a check has failed after it was taken for a verified answer."""
        assert self._log is not None
        kind = self._log.kinds[number]
        if not kind.error:
            self.operations[kind.operation].discard(latency)

    def glimpse(self) -> Glimpse:
        """Return the last moment, and begin the next one."""
        assert self._log is not None
        self._log.flush()
        now, calls = monotonic(), len(self._log)
        passed, self._at = now - self._at, now
        done, self._seen = calls - self._seen, calls
        good = [not kind.error for kind in self._log.kinds]
        last = sorted(
            x for rows in self._recent for number, x in zip(rows.kind, rows.latency, strict=True) if good[number]
        )
        p50, p95, p99 = (
            last[min(len(last) - 1, int(len(last) * share))] if last else math.nan for share in (0.5, 0.95, 0.99)
        )
        self._recent.clear()
        failed = sum(count for kind, count in self._log.counts.items() if kind.error)
        return Glimpse(now - self._begin, done / passed if passed else 0.0, p50, p95, p99, failed)

    def _recorder(self, kind: Kind) -> Callable[[float], None]:
        if kind.error:
            return _ignore
        return self.operations.setdefault(kind.operation, Histogram()).record


def _ignore(latency: float) -> None:
    """The latency of a failed call says nothing about answers."""
