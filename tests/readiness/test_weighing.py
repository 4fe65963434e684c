"""The sums: category and overall scores, the cap, coverage, the critical pass rate, waivers and the ledger."""

from fractions import Fraction
from typing import Any

import pytest

from readiness.errors import ReadinessError
from readiness.model import CATEGORIES, Category
from readiness.policy import STANDARD, Policy
from readiness.report import Interval, Result
from readiness.weighing import (
    Total,
    capped,
    category_scores,
    critical_pass_rate,
    exact,
    ledger,
    overall,
    scores_by_category,
    weigh,
)
from tests.readiness.results import result


def whole(results: list[Result], policy: Policy = STANDARD, *, waivers: bool = True) -> Total:
    return overall(weigh(results, policy, waivers=waivers))


def one_each(scores: list[float]) -> list[Result]:
    pairs = zip(CATEGORIES, scores, strict=True)
    return [result(name, "WARN", score, category=name, limit=1.0) for name, score in pairs]


def test_the_example_of_the_design() -> None:
    results = one_each([0.92, 0.88, 0.75, 0.90, 0.60, 0.95, 0.80])
    assert whole(results).point == Fraction("102.5") / 120
    assert whole(results).score == pytest.approx(0.854, abs=5e-4)
    weights = [round(100 * category.weight, 1) for category in category_scores(results, STANDARD)]
    assert weights == [20.8, 20.8, 16.7, 12.5, 8.3, 16.7, 4.2]


@pytest.mark.parametrize("score", [1.0, 0.7, 0.1, 0.85, 1 / 3])
def test_equal_scores_add_up_to_exactly_that_score(score: float) -> None:
    results = [result(f"{i}", "WARN", score, category=CATEGORIES[i % 7], weight=(i + 1) / 7) for i in range(21)]
    assert whole(results).score == score
    assert whole(results).interval == Interval(low=score, high=score)
    assert set(scores_by_category(category_scores(results, STANDARD)).values()) == {score}


def test_a_float_is_the_decimal_that_it_is_written_as() -> None:
    assert exact(0.8) == Fraction(4, 5)
    assert exact(0.1) * 3 == exact(0.3)
    assert exact(2) == 2


def test_within_a_category_the_weights_count() -> None:
    results = [result("a", "PASS", weight=10.0), result("b", "FAIL", weight=7.0), result("c", "FAIL", weight=3.0)]
    assert whole(results).score == 0.5


def test_a_category_without_weight_leaves_the_sums() -> None:
    results = [
        result("a", "PASS"),
        result("b", "FAIL", category="security", weight=0.0),
        result("c", "NOT_APPLICABLE", category="monitoring"),
    ]
    assert whole(results).score == 1.0
    categories = {category.category: category for category in category_scores(results, STANDARD)}
    assert [categories[name].weight for name in ("reliability", "security", "monitoring")] == [1.0, 0.0, 0.0]
    assert categories["security"].score is None
    assert categories["monitoring"].interval == Interval(low=0.0, high=1.0)
    assert "performance" not in categories


def test_not_applicable_leaves_both_sums() -> None:
    results = [result("a", "PASS"), result("b", "FAIL"), result("c", "NOT_APPLICABLE", weight=100.0)]
    assert whole(results).score == 0.5
    assert whole(results).covered == 1


@pytest.mark.parametrize("status", ["UNKNOWN", "ERROR", "SKIPPED", "INCONCLUSIVE"])
def test_what_is_not_known_is_neither_dropped_nor_counted(status: str) -> None:
    sums = whole([result("a", "PASS"), result("b", status)])  # type: ignore[arg-type]
    assert sums.interval == Interval(low=0.5, high=1.0)
    assert sums.covered == Fraction(1, 2)
    assert sums.score == 1.0, "over the decided weight"


def test_coverage_is_weighed() -> None:
    results = [result("a", "PASS", weight=1.0), result("b", "UNKNOWN", weight=3.0), result("c", category="performance")]
    assert whole(results).covered == Fraction(1, 2) + Fraction(1, 8)
    by_name = {category.category: category.coverage for category in category_scores(results, STANDARD)}
    assert by_name == {"performance": 1.0, "reliability": 0.25}


def test_nothing_decided_has_no_score() -> None:
    for results in ([], [result("a", "UNKNOWN")], [result("a", "PASS", weight=0.0)], [result("a", "NOT_APPLICABLE")]):
        assert whole(results).score is None
        assert whole(results).interval == Interval(low=0.0, high=1.0)
        assert whole(results).covered == 0
        assert ledger(weigh(results, STANDARD), whole(results)) == ()


def test_advisory_has_no_weight_whatever_it_says() -> None:
    results = [result("a", "PASS"), result("b", "FAIL", severity="blocker", weight=99.0, advisory=True)]
    assert capped(whole(results), results).score == 1.0
    assert critical_pass_rate(results) is None


def test_the_same_check_twice_is_refused() -> None:
    with pytest.raises(ReadinessError, match="more than one result for a; "):
        weigh([result("b"), result("a"), result("a", "NOT_APPLICABLE")], STANDARD)


def test_the_point_stays_within_its_interval() -> None:
    bounded = [result("a", "PASS"), result("b", "INCONCLUSIVE", (0.5, 0.6))]
    assert whole(bounded).score == 0.8
    rising = [result("a", "FAIL"), result("b", "INCONCLUSIVE", (0.5, 0.6))]
    assert whole(rising).score == 0.25


# --- the cap --------------------------------------------------------------------------------------------------------


