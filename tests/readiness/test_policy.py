"""What a policy file may say, what it means, and how it is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.errors import PolicyError
from readiness.model import CATEGORIES
from readiness.policy import BUILTIN, RELEASE, STANDARD, CheckPolicy, Policy, builtin, from_mapping, policy_hash

WAIVER = {"id": "W1", "check": "latency_p95", "reason": "known", "owner": "ann", "expires": "2026-01-31"}


def complaints(data: object, base: Policy = STANDARD, **given: Any) -> list[str]:
    with pytest.raises(PolicyError) as error:
        from_mapping(data, base, **given)
    return str(error.value).splitlines()


def test_standard_is_the_default_of_the_design() -> None:
    assert (STANDARD.threshold, STANDARD.critical_pass_rate, STANDARD.coverage) == (0.70, 0.80, 0.80)
    assert not STANDARD.all_must_pass
    assert STANDARD.required_profile is None
    assert list(STANDARD.category_weights.values()) == [25, 25, 20, 15, 10, 20, 5]
    assert list(STANDARD.category_weights) == list(CATEGORIES)
    assert STANDARD.severity_weights == {"blocker": 10, "critical": 7, "major": 3, "minor": 1, "info": 0}
    assert STANDARD.floors == {}
    assert STANDARD.checks == {}
    assert STANDARD.waivers == ()


def test_release_asks_for_more() -> None:
    assert (RELEASE.threshold, RELEASE.coverage) == (0.85, 0.95)
    assert RELEASE.all_must_pass
    assert RELEASE.required_profile == "full"


def test_builtin_finds_by_name_and_names_the_nearest() -> None:
    assert builtin("standard") is STANDARD
    assert builtin("release") is RELEASE
    with pytest.raises(
        PolicyError, match=r"unknown policy 'relaese' \(did you mean 'release'\?\); built in: standard, release"
    ):
        builtin("relaese")


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        STANDARD.threshold = 0.1  # type: ignore[misc]


@pytest.mark.parametrize("data", [None, {}, {"base": "standard"}])
def test_nothing_said_changes_nothing(data: object) -> None:
    assert from_mapping(data, STANDARD) == STANDARD


def test_entries_are_laid_over_the_base_one_by_one() -> None:
    once = from_mapping(
        {
            "threshold": 1,
            "floors": {"security": 0.9},
            "category_weights": {"monitoring": 0},
            "severity_weights": {"info": 0.5},
            "checks": {
                "latency_p95": {"weight": 2, "options": {"limit": 3.0}},
                "other": {"skip": "ann: no vendor here"},
            },
        },
        STANDARD,
    )
    twice = from_mapping(
        {
            "floors": {"reliability": 0.5},
            "checks": {"latency_p95": {"severity": "minor", "options": {"objective": 1.0}}},
        },
        once,
    )
    assert twice.threshold == 1.0
    assert twice.coverage == STANDARD.coverage
    assert twice.floors == {"security": 0.9, "reliability": 0.5}
    assert twice.category_weights == {**STANDARD.category_weights, "monitoring": 0.0}
    assert twice.severity_weights == {**STANDARD.severity_weights, "info": 0.5}
    assert twice.checks["other"].skip == "ann: no vendor here"
    assert twice.checks["latency_p95"] == CheckPolicy(
        severity="minor", weight=2.0, options={"limit": 3.0, "objective": 1.0}
    )
    assert STANDARD.floors == {}, "the base is untouched"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"treshold": 0.8}, "unknown name 'treshold' (did you mean 'threshold'?)"),
        ({"threshold": 1.5}, "threshold is 1.5; right would be less than or equal to 1"),
        ({"threshold": True}, "threshold is True; right would be a number"),
        ({"threshold": float("nan")}, "threshold is nan; right would be a finite number"),
        ({"floors": {"perfomance": 0.5}}, "floors: unknown name 'perfomance' (did you mean 'performance'?)"),
        ({"floors": {"security": -0.1}}, "floors.security is -0.1; right would be greater than or equal to 0"),
        (
            {"category_weights": {"security": -1}},
            "category_weights.security is -1; right would be greater than or equal",
        ),
        ({"category_weights": dict.fromkeys(CATEGORIES, 0)}, "category_weights: every weight is 0"),
        ({"severity_weights": {"majr": 1}}, "severity_weights: unknown name 'majr' (did you mean 'major'?)"),
        ({"required_profile": "ful"}, "required_profile is 'ful'; right would be 'quick', 'standard' or 'full'"),
        ({"all_must_pass": "yes"}, "all_must_pass is 'yes'; right would be true or false"),
        ({"name": ""}, "name is ''; right would be some text"),
        ({"checks": {"a": {"wieght": 1}}}, "checks.a: unknown name 'wieght' (did you mean 'weight'?)"),
        ({"checks": {"a": {"severity": "majr"}}}, "checks.a.severity is 'majr'; right would be 'blocker', 'critical'"),
        ({"checks": {"a": {"weight": float("inf")}}}, "checks.a.weight is inf; right would be a finite number"),
        ({"checks": {"a": {"skip": ""}}}, "checks.a.skip is ''; right would be some text"),
        (
            {"checks": {"a": {"options": {"limit": float("inf")}}}},
            "checks.a.options: limit is inf; right would be a finite",
        ),
        ({"checks": {"a": {"required": True, "advisory": True}}}, "checks.a: it cannot be required and advisory"),
        ({"checks": {"a": 3}}, "checks.a is 3; right would be a mapping"),
        ({"checks": {5: {}}}, "the name 5 is not text"),
        ({3: 4}, "the name 3 is not text"),
        ({"checks": []}, "checks is []; right would be a mapping"),
        ({"waivers": 3}, "waivers is 3; right would be a list"),
        ({"waivers": [{**WAIVER, "owner": " "}]}, "waivers: 'W1' has no owner"),
        (
            {"waivers": [{**WAIVER, "expires": "20260131"}]},
            "waivers: 'W1' expires '20260131'; right would be a date like",
        ),
        (
            {"waivers": [{**WAIVER, "expires": "2026-02-30"}]},
            "waivers: 'W1' expires '2026-02-30'; right would be a date like",
        ),
        (
            {"waivers": [{**WAIVER, "expires": datetime(2026, 1, 31, tzinfo=UTC)}]},
            "waivers: 'W1' expires '2026-01-31T00:00:00",
        ),
        ({"waivers": [WAIVER, WAIVER]}, "waivers: 'W1' is used by 2 waivers"),
        ({"waivers": [{key: WAIVER[key] for key in WAIVER if key != "expires"}]}, "waivers.1.expires is missing"),
        (
            {"waivers": [{**WAIVER, "expiers": "2026-01-31"}]},
            "waivers.1: unknown name 'expiers' (did you mean 'expires'?)",
        ),
        (["threshold"], "a policy is ['threshold']; right would be a mapping of names to values"),
    ],
)
def test_a_mistake_is_named_in_the_words_of_the_file(data: object, complaint: str) -> None:
    (line,) = complaints(data)
    assert line.startswith(complaint)


def test_all_mistakes_are_shown_together() -> None:
    lines = complaints({"treshold": 1, "coverage": 2, "checks": {"latncy_p95": {"wieght": 1}}}, checks=["latency_p95"])
    assert len(lines) == 4
    assert "checks.latncy_p95: unknown check 'latncy_p95' (did you mean 'latency_p95'?)" in lines


def test_a_waiver_must_name_a_check_of_the_catalogue() -> None:
    assert complaints({"waivers": [{**WAIVER, "check": "latency_p59"}]}, checks=["latency_p95"]) == [
        "waivers.1.check: unknown check 'latency_p59' (did you mean 'latency_p95'?)"
    ]
    assert from_mapping({"waivers": [WAIVER]}, STANDARD, checks=["latency_p95"]).waivers[0].check == "latency_p95"


@pytest.mark.parametrize("missing", ["category_weights", "severity_weights"])
def test_a_weight_left_out_is_not_taken_for_none(missing: str) -> None:
    weights = {"category_weights": {"security": 1.0}, "severity_weights": {"major": 1.0}}[missing]
    with pytest.raises(ValidationError, match="no weight for"):
        Policy.model_validate({**STANDARD.model_dump(), missing: weights})


def test_a_waiver_holds_to_the_end_of_its_last_day() -> None:
    policy = from_mapping({"waivers": [{**WAIVER, "expires": date(2026, 1, 31)}]}, STANDARD)
    held = policy.waiver("latency_p95", date(2026, 1, 31))
    assert held is not None
    assert held.id == "W1"
    assert policy.waiver("latency_p95", date(2026, 2, 1)) is None
    assert policy.waiver("latency_p99", date(2026, 1, 1)) is None


def test_waivers_are_added_to_those_of_the_base() -> None:
    base = from_mapping({"waivers": [WAIVER]}, STANDARD)
    both = from_mapping({"waivers": [{**WAIVER, "id": "W2", "expires": "2026-03-01"}]}, base)
    assert [waiver.id for waiver in both.waivers] == ["W1", "W2"]
    later = both.waiver("latency_p95", date(2026, 1, 1))
    assert later is not None
    assert later.id == "W2", "the one that holds longest"


def test_the_hash_is_stable_and_changes_with_everything() -> None:
    assert policy_hash(STANDARD) == policy_hash(Policy.model_validate(STANDARD.model_dump()))
    assert len(policy_hash(STANDARD)) == 12
    int(policy_hash(STANDARD), 16)
    required = from_mapping({"checks": {"a": {"required": True}}}, STANDARD)
    dropped = from_mapping({"checks": {"a": {"required": False}}}, required)
    changed = [
        from_mapping(data, STANDARD)
        for data in ({"threshold": 0.71}, {"floors": {"security": 0.1}}, {"waivers": [WAIVER]})
    ]
    hashes = {policy_hash(policy) for policy in (*BUILTIN.values(), required, dropped, *changed)}
    assert len(hashes) == 7


def test_the_hash_does_not_depend_on_the_order_of_the_file() -> None:
    one = from_mapping({"floors": {"security": 0.5, "reliability": 0.6}, "coverage": 1}, STANDARD)
    other = from_mapping({"coverage": 1.0, "floors": {"reliability": 0.6, "security": 0.5}}, STANDARD)
    assert policy_hash(one) == policy_hash(other)
