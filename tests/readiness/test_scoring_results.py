"""What a result carries: its point score, its weight, waivers, witnesses and retries."""

import math
from datetime import date
from typing import Any

import pytest

from readiness.model import (
    Broken,
    Estimate,
    Fact,
    FaultWindow,
    Measured,
    NotApplicable,
    Outcome,
    Share,
    Skipped,
    Table,
    Unknown,
)
from readiness.plugins import Check, check
from readiness.policy import STANDARD
from readiness.policy_file import from_mapping
from readiness.report import Interval, Result
from readiness.scoring import NOTHING_KNOWN, judge, point_of, result_of
from tests.readiness.results import result, waiver

TODAY = date(2026, 1, 31)


def measured(value: Estimate | float, objective: float = 0.5, limit: float = 2.0, **given: Any) -> Measured:
    return Measured(value, "s", objective, limit, **given)


# --- the point of a result ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome",
    [
        measured(Estimate(0.7, 0.6, 0.8, n=9)),
        measured(Estimate(3.0, 2.5, 3.5, n=9)),
        measured(Estimate(200.0, 150.0, 250.0, n=9), 400.0, 100.0, better="higher"),
        measured(Estimate(3.0, 2.5, 3.5, n=9), 2.0, 2.0),
        measured(Estimate(1.7, 1.6, 1.8, n=9), 2.0, 2.0, better="higher"),
        Share(990, 1000, limit=0.9),
        Fact(True, "so"),
        measured(1.0),
    ],
)
def test_the_point_is_the_score_of_the_value(outcome: Outcome) -> None:
    value = outcome
    if isinstance(outcome, Measured) and isinstance(outcome.value, Estimate):
        value = Measured(outcome.value.value, outcome.unit, outcome.objective, outcome.limit, outcome.better)
    expected = 0.97 if isinstance(outcome, Share) else judge(value).score.low
    assert point_of(made(outcome)) == pytest.approx(expected, abs=1e-9)


def test_only_a_decided_result_has_a_point() -> None:
    assert point_of(made(measured(Estimate(1.9, 1.5, 2.5, n=9)))) is None
    assert point_of(made(Unknown("so"))) is None
    endless = made(measured(Estimate(math.inf, 2.5, math.inf, n=9)))
    assert endless.status == "FAIL"
    assert point_of(endless) == 0.0
    assert point_of(result("a", "PASS", (0.7, 0.9), value=0.1, objective=0.5, limit=2.0)) == 0.9, "within its interval"


# --- results --------------------------------------------------------------------------------------------------------


@check(category="performance", severity="critical", needs="steady_load", fix="make it fast", effort="days")
def sample(recording: object) -> Fact:
    return Fact(True, "so")


@check(category="security", severity="major", needs="steady_load", weight=4.5)
def weighty(recording: object) -> Fact:
    return Fact(True, "so")


def made(outcome: Outcome, of: Check[...] = sample, policy: dict[str, Any] | None = None, **given: Any) -> Result:
    given = {"today": TODAY, "title": "A title", "suite": "stress_testing", **given}
    return result_of(of, outcome, policy=from_mapping(policy, STANDARD), **given)


def test_a_result_carries_what_a_reader_needs() -> None:
    table = Table("slowest", ("call",), (("GET /",),))
    window = FaultWindow("kill", 1.0, 2.0, {"pid": 7})
    got = made(
        measured(Estimate(0.7, 0.6, 0.8, n=59), evidence=(table,)),
        reproduce="readiness run --check x", location="desk.py:3", windows=[window], duration_seconds=1.5,
    )  # fmt: skip
    assert (got.check, got.title, got.category, got.severity) == (
        "test_scoring_results",
        "A title",
        "performance",
        "critical",
    )
    assert (got.suite, got.scenario, got.weight, got.status) == ("stress_testing", "steady_load", 7.0, "WARN")
    assert (got.value, got.objective, got.limit, got.unit, got.n) == (0.7, 0.5, 2.0, "s", 59)
    assert got.interval == Interval(low=0.6, high=0.8)
    assert (got.evidence, got.witnesses) == ((table,), (window,))
    assert (got.reproduce, got.location, got.duration_seconds) == ("readiness run --check x", "desk.py:3", 1.5)
    assert got.remediation is not None
    assert got.remediation.text == "make it fast"
    assert Result.model_validate_json(got.model_dump_json()) == got
    assert made(Fact(True, "so"), scenario="other").scenario == "other"


