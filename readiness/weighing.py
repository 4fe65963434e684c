"""Results -> category scores, the overall score and the ledger, by the rules of docs/scoring.md §2. Pure.

All sums are exact: a float is taken as the decimal that it is written as. So 4 of 5 reaches 0.80, a system that sits on
every limit scores 0.70 and not a hair less, and neither the order of the results nor the scale of the weights matters.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from readiness.curve import LIMIT_SCORE
from readiness.errors import ReadinessError
from readiness.model import CATEGORIES, Category
from readiness.policy import Policy
from readiness.report import CategoryScore, Interval, LedgerLine, Result
from readiness.scoring import point_of

CAP = Fraction("0.49")
"""What an open blocker leaves of any score, so that the number never contradicts the word."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@lru_cache(maxsize=4096)  # the same few weights and bars come again and again
def exact(number: float) -> Fraction:
    """Return the decimal that a float is written as: 0.8 is 4/5, although its binary digits say a little more."""
    return Fraction(repr(float(number)))


@dataclass(frozen=True)
class Weighed:
    """A result with its place in the sums: its part of its category and of the whole, and what it earns."""

    result: Result
    inner: Fraction
    share: Fraction
    low: Fraction
    high: Fraction
    point: Fraction | None


@dataclass(frozen=True)
class Total:
    """A weighted mean: its ends, the decided part of the weight, and the mean over that part alone."""

    low: Fraction
    high: Fraction
    covered: Fraction
    point: Fraction | None
    mean: Fraction | None
    """The point before it is held within its own ends, and before the cap."""

    @property
    def interval(self) -> Interval:
        """The ends as a report carries them."""
        return Interval(low=float(self.low), high=float(self.high))

    @property
    def score(self) -> float | None:
        """The point as a report carries it."""
        return None if self.point is None else float(self.point)


def counts(result: Result) -> bool:
    """Whether a result is in the sums at all."""
    return result.status != "NOT_APPLICABLE" and not result.advisory


def weigh(results: Iterable[Result], policy: Policy, *, waivers: bool = True) -> tuple[Weighed, ...]:
    """Return every result that counts with its exact part of the whole; a category of no weight leaves the sums."""
    results = list(results)
    if twice := [check for check, times in Counter(result.check for result in results).items() if times > 1]:
        raise ReadinessError(f"more than one result for {', '.join(sorted(twice))}; right would be one a check")
    counted = [result for result in results if counts(result)]
    weights = {category: exact(weight) for category, weight in policy.category_weights.items()}
    within: dict[Category, Fraction] = dict.fromkeys(CATEGORIES, _ZERO)
    for result in counted:
        within[result.category] += exact(result.weight)
    scope = sum((weights[category] for category, weight in within.items() if weight), _ZERO)
    shares = {
        category: weights[category] / (weight * scope) if weight and scope else _ZERO
        for category, weight in within.items()
    }
    weighed = []
    for result in counted:
        own, category = exact(result.weight), result.category
        inner = own / within[category] if within[category] else _ZERO
        weighed.append(Weighed(result, inner, own * shares[category], *_earned(result, waivers)))
    return tuple(weighed)


def _earned(result: Result, waivers: bool) -> tuple[Fraction, Fraction, Fraction | None]:
    """Both ends and the point.

    A waived failure earns what the least pass would: its limit's score, or all of it for a fact. With more, a better
    value could lower the score. A waiver accepts a finding, not ignorance: it decides nothing, so it earns no coverage,
    and of a check that could not run only the high end rises (it may still turn out not to apply).
    """
    point = point_of(result)
    low, high = exact(result.score.low), exact(result.score.high)
    if waivers and result.waived:
        accepted = _ONE if result.limit is None else exact(LIMIT_SCORE)
        if point is not None:
            return accepted, accepted, accepted
        return max(low, accepted) if result.status == "INCONCLUSIVE" else low, max(high, accepted), None
    return low, high, None if point is None else exact(point)


def total(parts: Iterable[tuple[Fraction, Weighed]]) -> Total:
    """Return the weighted mean of parts whose weights sum to 1; of none at all, nothing is known."""
    parts = [part for part in parts if part[0]]
    if not parts:
        return Total(_ZERO, _ONE, _ZERO, None, None)
    low = sum((weight * item.low for weight, item in parts), _ZERO)
    high = sum((weight * item.high for weight, item in parts), _ZERO)
    decided = [(weight, item.point) for weight, item in parts if item.point is not None]
    covered = sum((weight for weight, _ in decided), _ZERO)
    if not covered:
        return Total(low, high, _ZERO, None, None)
    mean = sum((weight * point for weight, point in decided), _ZERO) / covered
    return Total(low, high, covered, min(high, max(low, mean)), mean)


