"""The life of a waiver, day by day; the clock is injected."""

from datetime import date
from typing import Any

import pytest

from readiness.loader import load
from readiness.model import Status
from readiness.policy import STANDARD, UNWAIVABLE, Policy
from readiness.policy_file import from_mapping
from readiness.report import Interval, Result, WaiverState
from readiness.waivers import calendar_states, covering, waiver_states
from tests.readiness.results import result, waiver

CHECK = "latency_p95"
SLOW = result(CHECK, "FAIL", 0.4, value=0.6, objective=0.2, limit=0.5, unit="s")


def policy(*waivers: dict[str, Any], **given: Any) -> Policy:
    return from_mapping({"waivers": list(waivers), **given}, STANDARD)


def state(
    given: dict[str, Any], *results: Result, today: str = "2026-01-15", target: str = "", **rules: Any
) -> WaiverState:
    (only,) = waiver_states(policy(waiver(**given), **rules), results, date.fromisoformat(today), target)
    return only


@pytest.mark.parametrize(
    ("today", "status", "days_left"),
    [
        ("2026-01-09", "not yet", 22),
        ("2026-01-10", "active", 21),
        ("2026-01-17", "active", 14),
        ("2026-01-18", "expiring", 13),
        ("2026-01-30", "expiring", 1),
        ("2026-01-31", "expiring", 0),
        ("2026-02-01", "expired", -1),
    ],
)
def test_a_waiver_from_before_its_first_day_to_after_its_last(today: str, status: str, days_left: int) -> None:
    got = state({}, SLOW, today=today)
    assert (got.status, got.days_left) == (status, days_left)
    held = covering(policy(waiver()), SLOW, date.fromisoformat(today))
    assert (held is not None) == (status in ("active", "expiring"))


def test_the_reason_says_the_days_in_words() -> None:
    assert state({}, SLOW, today="2026-01-10").reason == "it holds to the end of 2026-01-31 (UTC): 21 days are left"
    assert state({}, SLOW, today="2026-01-30").reason.endswith("1 day is left")
    assert state({}, SLOW, today="2026-01-31").reason.endswith("this is the last day")
    assert state({}, SLOW, today="2026-02-01").reason == "its last day was 2026-01-31 (UTC); the finding counts again"
    assert state({}, SLOW, today="2026-01-09").reason == "it holds from 2026-01-10 on (UTC)"


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ([], "latency_p95 is not in this run"),
        ([result(CHECK)], "latency_p95 passed: nothing is left to waive"),
        ([result(CHECK, "WARN")], "latency_p95 passed: nothing is left to waive"),
        ([result(CHECK, "NOT_APPLICABLE")], "latency_p95 does not apply: nothing is left to waive"),
    ],
)
def test_an_unused_waiver_says_why(results: list[Result], reason: str) -> None:
    got = state({}, *results)
    assert (got.status, got.reason) == ("unused", reason)


@pytest.mark.parametrize(
    ("bound", "status"), [(0.61, "active"), (0.6, "active"), (0.5999, "exceeded"), (None, "active")]
)
def test_the_bound_is_the_last_value_that_is_accepted(bound: float | None, status: str) -> None:
    assert state({"bound": bound}, SLOW).status == status


def test_an_exceeded_waiver_shows_both_numbers() -> None:
    assert state({"bound": 0.55}, SLOW).reason == "0.6 s is beyond its bound of 0.55 s; the finding counts again"


def test_the_bound_follows_the_direction_of_the_check() -> None:
    few = result(CHECK, "FAIL", 0.4, value=8.0, objective=100.0, limit=10.0, unit="1/s")
    assert state({"bound": 8.0}, few).status == "active"
    assert state({"bound": 8.5}, few).status == "exceeded"


