"""READY, NOT READY and INCONCLUSIVE at every bar, and what would change them."""

from itertools import combinations
from typing import Any

import pytest

from readiness.bars import Circumstances
from readiness.policy import RELEASE, STANDARD, Policy
from readiness.policy_file import from_mapping
from readiness.report import Interval, Result
from readiness.verdict import EXACT_SEARCH, assemble, decide
from tests.readiness.results import replaced, result

FULL = Circumstances(profile="full")


def standard(**given: Any) -> Policy:
    return from_mapping(given, STANDARD)


def repaired(results: list[Result], *checks: str) -> list[Result]:
    return replaced(results, *(result(check, severity=severity_of(results, check)) for check in checks))


def severity_of(results: list[Result], check: str) -> str:
    return next(result.severity for result in results if result.check == check)


# --- standard -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "verdict"), [(1.0, "READY"), (0.70, "READY"), (0.6999999, "NOT READY")])
def test_the_threshold_itself_is_ready(score: float, verdict: str) -> None:
    results = [result(f"c{i}", "WARN", score, weight=i / 7) for i in range(1, 8)]
    assert decide(results, STANDARD).verdict == verdict


LEAST = 1e-12


@pytest.mark.parametrize(
    ("score", "rate", "standard_says", "release_says"),
    [
        (0.70 - LEAST, 1.0, "NOT READY", "NOT READY"),
        (0.70, 1.0, "READY", "NOT READY"),
        (0.70 + LEAST, 1.0, "READY", "NOT READY"),
        (0.85 - LEAST, 1.0, "READY", "NOT READY"),
        (0.85, 1.0, "READY", "READY"),
        (0.85 + LEAST, 1.0, "READY", "READY"),
        (0.9, 0.79, "NOT READY", "NOT READY"),
        (0.9, 0.80, "READY", "NOT READY"),
        (0.9, 0.81, "READY", "NOT READY"),
        (0.70, 0.80, "READY", "NOT READY"),
        (0.70, 0.79, "NOT READY", "NOT READY"),
        (0.70 - LEAST, 0.80, "NOT READY", "NOT READY"),
    ],
)
def test_the_decision_table_is_exact_at_its_boundaries(
    score: float, rate: float, standard_says: str, release_says: str
) -> None:
    """Requirement 002: READY at 0.70 and above with 80 % of the critical checks; a release at 0.85 with all of them."""
    passing = round(rate * 100)
    criticals = [
        result(f"c{i}", "WARN" if i < passing else "FAIL", score, severity="critical", weight=1.0) for i in range(100)
    ]
    decisions = assemble(criticals, profile="full").decisions
    assert [decision.verdict for decision in decisions] == [standard_says, release_says]
    assert assemble(criticals).overall_score == score


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.70, 0.90), "READY"),
        ((0.69, 0.90), "INCONCLUSIVE"),
        ((0.50, 0.70), "INCONCLUSIVE"),
        ((0.5, 0.69), "NOT READY"),
    ],
)
def test_both_ends_of_the_score_decide(ends: tuple[float, float], verdict: str) -> None:
    assert decide([result("a", "WARN", ends)], STANDARD).verdict == verdict


@pytest.mark.parametrize(("passing", "verdict"), [(4, "READY"), (3, "NOT READY")])
def test_four_of_five_critical_checks_are_enough(passing: int, verdict: str) -> None:
    results = [result(f"c{i}", "PASS" if i < passing else "FAIL", severity="critical", weight=1.0) for i in range(5)]
    decision = decide([*results, result("rest", weight=95.0)], STANDARD)
    assert decision.verdict == verdict
    rest = [result(f"c{i}", "PASS" if i < 4 else "UNKNOWN", severity="critical", weight=1.0) for i in range(5)]
    assert decide([*rest, result("rest", weight=95.0)], STANDARD).verdict == "READY", "it would pass even if it failed"


