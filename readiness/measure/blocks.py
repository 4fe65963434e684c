"""Time blocks of a load phase, and intervals that honour what calls of one moment have in common. Standard library only.

A stall makes hundreds of calls slow at once; taken as independent evidence they prove far too much. So evidence is counted
in blocks of time: where blocks differ more than independent calls would, calls count only for as much as they tell.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

from readiness.measure.histogram import Histogram
from readiness.measure.quantiles import share_bounds, student_quantile
from readiness.model import Sample

FEWEST = 8
"""Fewer blocks than these say nothing: their spread cannot be told."""


class Block(NamedTuple):
    """What became of the calls that were to start within one stretch of time."""

    seconds: float
    calls: int
    failed: int = 0
    slow: tuple[int, ...] = ()
    """Calls slower than each latency limit, in the order of the limits; a failed call is slower than any."""
    slowest: float = 0.0
    """The longest latency, in seconds, failed calls included."""


class Counter:
    """Sorts calls into blocks by their intended start, in seconds since the phase began.

    A block is done when a call of a later one has started and every call in it has ended. So neither a call that waits for
    a free user nor one in a stall is missed: the client's timeout bounds how long a block stays open.
    """

    def __init__(self, seconds: float, latency_limits: Sequence[float] = ()) -> None:
        self._seconds, self._limits = seconds, tuple(latency_limits)
        self._open: dict[int, _Open] = {}
        self._next = 0
        self._latest = 0.0

    def started(self, at: float) -> None:
        """Count a call that was to start ``at``; calls start in that order."""
        self._latest = max(self._latest, at)
        self._block(at).under_way += 1

    def ended(self, at: float, latency: float, failed: bool) -> None:
        """Count how a call ended that was started with the same ``at``."""
        block = self._block(at)
        block.under_way -= 1
        block.calls += 1
        block.failed += failed
        block.slowest = max(block.slowest, latency)
        for number, limit in enumerate(self._limits):
            block.slow[number] += failed or latency > limit

    def done(self, over: float = 0.0) -> list[Block]:
        """Return the blocks that are done, in order, each once; empty ones too.

        ``over`` is when the phase ended: no call starts before it any more.
        """
        found = []
        while (self._next + 1) * self._seconds <= max(over, self._latest) + 1e-9:
            block = self._open.get(self._next) or _Open([0] * len(self._limits))
            if block.under_way:
                break
            self._open.pop(self._next, None)
            self._next += 1
            found.append(block.over(self._seconds))
        return found

    def rest(self, over: float) -> list[Block]:
        """Return what is left of a phase that ended at ``over``, in order: no call has started after this.

        A shorter last block comes with its true length where that is half of the others' at least: intervals take blocks
        for alike, and a small piece is mostly chance.
        """
        found = self.done(over)
        length = over - self._next * self._seconds
        block = self._open.get(self._next) or _Open([0] * len(self._limits))
        if self._seconds / 2 - 1e-9 <= length < self._seconds - 1e-9 and not block.under_way:
            found.append(block.over(length))
        return found

    def _block(self, at: float) -> "_Open":
        index = int(at / self._seconds + 1e-9)
        if index not in self._open:
            self._open[index] = _Open([0] * len(self._limits))
        return self._open[index]


@dataclass(slots=True)
class _Open:
    slow: list[int]
    calls: int = 0
    failed: int = 0
    slowest: float = 0.0
    under_way: int = 0

    def over(self, seconds: float) -> Block:
        """Return it as the block that it has become."""
        return Block(seconds, self.calls, self.failed, tuple(self.slow), self.slowest)


def blocks_of_samples(
    samples: Iterable[Sample], *, begin: float, seconds: float, length: float, latency_limits: Sequence[float] = ()
) -> list[Block]:
    """Return the blocks of ``length`` seconds of a phase that began at ``begin`` and took ``seconds``, from its samples."""
    counter = Counter(length, latency_limits)
    for sample in samples:
        at = max(0.0, sample.at - begin)
        counter.started(at)
        counter.ended(at, sample.latency, bool(sample.error))
    return counter.done(seconds)


def block_of_histogram(seconds: float, verified: Histogram, failed: int, latency_limits: Sequence[float] = ()) -> Block:
    """Return one block from the latencies of its verified calls and the number of its failed ones, merged from any worker.

    A call in the same bucket as a limit counts as slower: at most 0.8 % too early.
    """
    n = verified.count
    slow = tuple(n - verified.below(limit) + failed for limit in latency_limits)
    return Block(seconds, n + failed, failed, slow, verified.largest if n else 0.0)


def share_interval(
    bad: Sequence[int], calls: Sequence[int], alpha_low: float, alpha_high: float
) -> tuple[float, float]:
    """Return bounds of the share of bad calls, each wrong with its own alpha (0: that bound is not wanted).

    Exact binomial bounds (Clopper & Pearson 1934) for effective counts (Rao & Scott, Biometrics 48, 1992), with Student's
    quantile in place of the normal one for the few blocks (Korn & Graubard, Survey Methodology 24, 1998).
    """
    tries, k = sum(calls), sum(bad)
    if len(calls) < FEWEST or not tries:
        return 0.0, 1.0
    low = high = None
    if alpha_low:
        effect = design_effect(bad, calls, alpha_low)
        low, _ = share_bounds(k / effect, tries / effect, alpha_low, 0.5)
    if alpha_high:
        effect = design_effect(bad, calls, alpha_high)
        _, high = share_bounds(k / effect, tries / effect, 0.5, alpha_high)
    return low or 0.0, 1.0 if high is None else high


def design_effect(bad: Sequence[int], calls: Sequence[int], alpha: float) -> float:
    """Return how many calls tell as much as one independent call would, >= 1: the largest over blocks of doubled lengths.

    Doubling until few blocks are left finds what lasts longer than a block. 1 where every call, or none, is bad.
    """
    share = sum(bad) / sum(calls)
    if share in (0.0, 1.0):
        return 1.0
    largest, size = 1.0, 1
    while True:
        k, n = _joined(bad, size), _joined(calls, size)
        groups = len(k)
        if groups < FEWEST:
            return largest
        spread = _spread([a - share * b for a, b in zip(k, n, strict=True)]) * groups
        ratio = student_quantile(1 - alpha, groups - 1) / NormalDist().inv_cdf(1 - alpha)
        largest = max(largest, spread / (sum(n) * share * (1 - share)) * ratio**2)
        size *= 2


def mean_interval(values: Sequence[float], alpha_low: float, alpha_high: float) -> tuple[float, float]:
    """Return bounds of the mean of a value per block, each wrong with its own alpha (0: not wanted): batch means.

    Student's interval from the means of joined blocks (Law & Kelton, Simulation Modeling and Analysis, 9.5.3), the widest
    over doubled lengths.
    """
    if len(values) < FEWEST:
        return -math.inf, math.inf
    below, above, size = math.inf, -math.inf, 1
    mean = math.fsum(values) / len(values)
    while True:
        means = [part / size for part in _joined(values, size)]
        groups = len(means)
        if groups < FEWEST:
            break
        centre = math.fsum(means) / groups
        error = math.sqrt(_spread([one - centre for one in means]) / groups)
        below = min(below, mean - error * student_quantile(1 - alpha_low, groups - 1)) if alpha_low else -math.inf
        above = max(above, mean + error * student_quantile(1 - alpha_high, groups - 1)) if alpha_high else math.inf
        size *= 2
    return below, above


def _spread(deviations: Sequence[float]) -> float:
    """Return the variance of deviations from their mean, neighbours that deviate alike included (lag 1, where positive).

    What two batches still have in common after joining would otherwise be missed (Newey & West, Econometrica 55, 1987).
    """
    alike = math.fsum(a * b for a, b in pairwise(deviations))
    return (math.fsum(one * one for one in deviations) + 2 * max(0.0, alike)) / (len(deviations) - 1)


def _joined(values: Sequence[float], size: int) -> list[float]:
    """Return the sums of ``size`` neighbours; an incomplete last group is left out."""
    return [sum(values[at : at + size]) for at in range(0, len(values) - size + 1, size)]