def test_an_open_blocker_caps_the_score() -> None:
    results = [result("a", "PASS", weight=99.0), result("b", "FAIL", severity="blocker", weight=1.0)]
    sums = capped(whole(results), results)
    assert sums.score == 0.49
    assert sums.interval == Interval(low=0.49, high=0.49)
    assert whole(results).score == 0.99


def test_a_low_score_is_not_raised_to_the_cap() -> None:
    results = [result("a", "PASS"), result("b", "FAIL", severity="blocker", weight=9.0)]
    sums = capped(whole(results), results)
    assert sums.score == 0.25
    assert [line.check for line in ledger(weigh(results, STANDARD), sums)] == ["b"]


def test_a_blocker_that_may_be_open_caps_the_low_end_only() -> None:
    results = [result("a", "PASS", weight=99.0), result("b", "UNKNOWN", severity="blocker", weight=1.0)]
    sums = capped(whole(results), results)
    assert sums.interval == Interval(low=0.49, high=1.0)
    assert sums.score == 1.0


@pytest.mark.parametrize(
    "given",
    [{"severity": "critical"}, {"severity": "blocker", "waived": True}, {"severity": "blocker", "advisory": True}],
)
def test_nothing_else_caps(given: dict[str, Any]) -> None:
    results = [result("a", "PASS", weight=99.0), result("b", "FAIL", weight=1.0, **given)]
    assert capped(whole(results), results) == whole(results)


# --- waivers --------------------------------------------------------------------------------------------------------


def test_a_waived_failure_earns_the_least_pass() -> None:
    fact, value = result("a", "FAIL", waived=True), result("b", "FAIL", 0.3, limit=2.0, waived=True)
    assert whole([fact]).score == 1.0
    assert whole([value]).score == 0.7
    assert whole([fact], waivers=False).score == 0.0
    assert whole([value], waivers=False).score == 0.3


def test_a_waiver_does_not_cover_ignorance() -> None:
    unknown = whole([result("a", "UNKNOWN", waived=True)])
    assert unknown.covered == 0
    assert unknown.interval == Interval(low=0.0, high=1.0)
    ran = whole([result("a", "INCONCLUSIVE", (0.2, 0.6), limit=2.0, waived=True)])
    assert ran.covered == 0
    assert ran.interval == Interval(low=0.7, high=0.7)


# --- critical checks and categories ---------------------------------------------------------------------------------


def test_critical_pass_rate() -> None:
    results = [
        result("a", "PASS", severity="blocker"),
        result("b", "WARN", severity="critical"),
        result("c", "FAIL", severity="critical"),
        result("d", "UNKNOWN", severity="critical"),
        result("e", "FAIL", severity="critical", waived=True),
        result("f", "NOT_APPLICABLE", severity="critical"),
        result("g", "FAIL", severity="critical", advisory=True),
        result("h", "FAIL", severity="major"),
    ]
    assert critical_pass_rate(results) == Fraction(3, 5)
    assert critical_pass_rate(results[-3:]) is None


@pytest.mark.parametrize(
    ("results", "floor", "passed"),
    [
        ([result("a", "WARN", 0.70)], None, True),
        ([result("a", "WARN", 0.70)], 0.71, False),
        ([result("a", "FAIL", 0.69)], None, False),
        ([result("a", "FAIL", 0.60)], 0.60, True),
        ([result("a", "PASS"), result("b", "UNKNOWN")], None, False),
        ([result("a", "UNKNOWN")], 0.0, False),
        ([result("a", "PASS", weight=99.0), result("b", "FAIL", severity="blocker", weight=1.0)], None, False),
    ],
)
def test_a_category_passes_when_its_low_end_reaches_its_bar(
    results: list[Result], floor: float | None, passed: bool
) -> None:
    floors: dict[Category, float] = {} if floor is None else {"reliability": floor}
    (category,) = category_scores(results, STANDARD.model_copy(update={"floors": floors}))
    assert category.passed == passed


def test_all_seven_categories_are_in_the_mapping() -> None:
    scores = scores_by_category(category_scores([result("a", "PASS")], STANDARD))
    assert list(scores) == list(CATEGORIES)
    assert [name for name, score in scores.items() if score is not None] == ["reliability"]


# --- the ledger -----------------------------------------------------------------------------------------------------


def test_the_ledger_names_each_finding_dearest_first() -> None:
    results = [result("a", "PASS"), result("b", "FAIL", weight=6.0), result("c", "WARN", 0.7), result("d", "UNKNOWN")]
    lines = ledger(weigh(results, STANDARD), whole(results))
    assert [line.check for line in lines] == ["b", "c"]
    assert [line.points for line in lines] == pytest.approx([0.5, 0.075])
    assert lines[0].reason == "so"


def test_the_cap_has_its_own_line() -> None:
    results = [result("a", "PASS", weight=9.0), result("b", "FAIL", severity="blocker", weight=1.0)]
    lines = ledger(weigh(results, STANDARD), capped(whole(results), results))
    assert [line.check for line in lines] == ["b", ""]
    assert [line.points for line in lines] == pytest.approx([0.1, 0.41])
    assert lines[1].reason == "an open blocker caps the score at 0.49: b"


def test_what_bounds_the_score_has_its_own_line() -> None:
    results = [result("a", "PASS"), result("b", "INCONCLUSIVE", (0.5, 0.6))]
    (line,) = ledger(weigh(results, STANDARD), whole(results))
    assert line.check == ""
    assert line.points == pytest.approx(0.2)
