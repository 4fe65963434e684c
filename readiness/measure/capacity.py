"""How throughput grows with concurrency: the Universal Scalability Law, and where it says that more users do harm.

X(N) = rate * N / (1 + contention * (N - 1) + crosstalk * N * (N - 1))      (Gunther, Guerrilla Capacity Planning, 2007, ch. 4)

N / X is linear in three coefficients, so no search is needed: weighted least squares, weights from the fit itself, since
throughput scatters in proportion to its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.measure.quantiles import CONFIDENCE, student_quantile
from readiness.model import Estimate

FEWEST_LEVELS = 5
"""Three coefficients and two levels to contradict them."""
LEAST_SPAN = 4.0
"""The largest concurrency as a multiple of the smallest: a short stretch of any curve is straight."""
MOST_SCATTER = 0.20
"""Relative scatter about the curve: beyond it, this is not the law of these points."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Capacity:
    """A fitted law; each coefficient with its 95 % interval, ``n`` the number of points."""

    rate: Estimate
    """Operations per second of one user alone."""
    contention: Estimate
    """Share of the work that only one can do at a time (sigma), from 0: 0.05 bounds the speed-up by 20."""
    crosstalk: Estimate
    """What each pair of users costs to keep in agreement (kappa), from 0: above 0, throughput falls in the end."""
    scatter: float
    """Root mean square of the relative deviations of the points."""
    levels: tuple[float, float]
    """The smallest and the largest concurrency measured."""
    knee: Estimate | None
    """Concurrency with the highest throughput, sqrt((1 - contention) / crosstalk); None where the points show none."""

    def throughput(self, concurrency: float) -> float:
        """Return operations per second at a concurrency >= 1, as the law has it."""
        n = concurrency
        return self.rate.value * n / (1 + self.contention.value * (n - 1) + self.crosstalk.value * n * (n - 1))

    @property
    def knee_was_reached(self) -> bool:
        """Whether the knee lies among the measured concurrencies; beyond them it is extrapolated."""
        return self.knee is not None and self.knee.value <= self.levels[1]


@dataclass(frozen=True)
class Unfitted:
    """The points do not support the law, and why."""

    reason: str


def fit_capacity(concurrency: Sequence[float], throughput: Sequence[float]) -> Capacity | Unfitted:
    """Fit the law to points (users, verified operations per second); several of one concurrency are welcome.

    Intervals: of the linearised fit, with Student's quantile (Bates & Watts, Nonlinear Regression Analysis, 1988, 2.3).
    A bootstrap needs more points than a few levels give.
    """
    n, x = np.asarray(concurrency, dtype=np.float64), np.asarray(throughput, dtype=np.float64)
    if problem := _unsupported(n, x):
        return Unfitted(problem)
    terms = np.column_stack((np.ones_like(n), n - 1, n * (n - 1)))
    free, covariance = _weighted(terms, n / x, (0, 1, 2))
    if free[0] <= 0:
        return Unfitted(
            "the rate of one user alone cannot be told from these points; measure smaller concurrencies too"
        )
    coefficients = free if (free >= 0).all() else _not_negative(terms, n / x)
    scatter = float(np.sqrt(np.mean((terms @ coefficients * x / n - 1) ** 2)))
    if scatter > MOST_SCATTER:
        return Unfitted(
            f"the points scatter by {scatter:.0%} about the nearest curve; at most {MOST_SCATTER:.0%} is a fit"
        )
    return _capacity(coefficients, free, covariance, n, scatter)


def _unsupported(n: Matrix, x: Matrix) -> str:
    levels = np.unique(n)
    if len(n) != len(x):
        return f"{len(n)} concurrencies and {len(x)} throughputs"
    if not (np.isfinite(n).all() and np.isfinite(x).all() and (n >= 1).all() and (x > 0).all()):
        return "every point needs a concurrency of 1 or more and a throughput above 0"
    if len(levels) < FEWEST_LEVELS:
        return f"{len(levels)} levels of concurrency; {FEWEST_LEVELS} are needed for three coefficients and a doubt"
    if levels[-1] < LEAST_SPAN * levels[0]:
        return (
            f"concurrency from {levels[0]:g} to {levels[-1]:g}; the largest must be {LEAST_SPAN:g} times the smallest"
        )
    return ""


def _weighted(terms: Matrix, target: Matrix, used: tuple[int, ...]) -> tuple[Matrix, Matrix]:
    """Return coefficients (0 for unused terms) and their covariance, for deviations in proportion to the fitted value."""
    fitted = target
    solution: Matrix = np.zeros(len(used))
    for _ in range(20):
        rows = terms[:, used] / fitted[:, np.newaxis]
        before, solution = solution, np.asarray(np.linalg.lstsq(rows, target / fitted)[0], dtype=np.float64)
        following = terms[:, used] @ solution
        if (following <= 0).any() or np.allclose(before, solution, rtol=1e-10, atol=0):
            break
        fitted = following
    deviations = rows @ solution - target / fitted
    variance = deviations @ deviations / (len(target) - len(used))
    coefficients = np.zeros(terms.shape[1])
    coefficients[list(used)] = solution
    return coefficients, np.asarray(variance * np.linalg.pinv(rows.T @ rows))


def _not_negative(terms: Matrix, target: Matrix) -> Matrix:
    """Return the best coefficients of which none is negative: with three of them, every choice is tried."""
    found = [_weighted(terms, target, used)[0] for used in ((0, 1), (0, 2), (0,))]
    possible = [one for one in found if (one >= 0).all()]  # the last one always is
    return min(possible, key=lambda one: float(np.sum((terms @ one / target - 1) ** 2)))


def _capacity(best: Matrix, free: Matrix, covariance: Matrix, n: Matrix, scatter: float) -> Capacity:
    """Turn coefficients (1 / rate, contention / rate, crosstalk / rate) into the law's, errors included (delta method)."""
    points = len(n)
    t = student_quantile((1 + CONFIDENCE) / 2, points - 3)
    slopes = np.array([[-1 / free[0], 0, 0], [-free[1] / free[0], 1, 0], [-free[2] / free[0], 0, 1]]) / free[0]
    spread = slopes @ covariance @ slopes.T
    middle = np.array([1.0, free[1], free[2]]) / free[0]
    half = t * np.sqrt(np.diag(spread))
    law = np.array([1.0, best[1], best[2]]) / best[0]
    rate, contention, crosstalk = (
        Estimate(float(v), float(max(0.0, min(m - h, v))), float(max(m + h, v)), points, FEWEST_LEVELS)
        for v, m, h in zip(law, middle, half, strict=True)
    )
    knee = _knee(contention, crosstalk, spread, t) if crosstalk.low > 0 else None
    return Capacity(rate, contention, crosstalk, scatter, (float(n.min()), float(n.max())), knee)


def _knee(contention: Estimate, crosstalk: Estimate, spread: Matrix, t: float) -> Estimate | None:
    """Return the knee with its interval, from the errors of its logarithm."""
    if contention.value >= 1:
        return None
    knee = math.sqrt((1 - contention.value) / crosstalk.value)
    slopes = np.array([0.0, -0.5 / (1 - contention.value), -0.5 / crosstalk.value])
    factor = math.exp(t * math.sqrt(float(slopes @ spread @ slopes)))
    return Estimate(knee, knee / factor, knee * factor, crosstalk.n, FEWEST_LEVELS)
