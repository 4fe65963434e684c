"""What must hold of scores, intervals, coverage and the ledger: docs/scoring.md §2."""

import math
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from readiness.errors import ReadinessError
from readiness.model import CATEGORIES
from readiness.policy import Policy
from readiness.report import Interval, Result
from readiness.verdict import assemble, verdict_of
from readiness.weighing import ledger, overall, weigh
from tests.readiness.properties.statement import (
    always,
    numbers,
    whole,
)
from tests.readiness.results import changed, numbered, some_policy, some_result, some_results


def by_the_book(results: list[Result], policy: Policy) -> tuple[Fraction, Fraction, Fraction]:
    """Both ends and the coverage, written down once more as the design states them."""
    sums: dict[str, list[Fraction]] = {category: [Fraction(0)] * 4 for category in CATEGORIES}
    for one in results:
        if one.status == "NOT_APPLICABLE" or one.advisory:
            continue
        weight = Fraction(str(one.weight))
        known = weight if one.status in ("PASS", "WARN", "FAIL") else Fraction(0)
        added = (weight, weight * Fraction(str(one.score.low)), weight * Fraction(str(one.score.high)), known)
        sums[one.category] = [old + new for old, new in zip(sums[one.category], added, strict=True)]
    means = {category: [part / weight for part in parts] for category, (weight, *parts) in sums.items() if weight}
    between = {category: Fraction(str(policy.category_weights[category])) for category in means}  # type: ignore[index]
    every = sum(between.values(), Fraction(0))
    if not every:
        return Fraction(0), Fraction(1), Fraction(0)
    low, high, covered = (
        sum((between[category] * means[category][part] for category in means), Fraction(0)) / every for part in range(3)
    )
    return low, high, covered


@always(some_results(most=6), some_policy())
def the_sums_are_those_of_the_design(results: list[Result], policy: Policy) -> None:
    total = overall(weigh(results, policy, waivers=False))
    assert (total.low, total.high, total.covered) == by_the_book(results, policy)


@always(some_results(least=1, most=6), some_policy(), st.sampled_from((0.7, 0.85, 1.0, 0.1, 0.3)))
def equal_scores_add_up_to_exactly_that_score(results: list[Result], policy: Policy, score: float) -> None:
    even = [changed(old, "WARN", score, score) for old in results]
    total = overall(weigh(even, policy))
    assert total.score in (None, score)
    if total.score is not None:
        assert total.interval == Interval(low=score, high=score)


@always(some_results(most=6), some_policy())
def the_weights_of_all_sum_to_one(results: list[Result], policy: Policy) -> None:
    assert sum(item.share for item in weigh(results, policy)) in (0, 1)


@always(some_results(most=6), some_policy())
def the_score_lies_in_its_interval(results: list[Result], policy: Policy) -> None:
    total = whole(results, policy)
    assert 0 <= total.low <= total.high <= 1
    assert 0 <= total.covered <= 1
    assert total.point is None or total.low <= total.point <= total.high


@always(some_results(most=6), some_policy())
def the_ledger_sums_to_one_minus_the_score(results: list[Result], policy: Policy) -> None:
    weighed, total = weigh(results, policy), whole(results, policy)
    points = [line.points for line in ledger(weighed, total)]
    assert math.fsum(points) == (0.0 if total.score is None else 1.0 - total.score)
    capped_ = total.point is not None and overall(weighed).point != total.point
    assert capped_ == any("caps" in line.reason for line in ledger(weighed, total))


@always(some_results(most=4), some_policy(), some_result("gate"))
def an_open_blocker_is_not_ready_and_under_the_cap(results: list[Result], policy: Policy, gate: Result) -> None:
    failed = changed(gate, "FAIL", 0.0, 0.0).model_copy(
        update={"severity": "blocker", "advisory": False, "waived": False}
    )
    results = [*results, failed]
    assert verdict_of(results, policy) == "NOT READY"
    assert whole(results, policy).high <= Fraction("0.49")


@always(some_results(most=4), some_policy(), st.integers(0, 2**32))
def the_order_does_not_matter(results: list[Result], policy: Policy, seed: int) -> None:
    shuffled = Random(seed).sample(results, len(results))
    assert numbers(assemble(shuffled, policy)) == numbers(assemble(results, policy))


@always(some_results(least=1, most=4), some_policy(), st.integers(0, 2**16), st.integers(0, 2**16))
def the_same_check_twice_is_refused(results: list[Result], policy: Policy, one: int, other: int) -> None:
    again = numbered(results[one % len(results)].check, other)
    try:
        verdict_of([*results, again], policy)
    except ReadinessError:
        return
    raise AssertionError("two results of one check were added up")


@always(some_results(most=4), some_policy(), st.sampled_from((2.0, 3.0, 0.5, 100.0)), st.sampled_from((2.0, 7.0, 0.25)))
def scaling_all_weights_changes_nothing(results: list[Result], policy: Policy, factor: float, other: float) -> None:
    results = [old.model_copy(update={"weight": float(round(old.weight * 10))}) for old in results]
    scaled = [old.model_copy(update={"weight": old.weight * factor}) for old in results]
    weights = {category: weight * other for category, weight in policy.category_weights.items()}
    again = assemble(scaled, policy.model_copy(update={"category_weights": weights}))
    assert numbers(again) == numbers(assemble(results, policy))