def overall(weighed: Iterable[Weighed]) -> Total:
    """Return the weighted mean of everything, without the cap."""
    return total((item.share, item) for item in weighed)


def capped(whole: Total, results: Iterable[Result]) -> Total:
    """Hold a total under the cap where a blocker is open, and its low end also where one may be."""
    results = list(results)
    if any(is_open_blocker(result) for result in results):
        point = None if whole.point is None else min(CAP, whole.point)
        return replace(whole, low=min(CAP, whole.low), high=min(CAP, whole.high), point=point)
    return replace(whole, low=min(CAP, whole.low)) if any(may_block(result) for result in results) else whole


def is_open_blocker(result: Result) -> bool:
    """Whether it is a blocker that failed and that nobody waived."""
    return may_block(result) and result.status == "FAIL"


def may_block(result: Result) -> bool:
    """Whether it is an unwaived blocker that failed or has no answer yet."""
    blocker = result.severity == "blocker" and counts(result) and not result.waived
    return blocker and not passed(result)


def passed(result: Result) -> bool:
    """Whether it stands within its limit, or was accepted as it stands."""
    return result.status in ("PASS", "WARN") or (result.waived and result.status in ("FAIL", "INCONCLUSIVE"))


def category_scores(results: Sequence[Result], policy: Policy) -> tuple[CategoryScore, ...]:
    """Return a score for every category that has a result, in the fixed order.

    A category passed when its low end reaches its floor (the threshold if it has none) and no blocker of it is open.
    """
    weighed = weigh(results, policy)
    scores = []
    for category in CATEGORIES:
        own = [result for result in results if result.category == category]
        if not own:
            continue
        items = [item for item in weighed if item.result.category == category]
        sums = total((item.inner, item) for item in items)
        bar = exact(policy.floors.get(category, policy.threshold))
        score = CategoryScore(
            category=category,
            weight=float(sum((item.share for item in items), _ZERO)),
            score=sums.score,
            interval=sums.interval,
            coverage=float(sums.covered),
            results=len(own),
            passed=sums.point is not None and sums.low >= bar and not any(map(may_block, own)),
        )
        scores.append(score)
    return tuple(scores)


def scores_by_category(categories: Iterable[CategoryScore]) -> Mapping[Category, float | None]:
    """Return the score of each of the seven, None where nothing was decided."""
    known = {category.category: category.score for category in categories}
    return {category: known.get(category) for category in CATEGORIES}


def critical_pass_rate(results: Iterable[Result]) -> Fraction | None:
    """Return passed critical checks / critical checks that apply (blockers are critical); None where there are none."""
    critical = [result for result in results if result.critical and counts(result)]
    return Fraction(sum(map(passed, critical)), len(critical)) if critical else None


def ledger(weighed: Sequence[Weighed], whole: Total) -> tuple[LedgerLine, ...]:
    """Return what each decided finding costs, the most expensive first; the points sum to 1 - score to the last bit.

    ``whole`` is the capped total. The cap has a line of its own, without a check; so has the rare case that checks
    without an answer already hold the score below (or above) the mean of the decided ones.
    """
    if whole.point is None or whole.mean is None or whole.score is None:
        return ()
    costs = [(item.share * (1 - item.point) / whole.covered, item.result) for item in weighed if item.point is not None]
    costs = sorted((cost for cost in costs if cost[0]), key=lambda cost: (-cost[0], cost[1].check))
    lines = [(points, result.check, result.reason) for points, result in costs]
    uncapped = overall(weighed).point or _ZERO
    if uncapped != whole.mean:
        lines.append((whole.mean - uncapped, "", "what is known about the undecided checks bounds the score"))
    if uncapped != whole.point:
        names = ", ".join(sorted(item.result.check for item in weighed if is_open_blocker(item.result)))
        lines.append((uncapped - whole.point, "", f"an open blocker caps the score at {float(CAP)}: {names}"))
    points = _rounded([line[0] for line in lines], 1.0 - whole.score)
    return tuple(
        LedgerLine(check=check, reason=reason, points=value)
        for value, (_, check, reason) in zip(points, lines, strict=True)
    )


def _rounded(exactly: Sequence[Fraction], target: float) -> list[float]:
    """Return floats whose sum rounds to ``target``: the largest that can takes up what rounding lost."""
    points = [float(value) for value in exactly]
    for i in sorted(range(len(points)), key=lambda i: -abs(points[i])):
        if math.fsum(points) == target:
            break
        others = sum((Fraction(value) for k, value in enumerate(points) if k != i), _ZERO)
        points[i] = float(Fraction(target) - others)
    return points
