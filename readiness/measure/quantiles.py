"""Quantiles and exact intervals: of shares, of ranks, of the beta and Student distributions. Standard library only.

A load process decides while it sends, and must not pay for numpy's import in the middle of that.
"""

import math
from functools import lru_cache

CONFIDENCE = 0.95
_SMALLEST = 1e-300
_STEPS = 2000


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for a, b > 0; 0 <= x <= 1.

    Continued fraction of the NIST Digital Library of Mathematical Functions, 8.17.22, evaluated by Lentz's method;
    it converges fast on one side of the mean, and 8.17.4 mirrors the other side.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - beta_cdf(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(log_front) / (a * _continued_fraction(x, a, b))


def _continued_fraction(x: float, a: float, b: float) -> float:
    value = c = 1.0
    d = 0.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / (1.0 + term * d or _SMALLEST)
        c = 1.0 + term / c or _SMALLEST
        value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            return value
    return value


@lru_cache(maxsize=4096)
def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = ``share``, 0 < share < 1: Newton's method, bisection where it leaves the bracket."""
    if a == 1.0:
        return -math.expm1(math.log1p(-share) / b)
    if b == 1.0:
        return math.exp(math.log(share) / a)
    log_scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(200):
        missing = share - beta_cdf(x, a, b)
        low, high = (x, high) if missing > 0 else (low, x)
        density = math.exp(log_scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        step = missing / density if density > 0 else math.inf
        following = x + step if low < x + step < high else (low + high) / 2
        if abs(following - x) <= 1e-12 * following or not 0.0 < following < 1.0:
            return following
        x = following
    return x


@lru_cache(maxsize=1024)
def student_quantile(share: float, degrees: float) -> float:
    """Return the quantile of Student's t, 0 < share < 1, with ``degrees`` > 0 of freedom.

    From the beta quantile: x = degrees / (degrees + t**2) has a beta distribution (DLMF 8.17(vi) gives the same for F).
    """
    if share == 0.5:
        return 0.0
    tail = min(share, 1 - share)
    x = beta_quantile(2 * tail, degrees / 2, 0.5)
    size = math.sqrt(degrees * (1 - x) / x)
    return size if share > 0.5 else -size


def share_bounds(bad: float, tries: float, alpha_low: float, alpha_high: float) -> tuple[float, float]:
    """Return the exact bounds of a share (Clopper & Pearson 1934), each missing the truth with its own alpha at most.

    Effective counts need not be whole: the beta quantiles join the whole ones. (0, 1) without tries.
    """
    if tries <= 0:
        return 0.0, 1.0
    low = beta_quantile(alpha_low, bad, tries - bad + 1) if bad > 0 else 0.0
    high = beta_quantile(1 - alpha_high, bad + 1, tries - bad) if bad < tries else 1.0
    return low, high


def rank(percent: float, n: int) -> int:
    """Return the nearest rank, 1 to n, of a percentile (0 < percent <= 100) among n ordered values: ceil(percent * n / 100)."""
    return max(1, math.ceil(percent * n / 100 - 1e-9))


def samples_needed(percent: float) -> int:
    """Samples that bound a percentile from above with 95 % confidence: 59 for p95, 299 for p99 (1 - p**n >= 0.95)."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(percent / 100))


@lru_cache(maxsize=1024)
def rank_bounds(percent: float, n: int) -> tuple[int, int]:
    """Return the ranks between which a percentile lies with 95 %; 0 and n + 1 mean unbounded. Distribution-free.

    The number of values below the quantile is binomial (David & Nagaraja, Order Statistics, 2003, 7.1). One-sided use is
    what ``samples_needed`` promises: between it and the two-sided need, the maximum bounds from above.
    """
    tail = (1 - CONFIDENCE) / 2
    low = _binomial_quantile(tail, n, percent / 100)
    high = _binomial_quantile(1 - tail, n, percent / 100) + 1
    return low, n if high > n and n >= samples_needed(percent) else high


def _binomial_quantile(share: float, n: int, p: float) -> int:
    """Return the smallest k with P(X <= k) >= ``share`` for n tries, each with chance p; P(X <= k) = I_(1-p)(n - k, k + 1)."""
    low, high = 0, n
    while low < high:
        k = (low + high) // 2
        if beta_cdf(1 - p, n - k, k + 1) >= share:
            high = k
        else:
            low = k + 1
    return low
