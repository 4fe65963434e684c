"""Intervals for values in the order of time that resemble their neighbours: taken for independent, they claim too much."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from readiness.measure.blocks import FEWEST, design_effect, mean_interval
from readiness.measure.quantiles import CONFIDENCE, rank_bounds, samples_needed
from readiness.measure.statistics import Values, nearest_rank
from readiness.model import Estimate

TAIL = (1 - CONFIDENCE) / 2
REPLICATES = 1000


def mean_by_batches(values: Sequence[float]) -> Estimate:
    """Estimate the mean of a series by batch means, the widest interval over doubled batches; needs 8 values."""
    n = len(values)
    low, high = mean_interval(values, TAIL, TAIL)
    return Estimate(math.fsum(values) / n if n else math.nan, low, high, n, FEWEST)


def percentile_by_blocks(at: Values, values: Values, percent: float, *, seconds: float = 1.0) -> Estimate:
    """Estimate a percentile (0 < percent < 100) of values taken at times ``at``, counted in blocks of ``seconds``.

    Woodruff's interval (J. Amer. Statist. Assoc. 47, 1952): ranks as for independent values, of as many as these tell like
    (``blocks.design_effect``). The interval of independent values where blocks do not differ; open under 8 blocks.
    """
    n, needed = len(values), samples_needed(percent)
    if not n:
        return Estimate(math.nan, -math.inf, math.inf, 0, needed)
    ordered = np.sort(values)
    value = nearest_rank(ordered, percent)
    block = ((at - at.min()) / seconds).astype(np.int64)
    calls, above = np.bincount(block), np.bincount(block[values > value], minlength=int(block.max()) + 1)
    if len(calls) < FEWEST:
        return Estimate(value, -math.inf, math.inf, n, needed)
    telling = max(1, round(n / design_effect(above.tolist(), calls.tolist(), TAIL)))
    low, high = rank_bounds(percent, telling)
    below = float(ordered[max(math.floor(low * n / telling), 1) - 1]) if low >= 1 else -math.inf
    upper = float(ordered[min(math.ceil(high * n / telling), n) - 1]) if high <= telling else math.inf
    return Estimate(value, below, upper, n, needed)


def block_length(values: Values) -> int:
    """Return how many neighbours to draw together in a bootstrap of the mean, from 1 to a third of all.

    Politis & White (Econometric Reviews 23, 2004), for the circular block bootstrap, with the constant as corrected by Patton,
    Politis & White (Econometric Reviews 28, 2009).
    """
    n = len(values)
    deviations = values - values.mean()
    variance = float(deviations @ deviations) / n
    if n < FEWEST or variance == 0:
        return 1
    run = max(5, math.ceil(math.sqrt(math.log10(n))))
    most = min(n - 1, math.ceil(math.sqrt(n)) + run)
    covariances = np.array([deviations[lag:] @ deviations[: n - lag] / n for lag in range(most + 1)])
    small = np.abs(covariances[1:]) < 2 * math.sqrt(math.log10(n) / n) * variance
    last = next((m for m in range(len(small)) if small[m : m + run].all()), len(small))
    window = min(max(2 * last, 1), most)
    lags = np.arange(-window, window + 1)
    flat_top = np.clip(2 * (1 - np.abs(lags) / window), 0, 1)
    weighted = flat_top * covariances[np.abs(lags)]
    long_run = float(weighted.sum())
    if long_run <= 0:
        return 1
    bend = float(np.abs(lags) @ weighted)
    length = math.cbrt(2 * bend**2 / (4 / 3 * long_run**2) * n)
    return max(1, min(math.ceil(length), math.ceil(min(3 * math.sqrt(n), n / 3))))


def bootstrap(
    values: Values, statistic: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], *, seed: int = 0
) -> Estimate:
    """Estimate any statistic of a series by the circular block bootstrap (Politis & Romano 1992), percentile interval.

    ``statistic`` reduces the last axis of a matrix, as ``lambda drawn: drawn.mean(axis=-1)`` does. Repeatable by ``seed``.
    Needs 30 values: with fewer, what is drawn again and again is too little.
    """
    n, needed = len(values), 30
    if n < needed:
        return Estimate(math.nan, -math.inf, math.inf, n, needed)
    source, length = np.random.default_rng(seed), block_length(values)
    begins = source.integers(0, n, size=(REPLICATES, math.ceil(n / length), 1))
    places = ((begins + np.arange(length)) % n).reshape(REPLICATES, -1)[:, :n]
    found = np.sort(statistic(values[places]))
    value = float(statistic(values[np.newaxis, :])[0])
    low, high = found[int(TAIL * REPLICATES)], found[math.ceil((1 - TAIL) * REPLICATES) - 1]
    return Estimate(value, min(float(low), value), max(float(high), value), n, needed)
