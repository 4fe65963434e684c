"""Two versions measured in turn: from blocks of calls to a verdict per metric. Pure; nothing here touches a target.

A quad is four blocks in the order ABBA or BAAB, drawn at random. A drift that is linear over a quad meets both versions
alike, and what the machine does besides is as likely to hit the one as the other. So, if nothing differs, the log ratio
of a quad is symmetric about zero by design, and Wilcoxon's signed-rank interval holds its level exactly, for any number
of quads and any tails. By simulation (`benchmarks/paired_level.py`) the bootstrap misses two to seven times too often
for 10 quads; Student's t holds its level, too, but gets up to five times as wide where stalls hit single blocks.

Looks are fixed beforehand and share one alpha, as do the metrics (Bonferroni: intervals stay valid together, which
Holm's steps do not give). All intervals of all looks of one comparison hold together with 95 %.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from readiness.measure.paired_intervals import Failures, Interval, difference_of_rates, signed_rank

ALPHA = 0.05
FIRST_LOOK = 10
"""Quads; fewer cannot decide: at this look's share of alpha the signed-rank interval needs nine."""
LEAST_ERROR_DIFFERENCE = 0.01
"""Smallest difference of two error rates that counts: one call in a hundred. A ratio would be undefined at zero."""

Verdict = Literal["worse", "better", "same", "undecided"]
Conclusion = Literal["regression", "no regression", "undecided"]


@dataclass(frozen=True)
class Design:
    """How a comparison is made; fixed before the first call."""

    rate: float = 100.0
    """Calls per second, started at fixed times."""
    block_seconds: float = 0.25
    """Short, because what disturbs a machine often lasts for a second or so."""
    warm_seconds: float = 2.0
    """For each version, before the first quad."""
    quads: int = 20
    """Most quads; the last look comes after them."""
    min_effect: float = 0.10
    """Smallest relative difference that counts, > 0: 0.1 is a tenth slower, or faster by the same factor."""
    seed: int = 7

    @property
    def looks(self) -> tuple["Look", ...]:
        """When a decision may be made."""
        return looks(self.quads)

    @property
    def seconds(self) -> float:
        """The longest measured time, without warm-up."""
        return self.quads * 4 * self.block_seconds


class Look(NamedTuple):
    """A moment at which a decision may be made, and the share of alpha that it may spend."""

    quads: int
    alpha: float


@dataclass(frozen=True)
class Block:
    """What one block of calls showed; latencies in seconds from the intended start, failed calls included."""

    median: float
    p95: float
    calls: int
    failed: int
    cpu_seconds: float = 0.0
    """CPU time of the version's process tree; NaN where it could not be read."""


@dataclass(frozen=True)
class Quad:
    """Two blocks of each version, made in ``order`` (ABBA or BAAB; A is the baseline)."""

    order: str
    baseline: tuple[Block, Block]
    candidate: tuple[Block, Block]


@dataclass(frozen=True)
class Difference:
    """One metric of both versions, with the simultaneous interval of their ratio, or difference for the error rate."""

    metric: str
    unit: str
    kind: Literal["ratio", "difference"]
    baseline: float
    candidate: float
    value: float
    low: float
    high: float
    verdict: Verdict
    quads: int
    """Quads behind the numbers: of the look that decided, else of the last one that was reached."""
    more_blocks: int = 0
    """Undecided: about so many blocks more would decide; 0 where that cannot be told."""
    reason: str = ""
    """Undecided: why."""


class Metric(NamedTuple):
    """A quantity of a block that is compared by its ratio; lower is better."""

    name: str
    unit: str
    of: Callable[[Block], float]


METRICS = (
    Metric("latency_median", "s", lambda block: block.median),
    Metric("latency_p95", "s", lambda block: block.p95),
    Metric("cpu_per_call", "s", lambda block: block.cpu_seconds / max(1, block.calls)),
)
FAMILY = len(METRICS) + 1
"""These and the error rate are the family that shares alpha."""


def looks(quads: int) -> tuple[Look, ...]:
    """Return the looks of at most ``quads`` quads: after 10, 20, 40 ... and at the end.

    Each spends half of what is left of alpha and the last one all of it, so they sum to alpha whatever their number.
    """
    planned, at = [], FIRST_LOOK
    while at < quads:
        planned.append(at)
        at *= 2
    left, made = ALPHA, []
    for number in planned:
        left /= 2
        made.append(Look(number, left))
    return (*made, Look(quads, left))


def order_of(seed: int, number: int) -> str:
    """Return the order of a quad, ABBA or BAAB: drawn by a coin, the same for the same seed."""
    return random.Random(f"{seed}/order/{number}").choice(("ABBA", "BAAB"))


