"""One definition of each figure, so that no two suites disagree: the table X.1 of the requirements, as functions.

Shares lie in 0..1, times are in seconds. What was not measured is NaN or None: never 0, never a pass.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from statistics import median
from typing import Literal

import numpy as np

from readiness.measure.quantiles import CONFIDENCE, rank
from readiness.measure.statistics import slope
from readiness.model import Estimate

IN_A_ROW = 10
"""Successful operations after which a service counts as recovered."""
LEAST_WINDOWS = 10
LEAST_RUNS = 5


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile p: value number ceil(p * n / 100) of the sorted sample, never interpolated; None where none lies above it.

    So p99 is None under 100 values, p95 under 20.
    """
    if len(values) * (100 - percent) < 100 - 1e-9:
        return None
    return sorted(values)[rank(percent, len(values)) - 1]


def latency(intended: float, ended: float) -> float:
    """Latency: from the intended start (of a closed loop: the start of the call) to the end, on a monotonic clock."""
    return ended - intended


def throughput(verified: int, seconds: float) -> float:
    """Throughput: operations verified as successful per second of the measured window, warm-up left out."""
    return verified / seconds if seconds > 0 else math.nan


def error_rate(failed: int, attempted: int) -> float:
    """Error rate: failed / attempted operations; timeouts, wrong values and False returns have failed."""
    return _share(failed, attempted)


def hit_rate(l1_hits: int, l2_hits: int, gets: int) -> float:
    """Hit rate: (L1 hits + L2 hits) / gets; what a fallback loaded was a miss."""
    return _share(l1_hits + l2_hits, gets)


def skip_rate(skipped: int, collected: int) -> float:
    """Skip rate: tests skipped by the result cache / tests collected."""
    return _share(skipped, collected)


def completeness(valid: int, expected: int) -> float:
    """Completeness: rows that are there and valid / rows expected."""
    return _share(valid, expected)


def data_error_rate(broken: int, received: int) -> float:
    """Data error: rows that break a rule / rows received."""
    return _share(broken, received)


def coverage(covered: int, total: int) -> float:
    """Coverage: lines, or branches, that ran / all of them, in the code under test only."""
    return _share(covered, total)


def _share(part: int, whole: int) -> float:
    if not 0 <= part <= max(whole, 0):
        raise ValueError(f"{part} of {whole} is no share")
    return part / whole if whole else math.nan


def time_reduction(without: Sequence[float], with_it: Sequence[float]) -> Estimate:
    """Time reduction: 1 - median with / median without, from 5 or more interleaved runs each, with its 95 % interval.

    The interval is that of the Mann-Whitney test on the logarithms: exact for times of one shape (Hollander, Wolfe & Chicken,
    Nonparametric Statistical Methods, 2014, 4.3). Negative where it takes longer.
    """
    n = min(len(without), len(with_it))
    if n < LEAST_RUNS or min(*without, *with_it) <= 0:
        return Estimate(math.nan, -math.inf, 1.0, n, LEAST_RUNS)
    shifts = sorted(math.log(a / b) for a in with_it for b in without)
    out = _shifts_left_out(len(without), len(with_it))
    value = 1 - median(with_it) / median(without)
    low, high = 1 - math.exp(shifts[-1 - out]), 1 - math.exp(shifts[out])
    return Estimate(value, min(low, value), max(high, value), n, LEAST_RUNS)


@lru_cache(maxsize=64)
def _shifts_left_out(m: int, n: int) -> int:
    """Return how many of the m * n ordered shifts lie outside the interval on each side: the largest k with P(U < k) in the tail."""
    ways = np.zeros((m + 1, n + 1, m * n + 1))
    ways[0, :, 0] = ways[:, 0, 0] = 1
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            ways[i, j, j:] += ways[i - 1, j, : m * n + 1 - j]
            ways[i, j] += ways[i, j - 1]
    below = np.cumsum(ways[m, n]) / ways[m, n].sum()
    return int(np.searchsorted(below, (1 - CONFIDENCE) / 2, side="right"))


@dataclass(frozen=True)
class Leak:
    """Whether memory leaks, and what says so."""

    slope: Estimate
    """Bytes per second, over the medians of the windows."""
    growth: float
    """Bytes, from the first window's median to the last's."""
    leaking: bool | None
    """None where there are too few readings to tell."""


def leak(
    at: Sequence[float], resident: Sequence[float], *, warm_up: float, most_growth: float, windows: int = LEAST_WINDOWS
) -> Leak:
    """Memory leak: a slope above 0 with 95 % confidence over 10 or more windows after warm-up, or growth above the limit.

    ``resident`` is that of the whole process tree. The windows divide the time from ``warm_up`` on; medians of windows, since
    readings of one moment resemble each other.
    """
    kept = [(a, r) for a, r in zip(at, resident, strict=True) if a >= warm_up]
    windows = max(windows, LEAST_WINDOWS)
    length = (kept[-1][0] - warm_up) / windows if kept else 0.0
    if length <= 0:
        return Leak(slope((), ()), math.nan, None)
    numbered = groupby(kept, key=lambda one: min(int((one[0] - warm_up) / length), windows - 1))
    medians = {number: median(r for _, r in part) for number, part in numbered}
    trend = slope([(number + 0.5) * length for number in medians], list(medians.values()))
    growth = medians[max(medians)] - medians[min(medians)]
    if growth > most_growth or trend.low > 0:
        return Leak(trend, growth, True)
    return Leak(trend, growth, None if len(medians) < windows else False)


def cpu_use(cpu_seconds: float, wall_seconds: float, cores: float) -> float:
    """CPU: CPU seconds / (wall seconds * allotted cores); over the whole window this is the sustained use."""
    return cpu_seconds / (wall_seconds * cores) if wall_seconds > 0 and cores > 0 else math.nan


def cpu_peak(at: Sequence[float], cpu_seconds: Sequence[float], cores: float) -> float:
    """Peak CPU: the largest use of samples of 1 s; ``cpu_seconds`` is the total used up to each time. NaN under 1 s."""
    uses, begin = [], 0
    for now in range(1, len(at)):
        if at[now] - at[begin] >= 1.0 - 1e-9:
            uses.append(cpu_use(cpu_seconds[now] - cpu_seconds[begin], at[now] - at[begin], cores))
            begin = now
    return max(uses, default=math.nan)


def recovery_time(fault_ended: float, operations: Iterable[tuple[float, bool]]) -> float | None:
    """Recovery time: from the end of the fault to the first of 10 consecutive successful operations; None where none came.

    ``operations`` are (end, successful) in the order of their ends; those that ended during the fault do not count.
    """
    first, streak = 0.0, 0
    for ended, good in operations:
        if ended < fault_ended:
            continue
        first = ended if streak == 0 else first
        streak = streak + 1 if good else 0
        if streak == IN_A_ROW:
            return first - fault_ended
    return None


def against_target(
    value: float | None, target: float, better: Literal["lower", "higher"] = "lower"
) -> Literal["MET", "MISSED", "NOT MEASURED"]:
    """Gate and target: a gate fails the build, a target is reported as MET or MISSED; never silently dropped."""
    if value is None or math.isnan(value):
        return "NOT MEASURED"
    return "MET" if (value <= target if better == "lower" else value >= target) else "MISSED"
