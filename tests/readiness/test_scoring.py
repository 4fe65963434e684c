"""The curve, and the judgement of every kind of outcome at its boundaries."""

import math
from typing import Any

import pytest

from readiness.curve import Better, curve
from readiness.detection import detection_power
from readiness.model import Broken, Estimate, Fact, Measured, NotApplicable, Outcome, Share, Skipped, Unknown
from readiness.report import Interval
from readiness.scoring import NOTHING_KNOWN, judge, share_bounds

POINT = Interval(low=1.0, high=1.0)


def measured(value: Estimate | float, objective: float = 0.5, limit: float = 2.0, **given: Any) -> Measured:
    return Measured(value, "s", objective, limit, **given)


# --- the curve ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "score"),
    [
        (0.0, 1.0),
        (0.4, 1.0),
        (0.5, 1.0),
        (1.0, 0.85),
        (2.0, 0.70),
        (2 * math.sqrt(2), 0.35),
        (4.0, 0.0),
        (math.inf, 0.0),
    ],
)
def test_curve_where_lower_is_better(value: float, score: float) -> None:
    assert curve(value, 0.5, 2.0) == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "score"),
    [
        (math.inf, 1.0),
        (400.0, 1.0),
        (200.0, 0.85),
        (100.0, 0.70),
        (100 / math.sqrt(2), 0.35),
        (50.0, 0.0),
        (0.0, 0.0),
        (-1.0, 0.0),
    ],
)
def test_curve_where_higher_is_better(value: float, score: float) -> None:
    assert curve(value, 400.0, 100.0, better="higher") == pytest.approx(score, abs=1e-12)


def test_without_a_logarithm_it_is_linear() -> None:
    assert curve(0.0, 0.0, 0.01) == 1.0, "zero errors"
    assert curve(0.005, 0.0, 0.01) == pytest.approx(0.85)
    assert curve(0.01, 0.0, 0.01) == 0.70
    assert curve(0.02, 0.0, 0.01) == 0.0
    assert curve(-1.0, -2.0, 0.0) == pytest.approx(0.85)
    assert curve(5.0, 10.0, 0.0, better="higher") == pytest.approx(0.85)


def test_beyond_a_limit_of_nothing_there_is_nothing() -> None:
    assert curve(0.0, 0.0, 0.0) == 1.0
    assert curve(1e-9, 0.0, 0.0) == 0.0
    assert curve(0.1, -2.0, 0.0) == 0.0
    assert curve(-0.1, 10.0, 0.0, better="higher") == 0.0


def test_objective_and_limit_may_be_the_same() -> None:
    assert curve(2.0, 2.0, 2.0) == 1.0
    assert curve(2.0 * math.sqrt(2), 2.0, 2.0) == pytest.approx(0.35)
    assert curve(2.0, 2.0, 2.0, better="higher") == 1.0
    assert curve(1.0, 2.0, 2.0, better="higher") == 0.0


@pytest.mark.parametrize(
    ("value", "objective", "limit", "better"),
    [
        (math.nan, 0.5, 2.0, "lower"),
        (1.0, 3.0, 2.0, "lower"),
        (1.0, 1.0, 2.0, "higher"),
        (1.0, 0.5, math.inf, "lower"),
        (1.0, math.nan, 2.0, "lower"),
    ],
)
def test_the_curve_refuses_what_it_cannot_score(value: float, objective: float, limit: float, better: Better) -> None:
    with pytest.raises(ValueError, match=r"not a number|worse than|finite"):
        curve(value, objective, limit, better=better)


# --- measured values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "value", "high", "status"),
    [
        (0.4, 0.45, 0.5, "PASS"),
        (0.4, 0.5, 2.0, "PASS"),
        (0.4, 0.51, 2.0, "WARN"),
        (0.6, 0.7, 0.8, "WARN"),
        (0.4, 0.5, 2.0001, "INCONCLUSIVE"),
        (2.0, 2.5, 3.0, "INCONCLUSIVE"),
        (2.0001, 2.5, 3.0, "FAIL"),
        (0.1, 0.2, math.inf, "INCONCLUSIVE"),
        (2.1, 3.0, math.inf, "FAIL"),
    ],
)
def test_a_claim_needs_the_whole_interval_on_one_side(low: float, value: float, high: float, status: str) -> None:
    judged = judge(measured(Estimate(value, low, high, n=100)))
    assert judged.status == status
    assert judged.score == Interval(low=curve(high, 0.5, 2.0), high=curve(low, 0.5, 2.0))
    assert (judged.value, judged.objective, judged.limit, judged.unit, judged.n) == (value, 0.5, 2.0, "s", 100)


