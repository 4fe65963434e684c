"""Intervals for two versions measured in turn, at any confidence; they hold for few observations and under disturbance."""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Interval(NamedTuple):
    """A point and its interval."""

    value: float
    low: float
    high: float


class Failures(NamedTuple):
    """Failed and attempted calls of one block."""

    failed: int
    calls: int


def signed_rank(values: Sequence[float], alpha: float) -> Interval:
    """Estimate the centre of symmetric values: Hodges-Lehmann, with Wilcoxon's signed-rank interval at 1 - ``alpha``.

    Exact for any symmetric distribution, ties make it wider (Hollander, Wolfe & Chicken, Nonparametric Statistical
    Methods, 3.2-3.3). Too few values give an infinite interval: fewer than 1 - log2(alpha) can decide nothing.
    """
    if not values:
        return Interval(math.nan, -math.inf, math.inf)
    x = np.asarray(values, dtype=float)
    i, j = np.triu_indices(len(x))
    walsh = np.sort((x[i] + x[j]) / 2)
    centre = float(np.median(walsh))
    rank = int(np.searchsorted(_rank_sum_cdf(len(x)), alpha / 2, side="right"))
    if rank == 0:
        return Interval(centre, -math.inf, math.inf)
    return Interval(centre, float(walsh[rank - 1]), float(walsh[-rank]))


@lru_cache(maxsize=64)
def _rank_sum_cdf(n: int) -> npt.NDArray[np.float64]:
    """Return P(T <= t) for t = 0, 1, ...: the sum of those of the ranks 1 to n whose coin shows heads."""
    share = np.ones(1)
    for rank in range(1, n + 1):
        grown = np.zeros(len(share) + rank)
        grown[: len(share)] += share / 2
        grown[rank:] += share / 2
        share = grown
    return np.cumsum(share)


def difference_of_rates(before: Sequence[Failures], after: Sequence[Failures], alpha: float) -> Interval:
    """Estimate the difference of two failure rates (after - before) at 1 - ``alpha``; in shares, from -1 to 1.

    Newcombe's interval from two score intervals (Statistics in Medicine 17, 1998, method 10). Failures come in bursts,
    so calls count only as far as blocks vary like independent calls: effective sizes after Rao & Scott (Biometrics 48, 1992).
    The larger design effect counts for both sides: one that saw no burst has not shown that it has none.
    """
    z = NormalDist().inv_cdf(1 - alpha / 2)
    effect = max(design_effect(before), design_effect(after))
    (p, p_low, p_high), (q, q_low, q_high) = _score(before, effect, z), _score(after, effect, z)
    below = math.sqrt((q - q_low) ** 2 + (p_high - p) ** 2)
    above = math.sqrt((q_high - q) ** 2 + (p - p_low) ** 2)
    return Interval(q - p, q - p - below, q - p + above)


def _score(blocks: Sequence[Failures], effect: float, z: float) -> Interval:
    """Return a rate with its score interval (Wilson 1927) for calls / ``effect`` independent calls."""
    calls = sum(block.calls for block in blocks)
    if calls == 0:
        return Interval(math.nan, 0.0, 1.0)
    rate = sum(block.failed for block in blocks) / calls
    n = calls / effect
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(rate, max(0.0, centre - half), min(1.0, centre + half))


def design_effect(blocks: Sequence[Failures]) -> float:
    """Return how many times more a failure rate varies between blocks than independent calls would; at least 1."""
    m, calls = len(blocks), sum(block.calls for block in blocks)
    failed = sum(block.failed for block in blocks)
    if m < 2 or failed in (0, calls):
        return 1.0
    rate = failed / calls
    spread = sum((block.failed - block.calls * rate) ** 2 for block in blocks)
    variance = m / (m - 1) * spread / calls**2
    return max(1.0, calls * variance / (rate * (1 - rate)))
