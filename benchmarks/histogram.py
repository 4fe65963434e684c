"""What does keeping a latency cost, and how true are the percentiles? Ours beside peers from PyPI, where installed.

    pip install hdrhistogram ddsketch fastdigest; python benchmarks/histogram.py [--samples 1000000]

Each recorder takes the same latencies one by one, as a load generator hands them over. Time is CPU time of the whole, emptying of
buffers included, less the bare loop; the median of five interleaved rounds. The error is the largest over p50 to p99.99 against
the sorted values themselves, for two shapes: lognormal, and 5 ms with stalls. Size is what a merge has to move.
"""

import argparse
import math
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

from readiness.measure.histogram import RELATIVE_ERROR, Histogram

PERCENTS = (50, 90, 95, 99, 99.9, 99.99)
ROUNDS = 5
MOST_NANOSECONDS, MOST_ERROR = 60.0, 0.005


class Recorder(NamedTuple):
    """One histogram: how to record, how to ask, and how many bytes it takes."""

    record: Callable[[float], Any]
    finish: Callable[[], Any]
    percentile: Callable[[float], float]
    size: Callable[[], int]


def ours() -> Recorder:
    found = Histogram()
    return Recorder(found.record, lambda: found.count, found.percentile, lambda: len(found.to_bytes()))


def hdrhistogram() -> Recorder:
    from hdrh.histogram import HdrHistogram  # type: ignore[import-not-found,unused-ignore]

    found = HdrHistogram(1, 3_600_000_000, 3)
    return Recorder(
        lambda value: found.record_value(int(value * 1e6)),
        lambda: None,
        lambda percent: found.get_value_at_percentile(percent) / 1e6,
        lambda: len(found.encode()),
    )


def ddsketch() -> Recorder:
    from ddsketch import DDSketch  # type: ignore[import-not-found,unused-ignore]

    found = DDSketch(relative_accuracy=0.005)
    return Recorder(found.add, lambda: None, lambda percent: found.get_quantile_value(percent / 100), lambda: 0)


def fastdigest() -> Recorder:
    from fastdigest import TDigest  # type: ignore[import-not-found,unused-ignore]

    found = TDigest()
    return Recorder(
        found.update, lambda: None, lambda percent: found.quantile(percent / 100), lambda: 16 * found.n_centroids
    )


def plain_list() -> Recorder:
    values: list[float] = []
    return Recorder(values.append, values.sort, lambda percent: exact(values, percent), lambda: 8 * len(values))


RECORDERS: dict[str, Callable[[], Recorder]] = {
    "ours": ours,
    "hdrhistogram, 3 digits": hdrhistogram,
    "ddsketch, 0.5 %": ddsketch,
    "fastdigest": fastdigest,
    "a list, sorted": plain_list,
}


def exact(ordered: Sequence[float], percent: float) -> float:
    return ordered[math.ceil(percent * len(ordered) / 100 - 1e-9) - 1]


def latencies(n: int) -> dict[str, list[float]]:
    source = random.Random(1)
    stalled = [source.uniform(0, 0.5) if source.random() < 0.1 else source.gauss(0.005, 0.0002) for _ in range(n)]
    return {"lognormal": [source.lognormvariate(-5, 1) for _ in range(n)], "stalls": stalled}


def nanoseconds(make: Callable[[], Recorder] | None, values: list[float]) -> float:
    recorder = make() if make else None
    begin = time.process_time()
    if recorder is None:
        for _ in values:
            pass
    else:
        record = recorder.record
        for value in values:
            record(value)
        recorder.finish()
    return (time.process_time() - begin) / len(values) * 1e9


def worst_error(make: Callable[[], Recorder], values: list[float]) -> tuple[float, int]:
    recorder, ordered = make(), sorted(values)
    for value in values:
        recorder.record(value)
    recorder.finish()
    errors = (abs(recorder.percentile(p) / exact(ordered, p) - 1) for p in PERCENTS)
    return max(errors), recorder.size()


def main() -> int:
    """Print the table; exit 1 where ours misses its goal."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--samples", type=int, default=1_000_000)
    asked.add_argument("--lean", action="store_true", help="only ours, in a process without numpy")
    chosen = asked.parse_args()
    shapes = latencies(chosen.samples)
    values = shapes["lognormal"]
    if chosen.lean:
        costs = [nanoseconds(ours, values) - nanoseconds(None, values) for _ in range(ROUNDS)]
        print(f"{'ours, without numpy':<26}{median(costs):>8.0f} ns" + (" (numpy!)" if "numpy" in sys.modules else ""))
        return 0
    import numpy as np  # so that ours counts with it

    usable: dict[str, Callable[[], Recorder]] = {}
    for name, make in RECORDERS.items():
        try:
            make()
        except ImportError:
            print(f"{name}: not installed")
        else:
            usable[name] = make
    costs_of: dict[str, list[float]] = {name: [] for name in usable}
    for _ in range(ROUNDS):
        loop = nanoseconds(None, values)
        for name, make in usable.items():
            costs_of[name].append(nanoseconds(make, values) - loop)
    print(f"{chosen.samples} samples, numpy {np.__version__}; bound of ours: {RELATIVE_ERROR:.2%}\n")
    print(f"{'recorder':<26}{'per sample':>11}{'fastest':>9}{'error, lognormal':>18}{'error, stalls':>15}{'bytes':>10}")
    for name, make in usable.items():
        (lognormal, size), (stalls, _) = worst_error(make, values), worst_error(make, shapes["stalls"])
        print(
            f"{name:<26}{median(costs_of[name]):>8.0f} ns{min(costs_of[name]):>6.0f} ns{lognormal:>17.3%}{stalls:>15.3%}{size or '':>10}"
        )
        if name == "ours":
            met = median(costs_of[name]) <= MOST_NANOSECONDS and max(lognormal, stalls) <= MOST_ERROR
    subprocess.run([sys.executable, __file__, "--lean", "--samples", str(chosen.samples)], check=True)
    print(f"\ngoal (at most {MOST_NANOSECONDS:g} ns and {MOST_ERROR:.1%}): {'MET' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
