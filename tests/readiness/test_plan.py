"""What a run will do, and what is decided without running anything."""

from typing import Any

import pytest

from readiness.errors import ReadinessError, UsageError
from readiness.loader import Catalog, load
from readiness.model import CATEGORIES, NotApplicable, Skipped, Unknown
from readiness.plan import Plan, make_plan
from readiness.policy import STANDARD, Policy
from readiness.policy_file import from_mapping
from readiness.settings import EMBEDDED, Settings, read_settings
from readiness.targeting import TargetSpec


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def desk() -> Settings:
    return read_settings(EMBEDDED, variables={})


def changed(settings: Settings, **fields: Any) -> Settings:
    return settings.model_copy(update={"target": settings.target.model_copy(update=fields)})


NOT_OF_THE_DESK = ["owners_enforced", "rate_limit"]
"""Its description says why: it keeps one book, and limits orders instead of requests."""


def policy(**checks: Any) -> Policy:
    return from_mapping({"checks": checks}, STANDARD)


def refusal(*args: Any, **options: Any) -> str:
    with pytest.raises(ReadinessError) as caught:
        make_plan(*args, **options)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_everything_is_in_scope_unless_said_otherwise(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, desk, STANDARD)
    assert {check.id for check in plan.checks} == set(catalog.checks)
    assert sorted(plan.settled) == NOT_OF_THE_DESK, "the sample desk offers everything else"
    assert all(isinstance(outcome, NotApplicable) for outcome in plan.settled.values())
    wanted = {check.needs for check in catalog.checks.values() if check.id not in plan.settled}
    assert {scenario.id for scenario in plan.scenarios} == wanted
    assert not plan.scope.partial


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_selects_its_checks(catalog: Catalog, desk: Settings, category: str) -> None:
    plan = make_plan(catalog, desk, STANDARD, categories=(category,))
    assert (
        {check.id for check in plan.checks}
        == {id for id, c in catalog.checks.items() if c.category == category}
        != set()
    )
    wanted = {check.needs for check in plan.checks if check.id not in NOT_OF_THE_DESK}
    assert {scenario.id for scenario in plan.scenarios} == wanted
    assert plan.scope.partial
    assert category in plan.scope.sentence


def test_suites_select_by_scenario_and_several_names_add_up(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, desk, STANDARD, categories=("stress_testing", "security"))
    wanted = {
        id for id, c in catalog.checks.items()
        if c.category == "security" or catalog.scenarios[c.needs].suite == "stress_testing"
    }  # fmt: skip
    assert {check.id for check in plan.checks} == wanted
    assert {c.category for c in plan.checks} > {"security"}


def test_only_these_checks(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, desk, STANDARD, only=("latency_p95",))
    assert [check.id for check in plan.checks] == ["latency_p95"]
    assert [scenario.id for scenario in plan.scenarios] == ["steady_load"]
    assert plan.scope.selected == ("latency_p95",)


def test_unknown_names_are_told_with_the_nearest(catalog: Catalog, desk: Settings) -> None:
    assert "'relability' (did you mean 'reliability'?)" in refusal(catalog, desk, STANDARD, categories=("relability",))
    assert "'stres_testing' (did you mean 'stress_testing'?)" in refusal(
        catalog, desk, STANDARD, categories=("stres_testing",)
    )
    assert "did you mean 'lost_update'?" in refusal(catalog, desk, STANDARD, only=("lost_updates",))


def test_a_selection_without_a_check(catalog: Catalog, desk: Settings) -> None:
    with pytest.raises(UsageError, match="holds no check"):
        make_plan(catalog, desk, STANDARD, categories=("security",), only=("latency_p95",))


def test_unknown_options_are_told_together(catalog: Catalog, desk: Settings) -> None:
    settings = desk.model_copy(update={"scenarios": {"steady_lod": {}, "steady_load": {"ratee": 1.0, "rate": "fast"}}})
    rules = policy(latency_p59={}, latency_p95={"options": {"limt": 1.0}})
    told = refusal(catalog, settings, rules)
    assert len(told.splitlines()) == 5
    for part in (
        "scenarios: unknown 'steady_lod' (did you mean 'steady_load'?)",
        "policy.checks: unknown 'latency_p59' (did you mean 'latency_p9",
        "steady_load: unknown option 'ratee' (did you mean 'rate'?); may be set: ",
        "steady_load: rate is 'fast'; right would be a float",
        "latency_p95: unknown option 'limt' (did you mean 'limit'?); may be set: ",
    ):
        assert part in told


def test_a_list_may_be_set_where_the_elements_fit(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, desk.model_copy(update={"scenarios": {"user_grid": {"operations": [5, 25]}}}), STANDARD)
    assert plan.scenario_options["user_grid"]["operations"] == (5, 25)
    for wrong in ([5, "many"], 5):
        settings = desk.model_copy(update={"scenarios": {"user_grid": {"operations": wrong}}})
        assert "user_grid: operations is " in (told := refusal(catalog, settings, STANDARD))
        assert "right would be a list" in told


