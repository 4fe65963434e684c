"""What moved the score: each cause alone, together, and where nothing can be said."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.attribution import attribute, machine_differences, machine_key, unattributed
from readiness.model import Status
from readiness.report import Attribution, Fitness, Report, Result
from tests.readiness.results import result, some_results
from tests.readiness.runs import ENVIRONMENT, run, seconds

PARTS = ("service", "policy", "catalogue", "machine")


def parts(found: Attribution) -> tuple[float, ...]:
    return tuple(getattr(found, name) for name in PARTS)


def four(before: str, checks: str, rules: str, after: str, **new: Any) -> list[Report]:
    """Runs of four equal facts; each word has a letter for each: p passes, f fails."""
    words = {"p": "PASS", "f": "FAIL"}
    statuses: list[list[Status]] = [[words[letter] for letter in word] for word in (before, checks, rules, after)]  # type: ignore[misc]
    made = [run([result(f"check_{place}", status) for place, status in enumerate(row)]) for row in statuses]
    return [*made[:3], made[3].model_copy(update=new)]


@pytest.mark.parametrize(
    ("words", "expected", "named"),
    [
        (("pppp", "pppp", "pppp", "pppf"), (-0.25, 0.0, 0.0, 0.0), "fell from 1.000 to 0.750 (-0.2500): the service -0.2500"),
        (("pppp", "pppp", "ppff", "ppff"), (0.0, -0.5, 0.0, 0.0), "the policy (standard c6198a57c5c2 -> "),
        (("pppp", "pfff", "pfff", "pfff"), (0.0, 0.0, -0.75, 0.0), "the catalogue ("),
        (("ppff", "pfff", "pppf", "ffff"), (-0.75, 0.5, -0.25, 0.0), "fell from 0.500 to 0.000 (-0.5000): mostly the service -0.7500, "),
        (("ppff", "ppff", "pppf", "ppff"), (-0.25, 0.25, 0.0, 0.0), "came back"),
        (("pppp", "pppp", "pppp", "pppp"), (0.0, 0.0, 0.0, 0.0), "The score stayed at 1.000"),
    ],
)  # fmt: skip
def test_each_step_is_one_cause(words: tuple[str, str, str, str], expected: tuple[float, ...], named: str) -> None:
    found = attribute(*four(*words))
    assert parts(found) == expected
    assert named in found.sentence


def test_the_policy_is_named_with_both_hashes() -> None:
    reports = four("pppp", "pppp", "ppff", "ppff")
    new = reports[3].model_copy(
        update={"policy": {"name": "release"}, "environment": ENVIRONMENT | {"policy_hash": "0ff1ce"}}
    )
    found = attribute(reports[0], reports[1], reports[2], new)
    assert "the policy (standard c6198a57c5c2 -> release 0ff1ce) -0.5000" in found.sentence


# --- the machine ----------------------------------------------------------------------------------------------------


def slower(latency: Status, security: Status, **more: Any) -> Report:
    """A performance check and a security check of equal weight in the sums of their categories."""
    made: list[Result] = [seconds("latency", 0.2, status=latency).model_copy(update={"limit": None})]
    return run([*made, result("tokens", security, category="security")], **more)


def test_on_another_machine_performance_is_the_machines_and_the_rest_the_services() -> None:
    old, new = slower("PASS", "PASS"), slower("FAIL", "FAIL", environment={"cpus": 8})
    found = attribute(old, old, old, new)
    # Performance weighs 25 and security 20.
    assert found.machine == pytest.approx(-25 / 45)
    assert found.service == pytest.approx(-20 / 45)
    assert "The machine is another one (cpus 2 -> 8)" in found.sentence
    assert "cannot be told from the service" in found.sentence
    same = attribute(old, old, old, slower("FAIL", "FAIL"))
    assert (same.machine, same.service) == (0.0, -1.0)


@pytest.mark.parametrize(
    ("failed", "machine"),
    [
        (("performance",), 1.0),
        (("scalability", "performance"), 1.0),
        (("security",), 0.0),
        (("performance", "security"), None),
    ],
)
def test_the_cap_goes_with_the_blockers_that_brought_it(failed: tuple[str, ...], machine: float | None) -> None:
    def graded(status: Status, **more: Any) -> Report:
        sound = [
            result(f"{of}_{n}", category=of) for of in ("performance", "scalability", "security") for n in range(20)
        ]
        return run([*sound, *(result(of, status, severity="blocker", category=of) for of in failed)], **more)

    old, new = graded("PASS"), graded("FAIL", environment={"cpus": 8})
    assert new.overall_score == 0.49, "the cap holds the score down, not the sums"
    found = attribute(old, old, old, new)
    total = sum(parts(found))
    if machine is None:  # the cap would stand without the machine's blocker, too
        assert 0 < found.machine / total < 0.5
    else:
        assert found.machine == pytest.approx(machine * total)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"cpus": 4}, True), ({"system": "Linux 6.2"}, True), ({"cpu_model": "other"}, False), ({"python": "3.12.1"}, True),
        ({"python": "3.11.9"}, False), ({"memory_bytes": 24_000_000_000}, False), ({"memory_bytes": 23_000_000_000}, True),
        ({"machine": "aarch64"}, True), ({"git_revision": "other"}, False), ({"cpus": None}, False),
    ],
)  # fmt: skip
def test_what_makes_another_machine(changed: dict[str, Any], differs: bool) -> None:
    one, other = run([]), run([], environment=changed)
    assert bool(machine_differences(one, other)) == differs
    assert bool(machine_differences(other, one)) == differs


@pytest.mark.parametrize(
    ("readings", "differs"),
    [({"control_seconds": 0.0109}, False), ({"control_seconds": 0.0112}, True), ({"control_seconds": None}, False),
     ({"control_ratio": 9.0}, False), ({"steal_share": 0.3}, False)],
)  # fmt: skip
def test_a_machine_that_takes_longer_for_the_same_work_is_another_one(
    readings: dict[str, float | None], differs: bool
) -> None:
    old = run(
        [], fitness=Fitness(fit=True, readings={"control_seconds": 0.01, "control_ratio": 1.0, "steal_share": 0.0})
    )
    new = run([], fitness=Fitness(fit=True, readings=readings))
    assert bool(machine_differences(old, new)) == differs


def test_a_patch_of_python_is_the_same_machine_in_a_history() -> None:
    assert machine_key(ENVIRONMENT) == machine_key(ENVIRONMENT | {"python": "3.11.9", "git_revision": "other"})
    assert machine_key(ENVIRONMENT) != machine_key(ENVIRONMENT | {"cpus": 4})


# --- what is not known ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(4))
def test_without_a_score_nothing_is_attributed(place: int) -> None:
    reports = four("pppp", "pppp", "ppff", "pfff")
    reports[place] = run([result("x", "UNKNOWN")])
    found = attribute(*reports)
    assert parts(found) == (0.0, 0.0, 0.0, 0.0)
    assert found.sentence.endswith("has no score, so nothing can be attributed.")


def test_without_judging_again_nothing_is_claimed() -> None:
    found = unattributed(run([]), run([], environment={"catalogue_version": "new"}))
    assert parts(found) == (0.0, 0.0, 0.0, 0.0)
    assert "catalogue 4340aaccf202 -> new" in found.sentence
    assert "policy" not in found.sentence


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"fitness": Fitness(fit=False, reasons=("busy",))}, "In the later run the machine was unfit to measure"),
        ({"interrupted": True}, "The later run was interrupted"),
        ({}, "The git revision is the same"),
    ],
)
def test_every_caveat_is_said(new: dict[str, Any], said: str) -> None:
    assert said in attribute(*four("pppp", "pppp", "pppp", "pppf", **new)).sentence


def test_overlapping_scores_may_be_noise() -> None:
    old, new = (run([result("x", "WARN", ends), result("y")]) for ends in ((0.70, 0.95), (0.75, 0.99)))
    found = attribute(old, old, old, new)
    assert found.service > 0
    assert "overlap: the service's part may be noise" in found.sentence
    apart = attribute(*four("pppp", "pppp", "pppp", "pppf"))
    assert "overlap" not in apart.sentence


# --- properties -----------------------------------------------------------------------------------------------------


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.booleans())
def test_the_parts_sum_exactly(scores: list[float], moved: bool) -> None:
    reports = [run([result("x")]).model_copy(update={"overall_score": score}) for score in scores]
    reports[3] = reports[3].model_copy(update={"environment": ENVIRONMENT | {"cpus": 8 if moved else 2}})
    found = attribute(*reports)
    exact = sum(map(Fraction, parts(found)))
    assert float(exact) == sum(parts(found)), "the parts sum without rounding"
    assert float(exact) == pytest.approx(scores[3] - scores[0], abs=2.3e-16)


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(some_results(), some_results())
def test_another_machine_moves_only_what_depends_on_it(old: list[Result], new: list[Result]) -> None:
    before, after = run(old), run(new)
    elsewhere = run(new, environment={"cpus": 8})
    here, there = attribute(before, before, before, after), attribute(before, before, before, elsewhere)
    assert here.machine == 0.0
    assert there.machine + there.service == pytest.approx(here.service)
