"""What a policy file may say, what it means, and how it is refused."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from pydantic import ValidationError

from readiness.errors import PolicyError
from readiness.loader import load
from readiness.model import CATEGORIES
from readiness.policy import (
    BUILTIN,
    LONGEST_WAIVER,
    RELEASE,
    STANDARD,
    TIERS,
    CheckPolicy,
    Policy,
    builtin,
    policy_hash,
    raised,
)
from readiness.policy_file import from_mapping
from tests.readiness.results import waiver

WAIVER = waiver()


def complaints(data: object, base: Policy = STANDARD) -> list[str]:
    with pytest.raises(PolicyError) as error:
        from_mapping(data, base)
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
        ({"waivers": [{key: WAIVER[key] for key in WAIVER if key != "created"}]}, "waivers: 'W1' has no created"),
        ({"waivers": [{key: WAIVER[key] for key in WAIVER if key != "approver"}]}, "waivers: 'W1' has no approver"),
        ({"waivers": [{**WAIVER, "check": "latency_*"}]}, "waivers: 'W1' is too broad: 'latency_*'"),
        ({"waivers": [{**WAIVER, "bound": float("inf")}]}, "waivers: 'W1' has the bound inf"),
        ({"waivers": [{**WAIVER, "created": "2026-02-01"}]}, "waivers: 'W1' expires 2026-01-31, before it was created"),
        (
            {"waivers": [{**WAIVER, "expires": "2026-04-11"}]},
            "waivers: 'W1' holds for 91 days; right would be 90 at most, to 2026-04-10",
        ),
        ({"tier": "D"}, "tier is 'D'; right would be 'A', 'B' or 'C'"),
        ({"checks": {"a": {"limit": 1.0, "options": {"limit": 2.0}}}}, "checks.a: limit is given twice"),
        ({"checks": {"a": {"limit": float("nan")}}}, "checks.a.options: limit is nan; right would be a finite"),
        ({"checks": {"a": {"options": 3}}}, "checks.a.options is 3; right would be a mapping"),
        ({"checks": {"a": {"limt": 1.0}}}, "checks.a: unknown name 'limt' (did you mean 'limit'?)"),
        ({"unwaivable": "lost_update"}, "unwaivable is 'lost_update'; right would be a list"),
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
    lines = complaints({"treshold": 1, "coverage": 2, "checks": {"latency_p95": {"wieght": 1}}, "waivers": 3})
    assert [line.split()[0] for line in lines] == ["coverage", "checks.latency_p95:", "waivers", "unknown"]


@pytest.mark.parametrize("missing", ["category_weights", "severity_weights"])
def test_a_weight_left_out_is_not_taken_for_none(missing: str) -> None:
    weights = {"category_weights": {"security": 1.0}, "severity_weights": {"major": 1.0}}[missing]
    with pytest.raises(ValidationError, match="no weight for"):
        Policy.model_validate({**STANDARD.model_dump(), missing: weights})


def test_dates_may_stand_bare_in_yaml() -> None:
    bare = {**WAIVER, "created": date(2026, 1, 10), "expires": date(2026, 1, 31)}
    assert from_mapping({"waivers": [bare]}, STANDARD) == from_mapping({"waivers": [WAIVER]}, STANDARD)


def test_all_mistakes_of_all_waivers_are_shown_together() -> None:
    (line,) = complaints(
        {"waivers": [{**WAIVER, "owner": "", "expires": "soon"}, {**WAIVER, "id": "W2", "check": "*"}]}
    )
    for said in ("'W1' has no owner", "'W1' expires 'soon'", "'W2' is too broad"):
        assert said in line


def test_the_graver_the_shorter_it_may_be_waived() -> None:
    assert LONGEST_WAIVER == {"blocker": 30, "critical": 30, "major": 90, "minor": 90, "info": 90}


def test_options_that_are_none_leave_the_short_form_refused() -> None:
    assert len(complaints({"checks": {"a": {"limit": 1.0, "options": 3}}})) == 2


def test_limit_and_objective_are_short_for_options() -> None:
    short = from_mapping({"checks": {"a": {"limit": 2.0, "objective": 1.0, "weight": 3}}}, STANDARD)
    assert short == from_mapping(
        {"checks": {"a": {"options": {"limit": 2.0, "objective": 1.0}, "weight": 3}}}, STANDARD
    )
    both = from_mapping({"checks": {"a": {"limit": 4.0, "options": {"users": 5}}}}, short)
    assert both.checks["a"].options == {"limit": 4.0, "objective": 1.0, "users": 5}


def test_waivers_are_added_to_those_of_the_base() -> None:
    base = from_mapping({"waivers": [WAIVER]}, STANDARD)
    both = from_mapping({"waivers": [{**WAIVER, "id": "W2", "expires": "2026-03-01"}]}, base)
    assert [waiver.id for waiver in both.waivers] == ["W1", "W2"]


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


# --- tiers ----------------------------------------------------------------------------------------------------------


def test_each_tier_asks_for_at_least_what_the_one_before_asks() -> None:
    assert list(TIERS) == ["C", "B", "A"]
    policies = list(TIERS.values())
    for lower, higher in pairwise(policies):
        for bar in ("threshold", "critical_pass_rate", "coverage"):
            assert getattr(lower, bar) < getattr(higher, bar)
        assert all(higher.floors[category] >= floor for category, floor in lower.floors.items())
        assert lower.checks.keys() < higher.checks.keys()
        assert all(rule.required for rule in higher.checks.values())


def test_the_least_tier_is_the_standard_and_no_tier_is_the_default() -> None:
    least = {**TIERS["C"].model_dump(), "name": "standard", "tier": None}
    assert least == STANDARD.model_dump()
    assert STANDARD.tier is RELEASE.tier is None


def test_what_a_tier_requires_exists() -> None:
    assert TIERS["A"].checks.keys() <= load().checks.keys()


def test_a_tier_raises_and_takes_nothing_back() -> None:
    chosen = from_mapping({"tier": "B"}, STANDARD)
    assert (chosen.name, chosen.tier) == ("tier B", "B")
    assert (chosen.threshold, chosen.coverage, chosen.required_profile) == (0.80, 0.90, "standard")
    assert chosen.checks["error_rate"].required
    release = from_mapping({"tier": "C"}, RELEASE)
    assert release.model_copy(update={"name": "release", "tier": None}) == RELEASE
    assert release.name == "release, tier C"
    strict = STANDARD.model_copy(update={"floors": {"security": 0.9, "performance": 0.5}})
    assert raised(strict, "B").floors == {
        "security": 0.9,
        "performance": 0.5,
        "reliability": 0.7,
        "data_integrity": 0.7,
    }


def test_what_the_file_says_itself_stands_above_the_tier() -> None:
    chosen = from_mapping({"tier": "B", "threshold": 0.9, "checks": {"recovery_time": {"required": False}}}, STANDARD)
    assert chosen.threshold == 0.9
    assert not chosen.checks["recovery_time"].required
    assert chosen.checks["error_rate"].required