def test_options_are_set_over_the_profile(catalog: Catalog, desk: Settings) -> None:
    steady = catalog.scenarios["steady_load"]
    assert steady.profiles["quick"], "the test needs a scenario with a quick profile"
    quick, standard = steady.options("quick"), steady.options("standard")
    assert quick != standard
    settings = desk.model_copy(update={"scenarios": {"steady_load": {"rate": 3}}})
    plan = make_plan(catalog, settings, policy(latency_p95={"options": {"limit": 9}}), profile="quick")
    assert plan.scenario_options["steady_load"] == {**quick, "rate": 3.0}
    assert type(plan.scenario_options["steady_load"]["rate"]) is float
    assert plan.check_options["latency_p95"]["limit"] == 9.0
    assert make_plan(catalog, desk, STANDARD).scenario_options["steady_load"] == standard


def test_a_missing_capability_is_unknown_and_never_applied(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, changed(desk, metrics=None), STANDARD, only=("metrics_endpoint", "request_id"))
    assert plan.settled.keys() == {"metrics_endpoint"}
    outcome = plan.settled["metrics_endpoint"]
    assert isinstance(outcome, Unknown)
    assert "needs `metrics`" in outcome.reason


def test_a_missing_binding_names_its_roles(catalog: Catalog, desk: Settings) -> None:
    less = {name: binding for name, binding in desk.target.capabilities.items() if name != "counter"}
    plan = make_plan(catalog, changed(desk, capabilities=less), STANDARD, only=("lost_update",))
    assert plan.settled["lost_update"].reason.endswith("with the roles prepare, add, read")
    assert plan.scenarios == ()


def test_an_absent_capability_is_not_applicable_with_its_fact(catalog: Catalog, desk: Settings) -> None:
    binding = desk.target.capabilities["counter"].model_copy(update={"absent": "it counts nothing", "roles": {}})
    plan = make_plan(catalog, changed(desk, capabilities={**desk.target.capabilities, "counter": binding}), STANDARD)
    assert plan.settled["lost_update"] == NotApplicable("it counts nothing")
    assert "latency_p95" not in plan.settled


@pytest.mark.parametrize(("grants", "open_checks"), [
    (("read", "load", "write", "disrupt"), {"latency_p95", "lost_update", "graceful_shutdown"}),
    (("read", "load", "write"), {"latency_p95", "lost_update"}),
    (("read", "load"), {"latency_p95"}),
    (("read",), set()),
])  # fmt: skip
def test_nothing_is_done_that_was_not_granted(
    catalog: Catalog, desk: Settings, grants: tuple[str, ...], open_checks: set[str]
) -> None:
    only = ("latency_p95", "lost_update", "graceful_shutdown")
    plan: Plan = make_plan(catalog, changed(desk, grants=grants), STANDARD, only=only)
    assert set(only) - plan.settled.keys() == open_checks
    assert {scenario.effect for scenario in plan.scenarios} <= set(grants)
    assert all(isinstance(outcome, Unknown) for outcome in plan.settled.values())


def test_a_running_service_is_not_disrupted(catalog: Catalog) -> None:
    spec = TargetSpec(address="http://127.0.0.1:1", grants=("read", "load", "write", "disrupt"))
    plan = make_plan(catalog, Settings(target=spec), STANDARD)
    assert not [scenario for scenario in plan.scenarios if scenario.effect == "disrupt"]
    assert isinstance(plan.settled["graceful_shutdown"], Unknown)


def test_skipped_with_its_reason_also_where_a_capability_is_missing(catalog: Catalog, desk: Settings) -> None:
    rules = policy(metrics_endpoint={"skip": "Ada: next week"})
    plan = make_plan(catalog, changed(desk, metrics=None), rules, only=("metrics_endpoint",))
    assert plan.settled["metrics_endpoint"] == Skipped("Ada: next week")


def test_an_unknown_scheme_is_refused_before_anything_runs(catalog: Catalog) -> None:
    assert "unknown scheme 'gopher'" in refusal(catalog, Settings(target=TargetSpec(address="gopher://x")), STANDARD)


def test_a_short_profile_says_what_it_leaves_out_and_is_no_verdict_on_the_deployment(
    catalog: Catalog, desk: Settings
) -> None:
    long = {id for id, check in catalog.checks.items() if catalog.scenarios[check.needs].least != "quick"}
    assert long, "no scenario needs more time than quick has"
    plan = make_plan(catalog, desk, STANDARD, profile="quick")
    assert {check.id for check in plan.checks} == set(catalog.checks) - long
    assert plan.scope.partial
    assert f"the profile quick leaves out {len(long)} checks" in plan.scope.sentence


def test_a_check_that_is_asked_for_by_name_runs_in_any_profile(catalog: Catalog, desk: Settings) -> None:
    long = next(id for id, check in catalog.checks.items() if catalog.scenarios[check.needs].least != "quick")
    plan = make_plan(catalog, desk, STANDARD, only=(long, long), profile="quick")
    assert [check.id for check in plan.checks] == [long]


def test_without_a_weight_there_is_no_load_to_offer(catalog: Catalog, desk: Settings) -> None:
    weightless = tuple(operation.model_copy(update={"weight": 0.0}) for operation in desk.target.operations)
    plan = make_plan(catalog, changed(desk, operations=weightless), STANDARD, only=("latency_p95",))
    assert not plan.scenarios
    assert "an operation with a `weight`" in str(plan.settled["latency_p95"])


def test_what_others_would_leave_traces_in_runs_first(catalog: Catalog, desk: Settings) -> None:
    plan = make_plan(catalog, desk, STANDARD)
    assert plan.scenarios[0].id == "steady_load"
    rest = [scenario.id for scenario in plan.scenarios[1:]]
    assert rest == [id for id in catalog.scenarios if id in rest], "the others keep their order"