def test_an_unanswered_critical_check_may_matter() -> None:
    results = [result(f"c{i}", "PASS" if i < 3 else "UNKNOWN", severity="critical", weight=1.0) for i in range(5)]
    decision = decide([*results, result("rest", weight=95.0)], STANDARD)
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.reason == "The critical pass rate lies between 0.60 and 1.00, and 0.80 is needed."
    assert decision.would_decide == ("c3", "c4")
    assert decision.would_make_ready == ("c3",)


@pytest.mark.parametrize(("weight", "verdict"), [(20.0, "READY"), (20.1, "INCONCLUSIVE")])
def test_coverage_of_four_fifths_is_enough(weight: float, verdict: str) -> None:
    results = [result("a", weight=100 - weight), result("b", "UNKNOWN", weight=weight)]
    assert decide(results, STANDARD).verdict == verdict


def test_low_coverage_alone_is_never_not_ready() -> None:
    decision = decide([result("a", weight=75.0), result("b", "SKIPPED", weight=25.0)], STANDARD)
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.reason == "Coverage is 0.75, and 0.80 is needed."
    assert decision.would_decide == ("b",)


@pytest.mark.parametrize(
    ("status", "given", "verdict"),
    [
        ("FAIL", {}, "NOT READY"),
        ("UNKNOWN", {}, "INCONCLUSIVE"),
        ("ERROR", {}, "INCONCLUSIVE"),
        ("WARN", {}, "READY"),
        ("NOT_APPLICABLE", {}, "READY"),
        ("FAIL", {"waived": True}, "READY"),
        ("UNKNOWN", {"waived": True}, "READY"),
        ("FAIL", {"advisory": True}, "READY"),
    ],
)
def test_one_open_blocker_is_enough(status: Any, given: dict[str, Any], verdict: str) -> None:
    criticals = [result(f"c{i}", severity="critical") for i in range(9)]
    decision = decide([*criticals, result("b", status, severity="blocker", weight=0.1, **given)], STANDARD)
    assert decision.verdict == verdict
    if verdict != "READY":
        assert decision.would_make_ready == ("b",)
        assert decision.would_decide == (() if status == "FAIL" else ("b",))


def test_the_reason_names_the_blocker_first() -> None:
    decision = decide([result("a", severity="blocker"), result("b", "FAIL", severity="blocker", weight=90.0)], STANDARD)
    assert decision.reason == (
        "Blocker failed: b; the score is 0.10, and 0.70 is needed; the critical pass rate is 0.50, and 0.80 is needed."
    )


def test_a_score_that_just_misses_does_not_look_as_if_it_did_not() -> None:
    assert decide([result("a", "FAIL", 0.69999)], STANDARD).reason.startswith(
        "The score is 0.69999, and 0.70 is needed"
    )


def test_ready_says_by_how_much() -> None:
    decision = decide([result("a", weight=9.0), result("b", "UNKNOWN", weight=1.0)], STANDARD)
    assert decision.reason == (
        "No blocker is open; the score is at least 0.90 (needed: 0.70); coverage is 0.90 (needed: 0.80)."
    )
    assert (decision.would_decide, decision.would_make_ready) == ((), ())


def test_an_empty_run_is_inconclusive() -> None:
    nothing_asked = standard(threshold=0, coverage=0, critical_pass_rate=0)
    for policy in (STANDARD, RELEASE, nothing_asked):
        for results in ([], [result("a", "NOT_APPLICABLE")], [result("a", weight=0.0)], [result("a", advisory=True)]):
            decision = decide(results, policy, FULL)
            assert decision.verdict == "INCONCLUSIVE"
            assert "nothing that counts was decided" in decision.reason.lower()
    assert decide([result("a")], nothing_asked).verdict == "READY"
    assert decide([result("a", "UNKNOWN")], nothing_asked).would_decide == ("a",)