def judge(quads: Sequence[Quad], design: Design) -> tuple[Difference, ...]:
    """Compare the versions metric by metric; the first look that decides a metric decides it for good.

    Quads after the last look that was reached are left out: between looks nothing is decided.
    """
    reached = [look for look in design.looks if look.quads <= len(quads)]
    ratios = [_first_decided([_ratio(metric, quads, look, design) for look in reached]) for metric in METRICS]
    return tuple(found for found in (*ratios, _first_decided([_errors(quads, look) for look in reached])) if found)


def conclude(differences: Sequence[Difference]) -> Conclusion:
    """Say whether the candidate is a regression: one metric that is worse suffices; otherwise all must be decided."""
    verdicts = {difference.verdict for difference in differences}
    if "worse" in verdicts:
        return "regression"
    return "undecided" if "undecided" in verdicts or not verdicts else "no regression"


def _first_decided(judged: list[Difference]) -> Difference | None:
    decided = (difference for difference in judged if difference.verdict != "undecided")
    return next(decided, judged[-1] if judged else None)


def _ratio(metric: Metric, quads: Sequence[Quad], look: Look, design: Design) -> Difference:
    """Compare one metric by the log ratio of each quad: the mean log of its two blocks, candidate minus baseline."""
    values = [(_values(metric, quad.baseline), _values(metric, quad.candidate)) for quad in quads[: look.quads]]
    if not all(value > 0 for pair in values for version in pair for value in version):
        nan, reason = math.nan, "not measured: at least one block shows none"
        return Difference(
            metric.name, metric.unit, "ratio", nan, nan, nan, 0.0, math.inf, "undecided", look.quads, 0, reason
        )
    logs = [(_mean_log(baseline), _mean_log(candidate)) for baseline, candidate in values]
    found = signed_rank([candidate - baseline for baseline, candidate in logs], look.alpha / FAMILY)
    centre, low, high = (math.exp(bound) if math.isfinite(bound) else (0.0 if bound < 0 else bound) for bound in found)
    baseline, candidate = (math.exp(sum(side) / len(side)) for side in zip(*logs, strict=True))
    difference = Difference(
        metric.name, metric.unit, "ratio", baseline, candidate, centre, low, high,
        verdict(found, math.log1p(design.min_effect)), look.quads,
    )  # fmt: skip
    return _with_need(difference, found, math.log1p(design.min_effect))


def _values(metric: Metric, blocks: tuple[Block, Block]) -> tuple[float, float]:
    return metric.of(blocks[0]), metric.of(blocks[1])


def _mean_log(values: tuple[float, float]) -> float:
    return (math.log(values[0]) + math.log(values[1])) / 2


def _errors(quads: Sequence[Quad], look: Look) -> Difference:
    seen = quads[: look.quads]
    before = [Failures(block.failed, block.calls) for quad in seen for block in quad.baseline]
    after = [Failures(block.failed, block.calls) for quad in seen for block in quad.candidate]
    found = difference_of_rates(before, after, look.alpha / FAMILY)
    rates = [sum(b.failed for b in blocks) / max(1, sum(b.calls for b in blocks)) for blocks in (before, after)]
    made = verdict(found, LEAST_ERROR_DIFFERENCE)
    difference = Difference("error_rate", "", "difference", rates[0], rates[1], *found, made, look.quads)
    return _with_need(difference, found, LEAST_ERROR_DIFFERENCE)


def verdict(found: Interval, least: float) -> Verdict:
    """Judge an effect (0: none, positive: worse) by its interval and the smallest effect that counts.

    Worse: the interval excludes zero *and* the point reaches ``least``. To ask for the whole interval beyond ``least``
    would take four times the blocks to find an effect of twice that size, and would not make false alarms rarer: those
    are what alpha bounds. Same: the whole interval lies within ``least`` of zero.
    """
    if found.low > 0 and found.value >= least:
        return "worse"
    if found.high < 0 and found.value <= -least:
        return "better"
    return "same" if -least < found.low and found.high < least else "undecided"


def _with_need(difference: Difference, found: Interval, least: float) -> Difference:
    """Tell of an undecided difference how many blocks are missing: the width of an interval shrinks as 1 / sqrt(n)."""
    if difference.verdict != "undecided":
        return difference
    half = (found.high - found.low) / 2
    goal = abs(found.value) if abs(found.value) >= least else least - abs(found.value)
    if not math.isfinite(half) or goal <= 0:
        return replace(difference, reason="too few blocks for any interval")
    more = math.ceil(difference.quads * ((half / goal) ** 2 - 1))
    reason = "the interval is too wide" if half > goal else "the effect is too close to the smallest one that counts"
    return replace(difference, more_blocks=4 * max(1, more), reason=reason)
