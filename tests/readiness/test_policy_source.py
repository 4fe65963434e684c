"""Which policy a run is held against, and how the effective one is shown."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness.errors import PolicyError
from readiness.loader import load
from readiness.model import CATEGORIES
from readiness.policy import RELEASE, STANDARD, TIERS, Policy, policy_hash
from readiness.policy_file import from_mapping
from readiness.policy_lint import complaints_about, warnings_about
from readiness.policy_source import effective, read_layers, read_policy
from readiness.settings import Settings
from readiness.targeting import TargetSpec
from tests.readiness.results import waiver


def of(policy: dict[str, Any] | None = None) -> Settings:
    return Settings(target=TargetSpec(name="shop", address="http://127.0.0.1"), policy=policy or {})


def written(folder: Path, text: str) -> str:
    path = folder / "policy.yaml"
    path.write_text(text)
    return str(path)


def test_the_standard_policy_holds_where_nothing_is_said() -> None:
    assert read_policy(None, of()) == STANDARD
    assert read_policy("release", of()) == RELEASE


def test_the_settings_may_choose_a_base_and_a_tier() -> None:
    assert read_policy(None, of({"base": "release"})) == RELEASE
    assert read_policy(None, of({"tier": "B"})) == TIERS["B"]
    assert read_policy(None, of({"tier": "B", "threshold": 0.9})).threshold == 0.9
    layers = read_layers(None, of({"base": "release", "tier": "B", "coverage": 1.0}))
    assert [layer.source for layer in layers] == [
        "standard", "release", "tier B", "the policy section of the settings"
    ]  # fmt: skip


def test_a_file_stands_in_for_the_section(tmp_path: Path) -> None:
    name = written(tmp_path, "base: release\ncoverage: 1.0\n")
    assert read_policy(name, of({"threshold": 0.1})) == RELEASE.model_copy(update={"coverage": 1.0})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("threshold: [", "not readable as YAML"),
        ("- 1", "must be a mapping"),
        ("", "must be a mapping"),
        ("treshold: 1", "unknown name 'treshold' (did you mean 'threshold'?)"),
        ("base: relese", "unknown policy 'relese' (did you mean 'release'?)"),
        ("tier: D", "tier is 'D'; right would be 'A', 'B' or 'C'"),
        ("tier: [A]", "tier is ['A']; right would be"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_policy(written(tmp_path, text), of())
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(PolicyError, match=r"--policy nowhere.yaml: there is no such file"):
        read_policy("nowhere.yaml", of())


def test_each_value_says_where_it_comes_from() -> None:
    shown = effective(read_layers(None, of({"tier": "B", "threshold": 0.9, "floors": {"security": 0.95}})))
    lines = shown.splitlines()
    section = "the policy section of the settings"
    assert f"threshold: 0.9  # {section}; standard: 0.7" in lines
    assert "coverage: 0.9  # tier B; standard: 0.8" in lines
    assert f"  security: 0.95  # {section}" in lines
    assert "  reliability: 0.7  # tier B" in lines
    assert "  error_rate:  # tier B" in lines
    assert "all_must_pass: false" in lines, "what is the standard policy's needs no comment"
    assert "#" not in effective(read_layers(None, of()))


def test_a_category_weight_shows_the_usual_one() -> None:
    shown = effective(read_layers(None, of({"category_weights": {"monitoring": 20}})))
    assert "  monitoring: 20.0  # the policy section of the settings; standard: 10.0" in shown.splitlines()


portions = st.integers(0, 100).map(lambda n: n / 100)
rules = st.fixed_dictionaries({}, optional={
    "severity": st.sampled_from(("blocker", "info")), "weight": st.sampled_from((0.0, 2.5)), "required": st.booleans(),
    "limit": portions, "options": st.fixed_dictionaries({}, optional={"users": st.integers(1, 9), "note": st.text()}),
    "skip": st.text(min_size=1),
})  # fmt: skip
files = st.fixed_dictionaries({}, optional={
    "base": st.sampled_from(("standard", "release")), "tier": st.sampled_from(("A", "B", "C")),
    "name": st.text(min_size=1), "threshold": portions, "floors": st.dictionaries(st.sampled_from(CATEGORIES), portions),
    "severity_weights": st.dictionaries(st.sampled_from(("major", "info")), portions),
    "required_profile": st.sampled_from((None, "quick", "full")), "all_must_pass": st.booleans(),
    "checks": st.dictionaries(st.sampled_from(("error_rate", "crash_restart", "other")), rules),
    "unwaivable": st.lists(st.sampled_from(("lost_update", "other")), unique=True),
    "waivers": st.sampled_from(([], [waiver()], [waiver(bound=0.5, scope="shop: 'a'", reason="x # y\nz")])),
})  # fmt: skip


@given(files)
@example({"name": "a\nb # c", "checks": {"other": {"skip": "one\n\ntwo", "options": {"note": "x\u2028y: z"}}}})
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_shown_is_the_same_policy_again(data: dict[str, Any]) -> None:
    layers = read_layers(None, of(data))
    again = from_mapping(yaml.safe_load(effective(layers)), STANDARD)
    assert again == layers[-1].policy
    assert policy_hash(again) == policy_hash(layers[-1].policy)


PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def test_the_example_of_the_documentation_is_a_policy_without_reproach() -> None:
    example = yaml.safe_load(PAGE.read_text().split("```yaml\n")[1].split("```")[0])
    policy = from_mapping(example, STANDARD)
    catalog = load()
    assert complaints_about(policy, catalog) == []
    assert warnings_about(policy, catalog, date(2026, 1, 10), "shop") == []
    assert set(example) | {"name", "all_must_pass", "required_profile"} == {*Policy.model_fields, "base"}


def test_the_table_of_tiers_in_the_documentation_is_that_of_the_code() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line[:4] in ("| A ", "| B ", "| C ")]
    required: list[str] = []
    for (name, _, *bars, floor, profile, checks), tier in zip(rows, TIERS.values(), strict=True):
        required += [check for check in checks.split("`") if check in tier.checks]
        assert name.strip() == tier.tier
        assert [float(bar) for bar in bars] == [tier.threshold, tier.critical_pass_rate, tier.coverage]
        assert set(tier.floors.values()) == ({float(floor)} if tier.floors else set())
        assert profile.strip() == (tier.required_profile or "any")
        assert required == list(tier.checks)
