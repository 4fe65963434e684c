"""Two runs held against each other: what counts as a change, in which order, and in which words."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.comparison import compare, difference_interval, mismatches, shift_of, why_regressed
from readiness.measure.statistics import percentile
from readiness.model import SEVERITIES, SPEED_BOUND, Category, Status
from readiness.report import Attribution, Comparison, Fitness, Interval, Report, Result, ResultChange
from tests.readiness.results import result
from tests.readiness.runs import run, seconds

OPPOSITE = {"better": "worse", "worse": "better", "changed": "changed", "added": "removed", "removed": "added"}


def only(before: Result, after: Result, **options: Any) -> ResultChange | None:
    """The change of one check, None where it did not change."""
    found = compare(run([before]), run([after]), **options)
    assert len(found.changes) + found.unchanged == 1
    return found.changes[0] if found.changes else None


def kind(before: Result, after: Result, **options: Any) -> str | None:
    change = only(before, after, **options)
    return change.kind if change else None


# --- measured values ------------------------------------------------------------------------------------------------


def test_a_slowdown_beyond_the_noise_is_told_with_its_interval() -> None:
    change = only(seconds("latency_p95", 0.21), seconds("latency_p95", 0.35))
    assert change is not None
    assert change.kind == "worse"
    assert change.effect == pytest.approx(1.6667, abs=1e-4)
    assert change.effect_interval is not None
    assert 1.5 < change.effect_interval.low < 1.6667 < change.effect_interval.high < 1.85
    assert change.sentence.startswith("latency_p95 0.21 s -> 0.35 s: 1.67 times (1.5")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (seconds("x", 0.20, 0.05), seconds("x", 0.24, 0.05), "worse"),
        (seconds("x", 0.24, 0.05), seconds("x", 0.20, 0.05), "better"),
        (seconds("x", 0.20, 0.20), seconds("x", 0.24, 0.20), None),  # the interval of the ratio holds 1
        (seconds("x", 0.20, 0.001), seconds("x", 0.218, 0.001), None),  # proven, and too small to count
        (seconds("x", 0.20, 0.001), seconds("x", 0.221, 0.001), "worse"),
        (seconds("x", 0.20, None), seconds("x", 0.39, None), None),  # one reading each
        (seconds("x", 0.20, None), seconds("x", 0.41, None), "worse"),
        (seconds("x", 0.20, 0.05), seconds("x", 0.39, None), None),  # one interval is none
        (seconds("x", 0.20, None), seconds("x", 0.10, None), "better"),
    ],
)
def test_a_value_changed_only_beyond_the_noise_and_the_smallest_effect(
    before: Result, after: Result, expected: str | None
) -> None:
    assert kind(before, after) == expected


def test_the_smallest_effect_is_an_option() -> None:
    before, after = seconds("x", 0.200, 0.001), seconds("x", 0.212, 0.001)
    assert kind(before, after) is None
    assert kind(before, after, min_effect=0.05) == "worse"


def test_where_higher_is_better_more_is_better() -> None:
    slow = seconds("throughput", 100.0, unit="calls/s", objective=400.0, limit=50.0)
    fast = seconds("throughput", 200.0, unit="calls/s", objective=400.0, limit=50.0)
    assert kind(slow, fast) == "better"
    assert kind(fast, slow) == "worse"


def test_a_value_whose_better_side_nobody_knows_is_only_changed() -> None:
    before, after = (seconds("x", value, objective=2.0, limit=2.0) for value in (0.2, 0.4))
    assert kind(before, after) == "changed"


def test_another_unit_is_not_compared() -> None:
    assert kind(seconds("x", 0.2), seconds("x", 200.0, unit="ms", limit=2.0)) is None
    assert shift_of(seconds("x", 0.2), seconds("x", 200.0, unit="ms")) is None


def test_values_around_zero_are_compared_by_their_difference() -> None:
    def growth(value: float) -> Result:
        return seconds("memory_growth", value, None, unit="B", objective=2e7, limit=1e8)

    assert kind(growth(-1.2e7), growth(3e7)) is None
    assert kind(growth(-1.2e7), growth(9e7)) == "worse"


def test_shares_are_compared_by_newcombes_interval() -> None:
    def share(good: int, tries: int, low: float, high: float) -> Result:
        ends = Interval(low=low, high=high)
        return seconds("share", good / tries, unit="share", objective=1.0, limit=0.95).model_copy(
            update={"interval": ends}
        )

    few = share(49, 50, 0.8950, 0.9965)
    assert kind(share(50, 50, 0.9287, 1.0), few) is None
    many = share(4900, 5000, 0.97574, 0.98352)
    change = only(share(5000, 5000, 0.99923, 1.0), many)
    assert change is not None
    assert change.kind == "worse"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table II, method 10; Wilson's intervals from their formula.
        ((48, 80), (56, 70), (0.0524, 0.3339)),
        ((3, 10), (9, 10), (0.1705, 0.8090)),
        ((0, 10), (10, 10), (0.6075, 1.0000)),
    ],
)
def test_the_difference_of_shares_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    found = difference_interval(wilson(*first), wilson(*second))
    assert (found.low, found.high) == pytest.approx(expected, abs=5e-5)


def wilson(good: int, tries: int) -> tuple[float, float, float]:
    z2, share = 1.959964**2, good / tries
    centre, half = share + z2 / (2 * tries), math.sqrt(z2 * (share * (1 - share) / tries + z2 / (4 * tries**2)))
    return share, (centre - half) / (1 + z2 / tries), (centre + half) / (1 + z2 / tries)


def test_two_equal_services_seldom_differ_and_the_interval_holds_the_truth() -> None:
    """Percentiles of skewed samples: the 95 % interval of the ratio holds the true ratio in about 95 of 100."""
    chance = np.random.default_rng(7)
    held = alarms = 0
    for _ in range(400):
        old, new = (percentile(chance.lognormal(-2, 0.6, 500) * factor, 95) for factor in (1.0, 1.3))
        shift = shift_of(estimated(old.value, old.low, old.high), estimated(new.value, new.low, new.high))
        assert shift is not None
        assert shift.interval is not None
        held += shift.interval.low <= 1.3 <= shift.interval.high
        same = percentile(chance.lognormal(-2, 0.6, 500), 95)
        shift = shift_of(estimated(old.value, old.low, old.high), estimated(same.value, same.low, same.high))
        alarms += shift is not None and shift.moved != "no"
    assert held >= 0.93 * 400, f"the interval held the true ratio in {held} of 400"
    assert alarms <= 0.06 * 400, f"{alarms} of 400 pairs of equal services were told apart"


def estimated(value: float, low: float, high: float) -> Result:
    return seconds("p95", value).model_copy(update={"interval": Interval(low=low, high=high)})


# --- statuses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("PASS", "FAIL", "worse"), ("WARN", "FAIL", "worse"), ("PASS", "WARN", "worse"), ("FAIL", "PASS", "better"),
        ("PASS", "UNKNOWN", "worse"), ("PASS", "ERROR", "worse"), ("WARN", "SKIPPED", "worse"),
        ("PASS", "INCONCLUSIVE", "worse"), ("UNKNOWN", "PASS", "better"), ("FAIL", "UNKNOWN", "changed"),
        ("UNKNOWN", "FAIL", "changed"), ("UNKNOWN", "SKIPPED", "changed"), ("PASS", "NOT_APPLICABLE", "changed"),
        ("NOT_APPLICABLE", "FAIL", "changed"), ("PASS", "PASS", None), ("FAIL", "FAIL", None),
    ],
)  # fmt: skip
def test_a_fact_changes_with_its_status(before: Status, after: Status, expected: str | None) -> None:
    assert kind(result("x", before), result("x", after)) == expected


def test_the_limit_is_an_effect_that_counts() -> None:
    change = only(seconds("x", 1.95, 0.02), seconds("x", 2.06, 0.02, status="FAIL"))
    assert change is not None
    assert change.kind == "worse", "5 % more is below the smallest effect, but the limit lies between"
    assert change.sentence.startswith("x PASS -> FAIL, 1.95 s -> 2.06 s: 1.06 times (")


@pytest.mark.parametrize(
    ("value", "width", "expected"),
    [(0.51, 0.05, None), (0.51, None, None), (0.56, None, "worse")],  # the objective is 0.5 s
)
def test_short_of_the_objective_by_a_hair_is_noise(value: float, width: float | None, expected: str | None) -> None:
    assert kind(seconds("x", 0.49, width), seconds("x", value, width, status="WARN")) == expected


def test_a_pass_without_evidence_left_is_said_but_no_regression() -> None:
    found = compare(run([seconds("x", 1.8)]), run([seconds("x", 1.85, status="INCONCLUSIVE")]))
    assert [change.kind for change in found.changes] == ["changed"]
    assert found.regressions == ()


def test_a_measured_pass_that_is_lost_altogether_is_worse() -> None:
    """A result that is unknown has no limit: that is no limit that moved."""
    gone = result("x", "UNKNOWN", category="performance")
    assert kind(seconds("x", 0.2), gone) == "worse"
    assert kind(gone, seconds("x", 0.2)) == "better"


def test_where_the_limit_moved_the_service_is_not_worse() -> None:
    found = compare(run([seconds("x", 0.4)]), run([seconds("x", 0.4, status="FAIL", limit=0.2)]))
    assert [change.kind for change in found.changes] == ["changed"]
    assert "it was held against 0.5 s / 2 s, now against 0.05 s / 0.2 s" in found.changes[0].sentence
    assert found.regressions == ()


def test_a_slower_service_is_worse_even_where_the_limit_moved() -> None:
    assert kind(seconds("x", 0.4), seconds("x", 0.8, limit=4.0)) == "worse"


@pytest.mark.parametrize("category", SPEED_BOUND)
def test_on_an_unfit_machine_speed_is_neither_better_nor_worse(category: Category) -> None:
    unfit = Fitness(fit=False, reasons=("others used 40 % of the machine",))
    before = run([seconds("x", 0.2, category=category), seconds("y", 0.2, category="reliability")])
    slow = [seconds("x", 0.9, status="INCONCLUSIVE", category=category), seconds("y", 0.9, category="reliability")]
    found = compare(before, run(slow, fitness=unfit))
    assert {change.check: change.kind for change in found.changes} == {"x": "changed", "y": "worse"}
    assert found.regressions == ("y",)
    assert compare(run(slow, fitness=unfit), run([*slow[:1], seconds("y", 0.9, category="reliability")])).changes == ()


def test_a_waiver_that_ended_is_said() -> None:
    change = only(result("x", "FAIL", waived=True), result("x", "FAIL"))
    assert change is not None
    assert (change.kind, change.sentence) == ("changed", "x FAIL; it is no longer waived")


# --- the whole ------------------------------------------------------------------------------------------------------


def test_checks_come_and_go() -> None:
    found = compare(run([result("old"), result("both")]), run([result("new"), result("both")]))
    assert {change.check: change.kind for change in found.changes} == {"old": "removed", "new": "added"}
    assert found.unchanged == 1
    assert found.regressions == ()


def test_the_worst_comes_first_and_blockers_before_the_rest() -> None:
    before = [seconds("minor", 0.1, severity="minor"), seconds("blocker", 0.1, severity="blocker"), seconds("good", 0.4),
              seconds("major", 0.1), seconds("slower_major", 0.1), result("gone"), seconds("same", 0.3)]  # fmt: skip
    after = [seconds("minor", 0.9, severity="minor"), seconds("blocker", 0.2, severity="blocker"), seconds("good", 0.1),
             seconds("major", 0.2), seconds("slower_major", 0.4), seconds("same", 0.3)]  # fmt: skip
    found = compare(run(before), run(after))
    assert [change.check for change in found.changes] == ["blocker", "slower_major", "major", "minor", "gone", "good"]
    assert found.regressions == ("blocker", "slower_major", "major", "minor")
    assert found.sentence.startswith("4 worse, 1 removed, 1 better, 1 within the noise; score ")


def test_what_was_accepted_or_only_advises_fails_nothing() -> None:
    before = [result("waived"), result("advisory", advisory=True), result("real")]
    after = [result("waived", "FAIL", waived=True), result("advisory", "FAIL", advisory=True), result("real", "FAIL")]
    found = compare(run(before), run(after))
    assert [change.kind for change in found.changes] == ["worse"] * 3
    assert found.regressions == ("real",)
    said = why_regressed(found)
    assert said.startswith("worse than the baseline 20261121T062345-4f1c00: real PASS -> FAIL: so")
    assert "waived" not in said
    assert why_regressed(compare(run(before), run(before))) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"target": "shop"}, "another target: desk before, shop after"),
        ({"environment": {"profile": "quick"}}, "another profile: standard before, quick after"),
        ({"environment": {"cpus": 8}}, "another machine: cpus 2 -> 8"),
        ({"interrupted": True}, "the run after was interrupted"),
        ({"scope": {"partial": True, "selected": ("security",), "sentence": ""}}, "another scope: everything before, security after"),
    ],
)  # fmt: skip
def test_runs_that_are_not_alike_are_told_apart_loudly(more: dict[str, Any], said: str) -> None:
    before, after = run([result("x")]), run([result("x")], **more)
    assert mismatches(before, after) == (said,)
    assert f"Not like for like: {said}." in compare(before, after).sentence
    assert mismatches(before, before) == ()


def test_an_attribution_that_is_given_is_kept() -> None:
    given_one = Attribution(service=-0.1, policy=0.0, catalogue=0.0, machine=0.0, sentence="given")
    assert compare(run([]), run([]), attribution=given_one).attribution == given_one


def test_under_the_same_rules_the_change_is_attributed_and_under_others_nothing_is_claimed() -> None:
    before, after = run([result("x"), result("y")]), run([result("x"), result("y", "FAIL")])
    assert compare(before, after).attribution.service == -0.5
    other = after.model_copy(update={"environment": after.environment | {"policy_hash": "other"}})
    found = compare(before, other).attribution
    assert (found.service, found.policy) == (0.0, 0.0)
    assert found.sentence.startswith(
        "Nothing is attributed: the rules are not the same (policy standard c6198a57c5c2 -> "
    )


def test_empty_runs_have_no_change() -> None:
    found = compare(run([]), run([]))
    assert (found.changes, found.unchanged, found.score_before) == ((), 0, None)


# --- properties -----------------------------------------------------------------------------------------------------

values = st.one_of(st.sampled_from([0.0, -1.0, 0.5, 0.7, 1.0]), st.floats(0.001, 1000.0))


@st.composite
def some_result(draw: st.DrawFn, check: str) -> Result:
    """Any result, measured or not, believable or not."""
    statuses = ("PASS", "PASS", "WARN", "FAIL", "INCONCLUSIVE", "UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE")
    status: Status = draw(st.sampled_from(statuses))
    fields: dict[str, Any] = {"severity": draw(st.sampled_from(SEVERITIES))}
    fields["category"] = draw(st.sampled_from(("performance", "scalability", "security")))
    fields["waived"] = status == "FAIL" and draw(st.booleans())
    if draw(st.booleans()):
        value, width = draw(values), draw(st.sampled_from((0.0, 0.02, 0.3)))
        ends = Interval(low=value - width * abs(value), high=value + width * abs(value))
        fields |= {
            "value": value,
            "interval": draw(st.sampled_from((None, ends))),
            "unit": draw(st.sampled_from(("s", "share"))),
        }
        fields["objective"], fields["limit"] = draw(st.sampled_from(((0.5, 2.0), (1.0, 0.9), (1.0, 1.0), (None, None))))
    return result(check, status, **fields)


@st.composite
def some_run(draw: st.DrawFn) -> Report:
    names = draw(st.sets(st.sampled_from("abcde")))
    results = draw(st.permutations([draw(some_result(name)) for name in sorted(names)]))
    fitness = draw(st.sampled_from((Fitness(fit=True), Fitness(fit=False, reasons=("busy",)))))
    return run(results, fitness=fitness)


CASES = settings(max_examples=400, derandomize=True, deadline=None, database=None)


@CASES
@given(some_run())
def test_a_run_held_against_itself_shows_no_change(same: Report) -> None:
    found = compare(same, same)
    assert (found.changes, found.regressions) == ((), ())
    assert found.unchanged == len(same.results)


def mirrored(found: Comparison) -> dict[str, tuple[str, float | None]]:
    return {change.check: (OPPOSITE[change.kind], change.effect and 1 / change.effect) for change in found.changes}


@CASES
@given(some_run(), some_run())
def test_the_way_back_shows_the_opposite(one: Report, other: Report) -> None:
    there, back = compare(one, other), compare(other, one)
    expected = mirrored(there)
    assert {change.check: change.kind for change in back.changes} == {
        name: kind for name, (kind, _) in expected.items()
    }
    assert there.unchanged == back.unchanged
    for change in back.changes:
        effect = expected[change.check][1]
        assert (change.effect is None) == (effect is None)
        assert change.effect is None or change.effect == pytest.approx(effect)


@CASES
@given(some_run(), some_run(), st.floats(0, 3), st.floats(0, 3))
def test_a_greater_smallest_effect_shows_no_further_value(
    one: Report, other: Report, first: float, second: float
) -> None:
    fine, coarse = (compare(one, other, min_effect=effect) for effect in sorted((first, second)))
    assert {change.check for change in coarse.changes} <= {change.check for change in fine.changes}


@CASES
@given(some_run(), some_run())
def test_regressions_are_what_got_worse(one: Report, other: Report) -> None:
    found = compare(one, other)
    worse = {change.check for change in found.changes if change.kind == "worse"}
    assert set(found.regressions) <= worse
    assert {other_result.check for other_result in other.results if other_result.waived}.isdisjoint(found.regressions)