def test_a_floor_binds_its_category() -> None:
    policy = standard(floors={"security": 0.9})
    good = result("a", category="reliability")
    assert decide([good, result("b", "WARN", 0.9, category="security")], policy).verdict == "READY"
    low = decide([good, result("b", "WARN", 0.89, category="security")], policy)
    assert (low.verdict, low.would_make_ready) == ("NOT READY", ("b",))
    assert low.reason == "The score of security is 0.89, and 0.90 is needed."
    assert decide([good], policy).verdict == "INCONCLUSIVE"
    assert decide([good], policy, Circumstances(partial=True)).verdict == "READY"


def test_a_required_check_must_pass_and_be_there() -> None:
    policy = standard(checks={"a": {"required": True}})
    rest = [result("b", weight=99.0)]
    assert decide([*rest, result("a")], policy).verdict == "READY"
    assert decide([*rest, result("a", "FAIL", weight=0.1)], policy).verdict == "NOT READY"
    assert decide([*rest, result("a", "FAIL", weight=0.1, waived=True)], policy).verdict == "READY"
    unknown = result("a", "UNKNOWN", weight=0.1)
    waived = unknown.model_copy(update={"waived": True})
    for absent in (rest, [*rest, result("a", "NOT_APPLICABLE")], [*rest, unknown], [*rest, waived]):
        decision = decide(absent, policy)
        assert decision.verdict == "INCONCLUSIVE"
        assert decision.reason == "Must pass and did not yet: a."
        assert decision.would_decide == decision.would_make_ready == ("a",)
    assert decide(rest, policy, Circumstances(partial=True)).verdict == "READY"
    assert decide(rest, STANDARD).verdict == "READY", "dropping it is a change of the policy"


# --- release and circumstances --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "given", "verdict"),
    [
        ("PASS", {}, "READY"),
        ("WARN", {}, "READY"),
        ("FAIL", {}, "NOT READY"),
        ("FAIL", {"severity": "info", "weight": 0.0}, "NOT READY"),
        ("FAIL", {"waived": True}, "READY"),
        ("UNKNOWN", {}, "INCONCLUSIVE"),
        ("UNKNOWN", {"waived": True}, "READY"),
        ("NOT_APPLICABLE", {}, "READY"),
        ("FAIL", {"advisory": True}, "READY"),
    ],
)
def test_a_release_needs_every_check_passed_or_waived(status: Any, given: dict[str, Any], verdict: str) -> None:
    results = [result("a", weight=99.0), result("b", status, **{"weight": 1.0, **given})]
    assert decide(results, RELEASE, FULL).verdict == verdict
    assert decide(results, STANDARD, FULL).verdict == "READY"


@pytest.mark.parametrize(("score", "verdict"), [(0.85, "READY"), (0.84, "NOT READY")])
def test_the_threshold_of_a_release(score: float, verdict: str) -> None:
    assert decide([result("a", "WARN", score)], RELEASE, FULL).verdict == verdict


def test_a_release_needs_the_full_profile() -> None:
    assert decide([result("a")], RELEASE, FULL).verdict == "READY"
    decision = decide([result("a")], RELEASE, Circumstances(profile="standard"))
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.reason == "Policy release needs the profile full, and this run was standard."
    assert (decision.would_decide, decision.would_make_ready) == ((), ())


@pytest.mark.parametrize("run", [Circumstances(interrupted=True), Circumstances(unfit="the generator was saturated")])
def test_some_runs_are_never_ready(run: Circumstances) -> None:
    decision = decide([result("a")], STANDARD, run)
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.would_make_ready == ()
    assert "interrupted" in decision.reason or "the generator was saturated" in decision.reason
    assert decide([result("a", "FAIL", severity="blocker")], STANDARD, run).verdict == "NOT READY"


def test_on_an_unfit_machine_performance_neither_passes_nor_fails() -> None:
    bad = [result("a"), result("slow", "FAIL", category="performance", severity="blocker")]
    assert decide(bad, STANDARD).verdict == "NOT READY"
    assert decide(bad, STANDARD, Circumstances(unfit="steal")).verdict == "INCONCLUSIVE"
    scores = assemble([*bad, result("na", "NOT_APPLICABLE", category="performance")], unfit="steal")
    assert [result.status for result in scores.results] == ["PASS", "INCONCLUSIVE", "NOT_APPLICABLE"]
    assert scores.results[1].score == Interval(low=0.0, high=1.0)
    assert "unfit to measure" in scores.results[1].reason
    assert scores.deployment_blockers == ()
    assert scores.category_scores["performance"] is None