@pytest.mark.parametrize(
    ("of", "rule", "severity", "weight"),
    [
        (sample, {}, "critical", 7.0),
        (sample, {"severity": "minor"}, "minor", 1.0),
        (sample, {"weight": 2}, "critical", 2.0),
        (weighty, {}, "major", 4.5),
        (weighty, {"severity": "blocker"}, "blocker", 10.0),
        (weighty, {"severity": "blocker", "weight": 0}, "blocker", 0.0),
    ],
)
def test_the_policy_has_the_last_word_on_severity_and_weight(
    of: Check[...], rule: dict[str, Any], severity: str, weight: float
) -> None:
    got = made(Fact(True, "so"), of, {"checks": {"test_scoring_results": rule}})
    assert (got.severity, got.weight) == (severity, weight)


@pytest.mark.parametrize(
    ("foreign", "rules", "advisory"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"test_scoring_results": {}}, False),
        (True, {"test_scoring_results": {"advisory": True}}, True),
        (False, {"test_scoring_results": {"advisory": True}}, True),
    ],
)
def test_a_foreign_check_is_advisory_until_the_policy_lists_it(
    foreign: bool, rules: dict[str, Any], advisory: bool
) -> None:
    got = made(Fact(True, "so"), policy={"checks": rules}, foreign=foreign)
    assert got.advisory == advisory
    assert got.weight == (0.0 if advisory else 7.0)


@pytest.mark.parametrize(
    "outcome",
    [Fact(True, "so"), Fact(False, "so"), measured(1.0), measured(Estimate(1.9, 1.5, 2.5, n=9)), NotApplicable("so")],
)
def test_a_fault_without_a_witness_proves_nothing(outcome: Outcome) -> None:
    windows = [FaultWindow("kill", 0.0, 1.0, {"pid": 7}), FaultWindow("partition", 1.0, 2.0)]
    got = made(outcome, windows=windows)
    assert (got.status, got.score) == ("UNKNOWN", NOTHING_KNOWN)
    assert got.reason.startswith("fault without a witness proves nothing")
    assert "partition" in got.reason
    assert "kill" not in got.reason
    assert made(outcome, windows=windows[:1]).status == made(outcome).status


def test_a_broken_or_skipped_check_stays_what_it_is() -> None:
    window = FaultWindow("partition", 1.0, 2.0)
    assert made(Broken("KeyError"), windows=[window]).status == "ERROR"
    assert made(Skipped("ann"), windows=[window]).status == "SKIPPED"


def test_a_retry_that_passes_is_flaky_not_a_pass() -> None:
    got = made(Fact(True, "so"), attempts=2)
    assert (got.status, got.flaky, got.attempts) == ("INCONCLUSIVE", True, 2)
    assert got.score == NOTHING_KNOWN
    failed = made(Fact(False, "so"), attempts=2)
    assert (failed.status, failed.flaky) == ("FAIL", False)
    assert not made(Fact(True, "so"), attempts=1).flaky


def test_the_policy_skips_by_name() -> None:
    got = made(Fact(True, "so"), policy={"checks": {"test_scoring_results": {"skip": "ann: no vendor here"}}})
    assert (got.status, got.reason, got.score) == ("SKIPPED", "ann: no vendor here", NOTHING_KNOWN)


@pytest.mark.parametrize(
    ("outcome", "expires", "waived"),
    [
        (Fact(False, "so"), "2026-02-01", True),
        (Fact(False, "so"), "2026-01-31", True),
        (Fact(False, "so"), "2026-01-30", False),
        (Unknown("so"), "2026-01-31", True),
        (Fact(True, "so"), "2026-01-31", False),
        (measured(1.0), "2026-01-31", False),
        (NotApplicable("so"), "2026-01-31", False),
    ],
)
def test_a_waiver_marks_a_finding_while_it_holds(outcome: Outcome, expires: str, waived: bool) -> None:
    got = made(outcome, policy={"waivers": [waiver(check="test_scoring_results", expires=expires)]})
    assert got.waived == waived
    assert got.status == made(outcome).status, "the waived check still counts as what it is"
    assert got.score == made(outcome).score


@pytest.mark.parametrize(
    ("given", "target", "waived"),
    [
        ({"scope": "shop"}, "shop", True),
        ({"scope": "shop"}, "desk", False),
        ({"scope": "shop"}, "", False),
        ({"bound": 3.0}, "", True),
        ({"bound": 2.5}, "", False),
    ],
)
def test_a_waiver_covers_its_target_up_to_its_bound(given: dict[str, Any], target: str, waived: bool) -> None:
    of = {"waivers": [waiver(check="test_scoring_results", **given)]}
    assert made(measured(3.0), policy=of, target=target).waived == waived


def test_what_cannot_be_waived_is_not() -> None:
    policy = {"waivers": [waiver(check="test_scoring_results")], "unwaivable": ["test_scoring_results"]}
    assert not made(Fact(False, "so"), policy=policy).waived
    assert made(Fact(False, "so"), policy={**policy, "unwaivable": []}).waived