@pytest.mark.parametrize("status", ["FAIL", "INCONCLUSIVE"])
@pytest.mark.parametrize(("bound", "state_"), [(0.7, "active"), (0.69, "exceeded")])
def test_a_finding_is_held_to_the_worst_that_it_may_be(status: Status, bound: float, state_: str) -> None:
    ends = Interval(low=0.4, high=0.7)
    wide = result(CHECK, status, (0.3, 0.6), value=0.6, objective=0.2, limit=0.5, unit="s", interval=ends, n=99)
    got = state({"bound": bound}, wide)
    assert got.status == state_
    if state_ == "exceeded":
        assert got.reason.startswith("0.6 s (it may be 0.7 s) is beyond its bound of 0.69 s")


@pytest.mark.parametrize(
    "unmeasured",
    [
        result(CHECK, "UNKNOWN"),
        result(CHECK, "FAIL"),
        result(CHECK, "INCONCLUSIVE", value=0.3, objective=0.2, limit=0.5),
        result(CHECK, "FAIL", value=0.6, objective=0.2, limit=0.5, n=20),
        result(
            CHECK, "INCONCLUSIVE", value=0.3, objective=0.2, limit=0.5, flaky=True, interval=Interval(low=0.2, high=0.4)
        ),
    ],
)
def test_a_bound_that_nothing_shows_to_hold_does_not_hold(unmeasured: Result) -> None:
    got = state({"bound": 9.0}, unmeasured)
    assert got.status == "exceeded"
    assert "measured" in got.reason
    assert covering(policy(waiver(bound=9.0)), unmeasured, date(2026, 1, 15)) is None


def test_a_waiver_for_another_target_does_not_cover_this_one() -> None:
    assert state({"scope": "shop"}, SLOW, target="shop").status == "active"
    other = state({"scope": "shop"}, SLOW, target="desk")
    assert (other.status, other.reason) == ("out of scope", "it is for the target shop, and this is desk")
    assert state({"scope": "shop"}, SLOW).status == "out of scope", "a target without a name is not the one"
    assert state({}, SLOW, target="desk").status == "active"


@pytest.mark.parametrize("check", UNWAIVABLE)
def test_lost_data_and_open_secrets_cannot_be_waived(check: str) -> None:
    assert state({"check": check}, result(check, "FAIL", severity="blocker")).status == "forbidden"
    freed = state({"check": check}, result(check, "FAIL", severity="blocker"), unwaivable=["another"])
    assert freed.status == "active", "the policy has the last word, and its hash shows it"


def test_what_is_on_the_list_exists() -> None:
    assert set(UNWAIVABLE) <= load().checks.keys()


@pytest.mark.parametrize(
    ("severity", "today", "status"),
    [
        ("critical", "2026-02-09", "expiring"),
        ("critical", "2026-02-10", "expired"),
        ("blocker", "2026-02-10", "expired"),
        ("major", "2026-02-10", "active"),
        ("major", "2026-04-10", "expiring"),
    ],
)
def test_a_grave_check_is_not_covered_for_longer_than_it_may_be(severity: str, today: str, status: str) -> None:
    grave = result(CHECK, "FAIL", severity=severity)
    got = state({"expires": "2026-04-10"}, grave, today=today)
    assert got.status == status
    if status == "expired":
        assert got.reason.startswith("its last day was 2026-02-09 (UTC) (2026-04-10 is too late for so grave a check)")


def test_the_one_that_holds_longest_covers() -> None:
    both = policy(waiver(), waiver(id="W2", expires="2026-02-20"), waiver(id="W0", expires="2026-02-20"))
    held = covering(both, SLOW, date(2026, 1, 15))
    assert held is not None
    assert held.id == "W2"
    assert [state.status for state in waiver_states(both, [SLOW], date(2026, 2, 10))] == [
        "expired",
        "expiring",
        "expiring",
    ]


def test_without_a_run_the_days_are_known_and_the_finding_is_not() -> None:
    days = {"2026-01-09": "not yet", "2026-01-10": "active", "2026-01-31": "expiring", "2026-02-01": "expired"}
    for today, status in days.items():
        (got,) = calendar_states(policy(waiver(bound=0.1)), date.fromisoformat(today))
        assert got.status == status