@pytest.mark.parametrize(
    ("low", "value", "high", "status"),
    [
        (90.0, 400.0, 500.0, "INCONCLUSIVE"),
        (100.0, 400.0, 500.0, "PASS"),
        (100.0, 399.0, 500.0, "WARN"),
        (10.0, 50.0, 99.0, "FAIL"),
    ],
)
def test_the_same_where_higher_is_better(low: float, value: float, high: float, status: str) -> None:
    judged = judge(measured(Estimate(value, low, high, n=9), 400.0, 100.0, better="higher"))
    assert judged.status == status
    assert judged.score.low == curve(low, 400.0, 100.0, better="higher")
    assert judged.score.high == curve(high, 400.0, 100.0, better="higher")


@pytest.mark.parametrize(("value", "status", "score"), [(0.5, "PASS", 1.0), (2.0, "WARN", 0.70), (2.01, "FAIL", 0.695)])
def test_a_lone_number_is_a_point(value: float, status: str, score: float) -> None:
    judged = judge(measured(value))
    assert judged.status == status
    assert judged.score.low == judged.score.high == pytest.approx(score, abs=1e-3)
    assert judged.n is None
    assert judged.interval is None


def test_too_few_samples_are_no_claim_and_say_how_many_are_missing() -> None:
    few = judge(measured(Estimate(0.3, 0.2, 0.4, n=100, needed=299), reason="p99 of the steady load"))
    assert few.status == "INCONCLUSIVE"
    assert few.score == Interval(low=0.0, high=1.0)
    assert few.reason == "199 samples are missing: 100 of the 299 that the claim needs; p99 of the steady load"
    assert judge(measured(Estimate(0.3, 0.2, 0.4, n=299, needed=299))).status == "PASS"
    rising = judge(measured(Estimate(500.0, 450.0, 550.0, n=3, needed=5), 400.0, 100.0, better="higher"))
    assert rising.status == "INCONCLUSIVE"
    assert rising.score == Interval(low=0.0, high=1.0)


def test_few_samples_may_still_fail() -> None:
    judged = judge(measured(Estimate(3.0, 2.5, math.inf, n=20, needed=299)))
    assert judged.status == "FAIL"
    assert judged.score == Interval(low=0.0, high=curve(2.5, 0.5, 2.0))


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        Estimate(math.nan, 0.1, 0.2, n=10),
        Estimate(0.1, math.nan, 0.2, n=10),
        Estimate(0.1, 0.1, math.nan, n=10),
        Estimate(0.1, 0.1, 0.1, n=0),
        -math.inf,
    ],
)
def test_what_is_not_a_number_is_never_a_pass(value: Estimate | float) -> None:
    judged = judge(measured(value))
    assert judged.status == "INCONCLUSIVE"
    assert judged.score == NOTHING_KNOWN
    assert judged.reason
    assert judged.value is None or math.isfinite(judged.value)


def test_infinitely_slow_fails_and_stays_out_of_the_json() -> None:
    judged = judge(measured(math.inf))
    assert judged.status == "FAIL"
    assert judged.score == Interval(low=0.0, high=0.0)
    assert judged.value is None
    open_ended = judge(measured(Estimate(0.2, 0.1, math.inf, n=10)))
    assert open_ended.score == Interval(low=0.0, high=1.0)
    assert open_ended.interval is None


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (measured(1.0, objective=3.0), "objective 3 is worse than limit 2"),
        (measured(1.0, limit=math.inf), "must be finite"),
        (measured(1.0, objective=math.nan), "must be finite"),
        (measured(Estimate(1.0, 1.5, 0.5, n=9)), "runs from 1.5 down to 0.5"),
        (measured(Estimate(9.0, 1.5, 0.5, n=9)), "runs from 1.5 down to 0.5"),
        (Share(5, 4, limit=0.9), "5 of 4 is not a share"),
        (Share(-1, 4, limit=0.9), "-1 of 4 is not a share"),
        (Share(4, 4, limit=1.5), "must lie between 0 and 1"),
        (Share(4, 4, limit=math.nan), "must lie between 0 and 1"),
        (Share(4, 4, limit=0.9, objective=0.8), "objective 0.8 is worse than limit 0.9"),
    ],
)
def test_an_impossible_outcome_is_an_error(outcome: Outcome, words: str) -> None:
    judged = judge(outcome)
    assert judged.status == "ERROR"
    assert judged.score == NOTHING_KNOWN
    assert words in judged.reason


def test_an_interval_is_widened_to_hold_its_value() -> None:
    judged = judge(measured(Estimate(2.5, 0.1, 1.9, n=9)))
    assert judged.status == "INCONCLUSIVE"
    assert judged.interval == Interval(low=0.1, high=2.5)