# --- what would change it -------------------------------------------------------------------------------------------


def test_the_smallest_repair_is_not_the_obvious_one() -> None:
    # The heaviest finding alone does not do; two lighter ones that are critical do, and so does no single one.
    results = [
        result("heavy", "FAIL", weight=20.0),
        *(result(f"k{i}", "FAIL", severity="critical", weight=5.0) for i in range(2)),
        *(result(f"g{i}", severity="critical", weight=15.0) for i in range(4)),
    ]
    decision = decide(results, STANDARD)
    assert decision.verdict == "NOT READY"
    assert decision.would_make_ready == ("k0",)
    single = [check for check in ("heavy", "k0", "k1") if decide(repaired(results, check), STANDARD).verdict == "READY"]
    assert single == ["k0", "k1"]


def test_many_findings_are_searched_greedily_and_verified() -> None:
    count = EXACT_SEARCH + 8
    results = [result(f"c{i:02}", "FAIL", weight=float(i + 1)) for i in range(count)]
    decision = decide(results, STANDARD)
    chosen = decision.would_make_ready
    assert decide(repaired_alike(results, chosen), STANDARD).verdict == "READY"
    for some in combinations(chosen, len(chosen) - 1):
        assert decide(repaired_alike(results, some), STANDARD).verdict != "READY"
    assert len(chosen) == 10, "the heaviest: 20 + 19 + ... + 11 of 210 is the first sum above 70 %"


def repaired_alike(results: list[Result], checks: tuple[str, ...]) -> list[Result]:
    return [
        old.model_copy(update={"status": "PASS", "score": Interval(low=1, high=1)}) if old.check in checks else old
        for old in results
    ]


def test_what_would_decide_comes_cheapest_first() -> None:
    results = [
        result("slow", "UNKNOWN", severity="blocker", duration_seconds=60.0),
        result("quick", "UNKNOWN", severity="blocker", duration_seconds=1.0),
        result("rest", weight=900.0),
        result("small", "UNKNOWN", weight=1.0),
    ]
    assert decide(results, STANDARD).would_decide == ("quick", "slow")


def test_a_wide_interval_of_a_decided_check_may_be_what_is_open() -> None:
    decision = decide([result("a", "FAIL", (0.6, 0.7)), result("b", "WARN", (0.7, 0.8))], STANDARD)
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.would_decide == ("b",) or decision.would_decide == ("a", "b")


# --- the whole ------------------------------------------------------------------------------------------------------


def test_the_scores_of_a_run() -> None:
    results = [
        result("lost_orders", "FAIL", severity="blocker", category="data_integrity"),
        result("waived_one", "FAIL", severity="critical", category="security", waived=True),
        result("slow", "FAIL", 0.5, severity="critical", category="performance", limit=2.0),
        result("fine", "PASS", category="reliability"),
        result("unseen", "UNKNOWN", category="monitoring"),
    ]
    scores = assemble(results)
    assert scores.overall_score == 0.49
    assert scores.raw_score == pytest.approx((25 * 0.5 + 25) / 90)
    assert scores.coverage == 0.9
    assert scores.overall_interval == Interval(low=0.49, high=0.49)
    assert scores.critical_pass_rate == pytest.approx(1 / 3)
    assert scores.deployment_blockers == ("lost_orders",)
    assert scores.critical_failures == ("lost_orders", "slow")
    assert [decision.policy for decision in scores.decisions] == ["standard", "release"]
    assert [decision.verdict for decision in scores.decisions] == ["NOT READY", "NOT READY"]
    assert scores.category_scores["security"] == 1.0
    assert scores.category_scores["monitoring"] is None
    assert sum(line.points for line in scores.ledger) == pytest.approx(0.51)
    assert scores.results == tuple(results)
