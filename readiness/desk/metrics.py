"""Metrics in Prometheus' text format: requests, orders, the pool, the vendor and the process."""

import os
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from pathlib import Path

from readiness.desk.defects import active

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = Mapping[str, str]


class Metrics:
    """What the desk counts. Requests are observed on the event loop only; orders come from worker threads."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self._orders: Counter[str] = Counter({"FILLED": 0, "OPEN": 0, "REJECTED": 0})
        self._lock = threading.Lock()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        if active("frozen-metrics"):
            return
        self._requests[method, route, status] += 1
        key = method, route
        buckets = self._durations.setdefault(key, [0] * (len(BUCKETS) + 1))
        buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[key] = self._seconds.get(key, 0.0) + seconds

    def count_order(self, status: str) -> None:
        """Count one order by how it ended."""
        with self._lock:
            self._orders[status] += 1

    def render(self, gauges: Mapping[str, Iterable[tuple[Labels, float]]]) -> str:
        """Everything as text; `gauges` are the values that only their owners know."""
        lines: list[str] = []
        requests = (
            ({"method": method, "route": route, "status": str(status)}, count)
            for (method, route, status), count in self._requests.copy().items()
        )
        _write(lines, "http_requests_total", "counter", requests)
        self._write_durations(lines)
        _write(lines, "http_requests_in_flight", "gauge", [({}, self.in_flight)])
        orders = self._orders.copy()
        _write(lines, "desk_orders_total", "counter", (({"status": name}, count) for name, count in orders.items()))
        for name, samples in gauges.items():
            _write(lines, name, "gauge", samples)
        for name, kind, value in _process():
            _write(lines, name, kind, [({}, value)])
        return "\n".join(lines) + "\n"

    def _write_durations(self, lines: list[str]) -> None:
        name = "http_request_duration_seconds"
        lines.append(f"# TYPE {name} histogram")
        bounds = [*map(str, BUCKETS), "+Inf"]
        for (method, route), buckets in self._durations.copy().items():
            labels = {"method": method, "route": route}
            totals = list(accumulate(buckets))
            lines += [_sample(f"{name}_bucket", labels | {"le": le}, n) for le, n in zip(bounds, totals, strict=True)]
            lines.append(_sample(f"{name}_sum", labels, self._seconds[method, route]))
            lines.append(_sample(f"{name}_count", labels, totals[-1]))


def _write(lines: list[str], name: str, kind: str, samples: Iterable[tuple[Labels, float]]) -> None:
    lines.append(f"# TYPE {name} {kind}")
    lines += [_sample(name, labels, value) for labels, value in samples]


def _sample(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
    return f"{name}{{{inner}}} {value}" if inner else f"{name} {value}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _process() -> list[tuple[str, str, float]]:
    return [
        ("process_resident_memory_bytes", "gauge", _resident_bytes()),
        ("process_open_fds", "gauge", open_descriptors()),
        ("process_cpu_seconds_total", "counter", time.process_time()),
    ]


def _resident_bytes() -> int:
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource  # no /proc: the peak is the nearest thing that the system tells

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def open_descriptors() -> int:
    """How many file descriptors this process holds."""
    own = Path("/proc/self/fd")
    return len(list((own if own.exists() else Path("/dev/fd")).iterdir()))