@pytest.mark.parametrize(("unit", "whole"), [("ratio", 1.0), ("share", 1.0), ("%", 100.0)])
def test_proportions_go_over_their_error_side(unit: str, whole: float) -> None:
    objective, limit = 0.999 * whole, 0.99 * whole
    scores = [
        judge(Measured(value * whole, unit, objective, limit, "higher")).score.low
        for value in (1.0, 0.999, 0.99, 0.98, 0.985)
    ]
    assert scores == pytest.approx([1.0, 1.0, 0.70, 0.0, 0.70 * (1 - math.log2(1.5))], abs=1e-9)


def test_a_ratio_beyond_the_whole_is_no_proportion() -> None:
    assert judge(Measured(1.0, "ratio", 2.0, 1.5, "higher")).score.low == pytest.approx(
        curve(1.0, 2.0, 1.5, better="higher")
    )


# --- shares, facts and the rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "tries", "low", "high"),
    [(9, 10, 0.596, 0.982), (20, 20, 0.861, 1.0), (0, 20, 0.0, 0.161), (50, 100, 0.404, 0.596)],
)
def test_the_interval_of_a_share(good: int, tries: int, low: float, high: float) -> None:
    bounds = share_bounds(good, tries)
    assert bounds.low == pytest.approx(low, abs=5e-4)
    assert bounds.high == pytest.approx(high, abs=5e-4)
    assert bounds.low > 0 or good == 0
    assert bounds.high < 1 or good == tries


@pytest.mark.parametrize(
    ("good", "tries", "status"),
    [
        (28, 28, "INCONCLUSIVE"),
        (29, 29, "PASS"),
        (990, 1000, "WARN"),
        (9, 10, "INCONCLUSIVE"),
        (50, 100, "FAIL"),
        (0, 0, "INCONCLUSIVE"),
    ],
)
def test_a_share_is_judged_through_its_interval(good: int, tries: int, status: str) -> None:
    judged = judge(Share(good, tries, limit=0.9))
    assert judged.status == status
    assert judged.n == tries
    if tries:
        bounds = share_bounds(good, tries)
        assert judged.interval == bounds
        assert judged.score.low == pytest.approx(curve(1 - bounds.low, 0.0, 0.1), abs=1e-9)
        assert judged.score.high == pytest.approx(curve(1 - bounds.high, 0.0, 0.1), abs=1e-9)


@pytest.mark.parametrize(("limit", "needed"), [(0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995)])
def test_the_clean_tries_that_a_claim_needs(limit: float, needed: int) -> None:
    assert judge(Share(needed, needed, limit=limit)).status == "PASS"
    few = judge(Share(needed - 1, needed - 1, limit=limit))
    assert few.status == "INCONCLUSIVE"
    assert ": 1 more tries, all good, would" in few.reason


def test_no_number_of_tries_proves_a_share_of_one() -> None:
    judged = judge(Share(1000, 1000, limit=1.0))
    assert judged.status == "INCONCLUSIVE"
    assert "state it as a fact" in judged.reason
    assert judge(Share(999, 1000, limit=1.0)).status == "FAIL"


def test_a_fact_is_a_point_with_its_reason() -> None:
    held, broken = judge(Fact(True, "10 of 10 orders were kept")), judge(Fact(False, "an order was lost"))
    assert (held.status, held.score, held.reason) == ("PASS", POINT, "10 of 10 orders were kept")
    assert (broken.status, broken.score, broken.reason) == ("FAIL", Interval(low=0.0, high=0.0), "an order was lost")
    assert held.detection_power is None
    assert judge(Fact(True, "")).reason
    assert judge(Fact(False, "")).reason


def test_clean_rounds_rule_an_anomaly_rate_out() -> None:
    assert judge(Fact(True, "so", rounds=10)).detection_power == pytest.approx(0.369043, abs=1e-6)
    assert (1 - detection_power(458)) ** 458 == pytest.approx(0.01)
    assert judge(Fact(False, "so", rounds=10)).detection_power is None
    empty = judge(Fact(True, "so", rounds=0))
    assert (empty.status, empty.score) == ("INCONCLUSIVE", NOTHING_KNOWN)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Unknown("no metrics path"), "UNKNOWN"),
        (Broken("KeyError"), "ERROR"),
        (Skipped("ann said so"), "SKIPPED"),
        (NotApplicable("it keeps no history"), "NOT_APPLICABLE"),
        (NotApplicable(" "), "UNKNOWN"),
        (Unknown(""), "UNKNOWN"),
        (Broken(""), "ERROR"),
        (Skipped(""), "SKIPPED"),
    ],
)
def test_where_nothing_is_known_nothing_is_assumed(outcome: Outcome, status: str) -> None:
    judged = judge(outcome)
    assert judged.status == status
    assert judged.score == NOTHING_KNOWN
    assert judged.reason.strip()
