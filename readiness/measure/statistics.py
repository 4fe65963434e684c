"""Order statistics and shares with their 95 % intervals. Definitions: nearest rank, never interpolated."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from readiness.measure.quantiles import CONFIDENCE, rank, rank_bounds, samples_needed
from readiness.model import Estimate

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 95 % lie between it and its negative."""
Values = npt.NDArray[np.float64]


def nearest_rank(ordered: Values, percent: float) -> float:
    """Return value number ceil(p*n/100) of a sorted, non-empty array."""
    return float(ordered[rank(percent, len(ordered)) - 1])


def percentile(values: Values, percent: float) -> Estimate:
    """Estimate a percentile (0 < percent < 100) with its order-statistic interval; distribution-free.

    With too few values the interval is open: its upper end is infinite. No values: the value is NaN.
    """
    n, needed = len(values), samples_needed(percent)
    if n == 0:
        return Estimate(math.nan, -math.inf, math.inf, 0, needed)
    ordered = np.sort(values)
    low, high = rank_bounds(percent, n)
    below = float(ordered[low - 1]) if low >= 1 else -math.inf
    above = float(ordered[high - 1]) if high <= n else math.inf
    return Estimate(nearest_rank(ordered, percent), below, above, n, needed)


def wilson(good: int, tries: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share (Wilson 1927); (0, 1) without tries."""
    if tries == 0:
        return 0.0, 1.0
    z2 = Z * Z
    share = good / tries
    centre = (share + z2 / (2 * tries)) / (1 + z2 / tries)
    half = math.sqrt(z2 * (share * (1 - share) / tries + z2 / (4 * tries * tries))) / (1 + z2 / tries)
    # At the ends the formula is exact and rounding is not.
    return max(0.0, centre - half) if good else 0.0, min(1.0, centre + half) if good < tries else 1.0


def rate(bad: int, tries: int) -> Estimate:
    """Estimate a failure rate. Upper end: exact one-sided 95 % bound where nothing failed (1 - 0.05**(1/n)), else Wilson."""
    if tries == 0:
        return Estimate(math.nan, 0.0, 1.0, 0)
    low, high = wilson(bad, tries)
    if bad == 0:
        low, high = 0.0, float(1 - (1 - CONFIDENCE) ** (1 / tries))
    return Estimate(bad / tries, low, high, tries)


def tries_to_exclude(bad: int, tries: int, limit: float) -> int | None:
    """Return how many further tries, all of them good, would show that the failure rate is at most ``limit`` (0 to 1).

    0 where the tries that there are show it; None where no number would.
    """
    if limit <= 0:
        return None
    return 0 if rate(bad, tries).high <= limit else fewest(lambda more: rate(bad, tries + more).high <= limit)


def fewest(enough: Callable[[int], bool]) -> int:
    """Return the least positive number that is enough, where every greater one is, too."""
    few, many = 0, 1
    while not enough(many):
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def slope(at: Sequence[float], values: Sequence[float]) -> Estimate:
    """Estimate a trend per second: Theil-Sen, its interval from Kendall's tau (Sen 1968). Needs 10 points.

    The interval takes the points for independent; of readings that resemble their neighbours, give it medians of windows.
    """
    x, y = np.asarray(at, dtype=float), np.asarray(values, dtype=float)
    n = len(x)
    nothing = Estimate(math.nan, -math.inf, math.inf, n, 10)
    if n < 10:
        return nothing
    with np.errstate(divide="ignore", invalid="ignore"):  # pairs of one moment have no slope and are left out
        # By distance, so that the pairs never lie in memory with their places beside them.
        slopes = np.concatenate([(y[k:] - y[:-k]) / (x[k:] - x[:-k]) for k in range(1, n)])
    slopes = np.sort(slopes[np.isfinite(slopes)])
    if not len(slopes):
        return nothing
    spread = Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, int((len(slopes) - spread) / 2))
    high = min(len(slopes) - 1, int((len(slopes) + spread) / 2))
    return Estimate(float(np.median(slopes)), float(slopes[low]), float(slopes[high]), n, 10)
