"""What a policy is refused or warned about, held against the catalogue and the calendar."""

from datetime import date
from typing import Any

import pytest

from readiness.loader import Catalog, load
from readiness.model import Fact
from readiness.plugins import Check
from readiness.policy import RELEASE, STANDARD, TIERS, Policy
from readiness.policy_file import from_mapping
from readiness.policy_lint import complaints_about, warnings_about
from tests.readiness.results import waiver

TODAY = date(2026, 1, 10)


def _named(id: str, severity: Any, run: Any) -> Check[...]:
    run.__module__ = id
    return Check(run, "reliability", severity, "load", (), None, None, "")


def latency(recording: object, *, objective: float = 0.5, limit: float = 2.0) -> Fact:
    return Fact(True, "so")


def throughput(recording: object, *, objective: float = 100.0, limit: float = 10.0) -> Fact:
    return Fact(True, "so")


def durable(recording: object) -> Fact:
    return Fact(True, "so")


CATALOG = Catalog(checks={
    "latency": _named("latency", "major", latency),
    "throughput": _named("throughput", "critical", throughput),
    "durable": _named("durable", "blocker", durable),
})  # fmt: skip


def policy(**given: Any) -> Policy:
    return from_mapping(given, STANDARD)


def rules(check: str, **rule: Any) -> Policy:
    return policy(checks={check: rule})


@pytest.mark.parametrize("built_in", [STANDARD, RELEASE, *TIERS.values()], ids=lambda policy: policy.name)
def test_what_is_built_in_is_beyond_reproach(built_in: Policy) -> None:
    catalog = load()
    assert complaints_about(built_in, catalog) == []
    assert warnings_about(built_in, catalog, TODAY) == []


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (rules("latncy", weight=1), "checks.latncy: unknown check 'latncy' (did you mean 'latency'?)"),
        (policy(unwaivable=["durble"]), "unwaivable: unknown check 'durble' (did you mean 'durable'?)"),
        (policy(waivers=[waiver(check="latenci")]), "waivers.W1: unknown check 'latenci' (did you mean 'latency'?)"),
        (rules("durable", limit=1.0), "durable: unknown option 'limit'; may be set: nothing"),
        (rules("latency", limit="fast"), "latency: limit is 'fast'; right would be a float"),
        (
            rules("latency", limit=0.4),
            "checks.latency: objective 0.5 is worse than limit 0.4, where lower is better; set both",
        ),
        (
            rules("throughput", limit=101.0),
            "checks.throughput: objective 100 is worse than limit 101, where higher is better; set both",
        ),
        (
            policy(waivers=[waiver(check="throughput", expires="2026-02-10")]),
            "waivers.W1: expires 2026-02-10; throughput is critical, and such a check may be waived for 30 days: to 2026-02-09",
        ),
        (
            policy(
                checks={"latency": {"severity": "blocker"}}, waivers=[waiver(check="latency", expires="2026-02-10")]
            ),
            "waivers.W1: expires 2026-02-10; latency is blocker",
        ),
    ],
)
def test_what_no_run_can_be_held_against_is_an_error(given: Policy, complaint: str) -> None:
    (only,) = complaints_about(given, CATALOG)
    assert only.startswith(complaint)


def test_on_the_last_day_that_is_allowed_nothing_is_wrong() -> None:
    both = [waiver(check="throughput", expires="2026-02-09"), waiver(id="W2", check="latency", expires="2026-04-10")]
    assert complaints_about(policy(waivers=both), CATALOG) == []


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        (policy(threshold=0.69), "threshold 0.69: a system beyond its limits can be READY"),
        (policy(floors={"security": 0.69}), "floors.security 0.69 is under the threshold 0.7"),
        (policy(tier="B", floors={"security": 0.69}), "floors.security 0.69 is under the tier's 0.7"),
        (policy(category_weights={"security": 0}), "category_weights.security is 0"),
        (policy(unwaivable=[]), "unwaivable is empty"),
        (rules("durable", weight=0), "checks.durable: a blocker, and of weight 0"),
        (rules("durable", advisory=True), "checks.durable: a blocker, and advisory"),
        (policy(severity_weights={"blocker": 0}), "checks.durable: a blocker, and of weight 0"),
        (rules("latency", required=True, skip="ann: no"), "checks.latency: required, and skipped"),
        (policy(waivers=[waiver(check="latency", approver="Ann")]), "waivers.W1: ann both owns and approved it"),
        (
            policy(waivers=[waiver(check="latency", scope="shop")]),
            "waivers.W1: out of scope: it is for the target shop",
        ),
        (policy(waivers=[waiver(check="lost_update")]), "waivers.W1: forbidden"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(given: Policy, warning: str) -> None:
    (only,) = warnings_about(given, CATALOG, TODAY)
    assert only.startswith(warning)


@pytest.mark.parametrize(
    ("today", "said"),
    [("2026-01-09", "not yet"), ("2026-01-17", None), ("2026-01-18", "expiring"), ("2026-02-01", "expired")],
)
def test_a_waiver_is_warned_about_by_its_days(today: str, said: str | None) -> None:
    warnings = warnings_about(policy(waivers=[waiver(check="latency")]), CATALOG, date.fromisoformat(today))
    assert [warning.split(": ")[1] for warning in warnings] == ([said] if said else [])


@pytest.mark.parametrize(
    ("check", "rule", "points"),
    [
        ("latency", {"objective": 1.0, "limit": 1.5}, None),
        ("latency", {"objective": 1.0, "limit": 1.49}, 8),
        ("latency", {"objective": 1.0, "limit": 1.25}, 13),
        ("latency", {"objective": 1.0, "limit": 1.0}, 100),
        ("throughput", {"objective": 15.0, "limit": 10.0}, None),
        ("throughput", {"objective": 12.5, "limit": 10.0}, 13),
        ("latency", {"objective": 0.0, "limit": 1.0}, None),
    ],
)
def test_bars_too_close_amplify_noise(check: str, rule: dict[str, float], points: int | None) -> None:
    warnings = warnings_about(rules(check, **rule), CATALOG, TODAY)
    assert [warning.split("by ")[-1] for warning in warnings] == ([] if points is None else [f"{points} points of 100"])
