"""What must hold of any results under any policy: design/scoring.md §1 to §3, each as a statement that can be run.

`test_verdict_properties.py` runs every one on thousands of cases; `test_broken_scorers.py` shows that each can fail.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from readiness.bars import Circumstances
from readiness.curve import curve
from readiness.errors import ReadinessError
from readiness.model import CATEGORIES, Estimate, Fact, Measured, Profile, Share, Status
from readiness.plugins import check
from readiness.policy import RELEASE, STANDARD, TIERS, Policy, policy_hash
from readiness.policy_file import from_mapping
from readiness.report import Interval, Result
from readiness.scoring import judge, result_of
from readiness.verdict import Scores, assemble, decide, verdict_of
from readiness.weighing import Total, capped, counts, ledger, overall, weigh
from tests.readiness.results import changed, numbered, replaced, result, some_policy, some_result, some_results, waiver

RANK = {"NOT READY": 0, "INCONCLUSIVE": 1, "READY": 2}
TODAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Property:
    """A statement and the cases that it is made about."""

    holds: Callable[..., None]
    cases: tuple[st.SearchStrategy[Any], ...]

    def run(self, most: int, *, shrink: bool = True) -> int:
        """Try ``most`` cases, always the same ones, and return how many there were; AssertionError at a counterexample."""
        tried = 0

        def one(case: tuple[Any, ...]) -> None:
            nonlocal tried
            tried += 1
            self.holds(*case)

        settings(
            max_examples=most, deadline=None, derandomize=True, database=None,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )(given(st.tuples(*self.cases))(one))()  # fmt: skip
        return tried


PROPERTIES: dict[str, Property] = {}


def always(*cases: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a statement under its name."""

    def register(holds: Callable[..., None]) -> Callable[..., None]:
        PROPERTIES[holds.__name__] = Property(holds, cases)
        return holds

    return register


def numbers(scores: Scores) -> tuple[Any, ...]:
    """All that a reader could take for the outcome of the run."""
    return (
        scores.overall_score, scores.overall_interval, scores.raw_score, scores.coverage, scores.critical_pass_rate,
        dict(scores.category_scores), scores.ledger, scores.decisions, scores.critical_failures, scores.deployment_blockers,
    )  # fmt: skip


def whole(results: list[Result], policy: Policy) -> Total:
    """The total that a report shows."""
    return capped(overall(weigh(results, policy)), results)


def is_undecided(result: Result) -> bool:
    return not result.decided and result.status != "NOT_APPLICABLE"


profiles: st.SearchStrategy[Profile] = st.sampled_from(("quick", "standard", "full"))
portions = st.integers(0, 100).map(lambda n: n / 100)


# --- unknowns -------------------------------------------------------------------------------------------------------


def answered(old: Result, kind: int, one: float, other: float) -> Result:
    """Any answer that an undecided check may still give, within what is known of it."""
    if kind == 0 and old.status != "INCONCLUSIVE":
        return changed(old, "NOT_APPLICABLE", 0.0, 1.0)
    low, high = old.score.low, old.score.high
    if old.limit is None:
        return changed(old, "PASS", 1.0, 1.0) if one > other else changed(old, "FAIL", 0.0, 0.0)
    least, most = sorted(round(low + (high - low) * part, 2) for part in (one, other))
    if least >= 0.7:
        return changed(old, "WARN", least, most)
    return changed(old, "FAIL" if most <= 0.7 else "INCONCLUSIVE", least, most)


def asked(open_: Result) -> Result:
    return open_ if is_undecided(open_) else changed(open_, "UNKNOWN", 0.0, 1.0)


@always(some_results(most=5), some_policy(), some_result("open").map(asked), st.integers(0, 3), portions, portions)
def an_answer_only_narrows_and_never_changes_a_decided_verdict(
    results: list[Result], policy: Policy, open_: Result, kind: int, one: float, other: float
) -> None:
    asked, told = [*results, open_], [*results, answered(open_, kind, one, other)]
    before, after = whole(asked, policy), whole(told, policy)
    assert before.low <= after.low <= after.high <= before.high
    assert after.covered >= before.covered
    assert verdict_of(asked, policy) in ("INCONCLUSIVE", verdict_of(told, policy))


@always(some_results(most=5), some_policy(), some_result("lost"))
def what_is_not_known_is_never_a_pass_and_never_a_fail(results: list[Result], policy: Policy, lost: Result) -> None:
    known, unknown = [*results, lost], [*results, changed(lost, "UNKNOWN", 0.0, 1.0)]
    before, after = whole(known, policy), whole(unknown, policy)
    if lost.status == "NOT_APPLICABLE" or lost.waived:
        return  # what does not apply is decided, and a waiver holds of the unknown as well
    assert after.low <= before.low <= before.high <= after.high
    verdict = verdict_of(unknown, policy)
    assert verdict == "INCONCLUSIVE" or verdict == verdict_of(known, policy)


@always(some_policy(), profiles, st.lists(st.integers(0, 10**6), max_size=5))
def a_run_without_an_answer_is_not_ready(policy: Policy, profile: Profile, drawn: list[int]) -> None:
    statuses: tuple[Status, ...] = ("UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE")
    results = [
        changed(numbered(f"c{place}", number), statuses[number % 4], 0.0, 1.0) for place, number in enumerate(drawn)
    ]
    assert verdict_of(results, policy, Circumstances(profile)) != "READY"
    assert verdict_of([], policy, Circumstances(profile)) == "INCONCLUSIVE"


@always(some_results(most=6), some_policy(), st.booleans())
def an_interrupted_run_or_an_unfit_machine_is_never_ready(results: list[Result], policy: Policy, unfit: bool) -> None:
    run = Circumstances(unfit="steal") if unfit else Circumstances(interrupted=True)
    assert verdict_of(results, policy, run) != "READY"
    assert not unfit or all(
        not result.decided for result in assemble(results[:2], policy, unfit="steal").results if result.category == "performance"
    )  # fmt: skip


# --- sums -----------------------------------------------------------------------------------------------------------


def by_the_book(results: list[Result], policy: Policy) -> tuple[Fraction, Fraction, Fraction]:
    """Both ends and the coverage, written down once more as the design states them."""
    sums: dict[str, list[Fraction]] = {category: [Fraction(0)] * 4 for category in CATEGORIES}
    for one in results:
        if one.status == "NOT_APPLICABLE" or one.advisory:
            continue
        weight = Fraction(str(one.weight))
        known = weight if one.status in ("PASS", "WARN", "FAIL") else Fraction(0)
        added = (weight, weight * Fraction(str(one.score.low)), weight * Fraction(str(one.score.high)), known)
        sums[one.category] = [old + new for old, new in zip(sums[one.category], added, strict=True)]
    means = {category: [part / weight for part in parts] for category, (weight, *parts) in sums.items() if weight}
    between = {category: Fraction(str(policy.category_weights[category])) for category in means}  # type: ignore[index]
    every = sum(between.values(), Fraction(0))
    if not every:
        return Fraction(0), Fraction(1), Fraction(0)
    low, high, covered = (
        sum((between[category] * means[category][part] for category in means), Fraction(0)) / every for part in range(3)
    )
    return low, high, covered


@always(some_results(most=6), some_policy())
def the_sums_are_those_of_the_design(results: list[Result], policy: Policy) -> None:
    total = overall(weigh(results, policy, waivers=False))
    assert (total.low, total.high, total.covered) == by_the_book(results, policy)


@always(some_results(least=1, most=6), some_policy(), st.sampled_from((0.7, 0.85, 1.0, 0.1, 0.3)))
def equal_scores_add_up_to_exactly_that_score(results: list[Result], policy: Policy, score: float) -> None:
    even = [changed(old, "WARN", score, score) for old in results]
    total = overall(weigh(even, policy))
    assert total.score in (None, score)
    if total.score is not None:
        assert total.interval == Interval(low=score, high=score)


@always(some_results(most=6), some_policy())
def the_weights_of_all_sum_to_one(results: list[Result], policy: Policy) -> None:
    assert sum(item.share for item in weigh(results, policy)) in (0, 1)


@always(some_results(most=6), some_policy())
def the_score_lies_in_its_interval(results: list[Result], policy: Policy) -> None:
    total = whole(results, policy)
    assert 0 <= total.low <= total.high <= 1
    assert 0 <= total.covered <= 1
    assert total.point is None or total.low <= total.point <= total.high


@always(some_results(most=6), some_policy())
def the_ledger_sums_to_one_minus_the_score(results: list[Result], policy: Policy) -> None:
    weighed, total = weigh(results, policy), whole(results, policy)
    points = [line.points for line in ledger(weighed, total)]
    assert math.fsum(points) == (0.0 if total.score is None else 1.0 - total.score)
    capped_ = total.point is not None and overall(weighed).point != total.point
    assert capped_ == any("caps" in line.reason for line in ledger(weighed, total))


@always(some_results(most=4), some_policy(), some_result("gate"))
def an_open_blocker_is_not_ready_and_under_the_cap(results: list[Result], policy: Policy, gate: Result) -> None:
    failed = changed(gate, "FAIL", 0.0, 0.0).model_copy(
        update={"severity": "blocker", "advisory": False, "waived": False}
    )
    results = [*results, failed]
    assert verdict_of(results, policy) == "NOT READY"
    assert whole(results, policy).high <= Fraction("0.49")


@always(some_results(most=4), some_policy(), st.integers(0, 2**32))
def the_order_does_not_matter(results: list[Result], policy: Policy, seed: int) -> None:
    shuffled = Random(seed).sample(results, len(results))
    assert numbers(assemble(shuffled, policy)) == numbers(assemble(results, policy))


@always(some_results(least=1, most=4), some_policy(), st.integers(0, 2**16), st.integers(0, 2**16))
def the_same_check_twice_is_refused(results: list[Result], policy: Policy, one: int, other: int) -> None:
    again = numbered(results[one % len(results)].check, other)
    try:
        verdict_of([*results, again], policy)
    except ReadinessError:
        return
    raise AssertionError("two results of one check were added up")


@always(some_results(most=4), some_policy(), st.sampled_from((2.0, 3.0, 0.5, 100.0)), st.sampled_from((2.0, 7.0, 0.25)))
def scaling_all_weights_changes_nothing(results: list[Result], policy: Policy, factor: float, other: float) -> None:
    results = [old.model_copy(update={"weight": float(round(old.weight * 10))}) for old in results]
    scaled = [old.model_copy(update={"weight": old.weight * factor}) for old in results]
    weights = {category: weight * other for category, weight in policy.category_weights.items()}
    again = assemble(scaled, policy.model_copy(update={"category_weights": weights}))
    assert numbers(again) == numbers(assemble(results, policy))


# --- values, waivers, advisory and required checks ------------------------------------------------------------------


@check(category="reliability", severity="critical", needs="any")
def sample(recording: object) -> Fact:
    return Fact(True, "so")


WAIVED = from_mapping({"waivers": [waiver(check=sample.id)]}, STANDARD)
BOUNDED = from_mapping({"waivers": [waiver(check=sample.id, bound=3.0)]}, STANDARD)


def of_sample(outcome: Fact | Measured, policy: Policy = STANDARD, **given: Any) -> Result:
    return result_of(sample, outcome, policy=policy, today=TODAY, title="t", suite="s", **given)


@always(
    some_results(most=4), some_policy(), st.floats(0.1, 9), st.floats(0.1, 9), st.sampled_from((1.0, 1.1, 1.3, 2.0)),
    st.sampled_from((STANDARD, WAIVED, BOUNDED)),
)  # fmt: skip
def a_better_value_never_lowers_the_score(
    results: list[Result], policy: Policy, one: float, other: float, spread: float, waived: Policy
) -> None:
    values = [Estimate(value, value / spread, value * spread, n=9) for value in sorted((one, other))]
    better, worse = ([*results, of_sample(Measured(value, "s", 0.5, 2.0), waived)] for value in values)
    more, less = whole(better, policy), whole(worse, policy)
    assert less.low <= more.low
    assert less.high <= more.high
    if spread > 1.0:
        return  # where one is decided and the other is not, points and coverage are those of different checks
    assert less.point is None or more.point is None or less.point <= more.point
    assert RANK[verdict_of(better, policy)] >= RANK[verdict_of(worse, policy)]


def found(one: Result) -> Result:
    return changed(one, "FAIL", 0.0, 0.0) if one.status in ("PASS", "WARN", "NOT_APPLICABLE") else one


@always(some_results(most=4), some_policy(), some_result("one").map(found))
def a_waiver_never_raises_the_raw_score(results: list[Result], policy: Policy, one: Result) -> None:
    without = [*results, one.model_copy(update={"waived": False})]
    waived = [*results, one.model_copy(update={"waived": True})]
    raw = [assemble(some, policy).raw_score for some in (without, waived)]
    assert raw[0] == raw[1]
    before, after = whole(without, policy), whole(waived, policy)
    assert after.covered == before.covered
    assert after.low >= before.low, "nor does it lower what it is for"
    assert RANK[verdict_of(waived, policy)] >= RANK[verdict_of(without, policy)]


@always(st.integers(-40, 80), st.integers(0, 90), st.integers(0, 4), st.sampled_from((0.3, 0.7, 2.5, 3.0, 3.1)))
def a_waiver_covers_findings_on_its_days_within_its_bound(begin: int, days: int, kind: int, value: float) -> None:
    created, expires = TODAY - timedelta(begin), TODAY - timedelta(begin) + timedelta(days)
    given = {"check": sample.id, "created": created.isoformat(), "expires": expires.isoformat(), "bound": 3.0}
    scope = "" if kind < 2 else "shop"
    rules = {"waivers": [waiver(**given, scope=scope)], "unwaivable": [sample.id] if kind == 4 else []}
    result = of_sample(
        Measured(value, "s", 0.5, 2.0), from_mapping(rules, STANDARD), target="shop" if kind != 3 else "desk"
    )
    on_its_days = created <= TODAY <= min(expires, created + timedelta(30))
    assert result.waived == (on_its_days and 2.0 < value <= 3.0 and kind not in (3, 4))


@always(st.lists(st.integers(1, 100).map(lambda n: n / 20), min_size=6, max_size=6))
def an_answer_takes_no_waiver_away(drawn: list[float]) -> None:
    """More samples narrow an interval; what was covered while it was wide stays covered, or is no finding any more."""
    least, low, value, other, high, most = sorted(drawn)
    wide, narrow = Estimate(value, least, most, n=9), Estimate(other, low, high, n=99)
    before, after = (of_sample(Measured(one, "s", 0.5, 2.0), BOUNDED) for one in (wide, narrow))
    assert not before.waived or after.waived or after.status in ("PASS", "WARN")


@always(some_results(most=3), some_policy(), some_result("foreign"))
def an_advisory_check_never_moves_it(results: list[Result], policy: Policy, foreign: Result) -> None:
    advisory = foreign.model_copy(update={"advisory": True, "weight": 99.0})
    assert numbers(assemble([*results, advisory], policy)) == numbers(assemble(results, policy))


@always(some_results(most=5), some_policy(), some_result("must"))
def dropping_a_required_check_shows(results: list[Result], policy: Policy, must: Result) -> None:
    required = from_mapping({"checks": {"must": {"required": True}}}, policy)
    dropped = from_mapping({"checks": {"must": {"required": False}}}, required)
    assert policy_hash(dropped) != policy_hash(required)
    assert verdict_of(results, required) != "READY", "it is not even in the run"
    verdict = verdict_of([*results, must], required)
    if must.status in ("PASS", "WARN") and not must.advisory:
        assert verdict == verdict_of([*results, must], dropped)
    elif must.status != "FAIL" or not must.waived:
        assert verdict != "READY" or (must.waived and must.status == "INCONCLUSIVE")


# --- verdicts -------------------------------------------------------------------------------------------------------


@always(st.integers(0, 1000), st.sampled_from((-1, 0, 1)))
def a_bar_is_reached_by_reaching_it(bar: int, over: int) -> None:
    """Exactly on the bar is enough, and the least bit under it is not: for the score, the rate and the coverage."""
    reached = over >= 0
    policy = STANDARD.model_copy(update={"threshold": bar / 1000, "critical_pass_rate": 0.0, "coverage": 0.0})
    if 0 <= bar + over <= 1000:
        exactly = [result("a", "WARN", (bar + over) / 1000)]
        assert verdict_of(exactly, policy) == ("READY" if reached else "NOT READY")
    passing = bar % 21
    policy = STANDARD.model_copy(update={"threshold": 0.0, "critical_pass_rate": passing / 20, "coverage": 0.0})
    criticals = [result(f"c{i}", "PASS" if i < passing + over else "FAIL", severity="critical") for i in range(20)]
    if 0 <= passing + over <= 20:
        assert verdict_of(criticals, policy) == ("READY" if reached else "NOT READY")
    policy = STANDARD.model_copy(update={"threshold": 0.0, "critical_pass_rate": 0.0, "coverage": bar / 1000})
    known, unknown = result("a", weight=float(bar + over)), result("b", "UNKNOWN", weight=float(1000 - bar - over))
    if 0 < bar + over < 1000:
        assert verdict_of([known, unknown], policy) == ("READY" if reached else "INCONCLUSIVE")


@always(some_results(most=4), profiles)
def release_ready_is_ready(results: list[Result], profile: Profile) -> None:
    run, sound = (
        Circumstances(profile),
        [changed(old, "PASS", 0.85, 1.0) if old.check > "c1" else old for old in results],
    )
    for some in (results, sound):
        if verdict_of(some, RELEASE, run) == "READY":
            assert verdict_of(some, STANDARD, run) == "READY"


EVERY_TIER = tuple(dict.fromkeys(check for tier in TIERS.values() for check in tier.checks))


@always(
    some_results(most=2),
    profiles,
    st.integers(-2, len(EVERY_TIER) - 1),
    st.sampled_from((0.7, 0.75, 0.8, 0.83, 0.9, 1.0)),
)
def what_passes_a_tier_passes_those_before_it(
    results: list[Result], profile: Profile, missing: int, score: float
) -> None:
    there = [
        result(check, "WARN", score, category=category, weight=30.0, severity="critical")
        for place, check in enumerate(EVERY_TIER)
        for category in (("reliability", "security", "data_integrity")[place % 3],)
        if place != missing
    ]
    least, middle, most = (verdict_of([*results, *there], tier, Circumstances(profile)) for tier in TIERS.values())
    assert RANK[least] >= RANK[middle] >= RANK[most]


@always(some_results(most=4), some_policy(), profiles)
def the_repairs_are_the_fewest_that_give_ready(results: list[Result], policy: Policy, profile: Profile) -> None:
    run = Circumstances(profile)
    decision = decide(results, policy, run)
    findings = [old.check for old in results if counts(old) and old.status != "PASS"]

    def ready(checks: tuple[str, ...]) -> bool:
        repaired = [changed(old, "PASS", 1.0, 1.0) for old in results if old.check in checks]
        return verdict_of(replaced(results, *repaired), policy, run) == "READY"

    if decision.verdict == "READY":
        assert decision.would_make_ready == ()
        return
    missing = [check for check in decision.would_make_ready if check not in findings]
    sizes = (size for size in range(len(findings) + 1) if any(map(ready, combinations(findings, size))))
    if missing:
        assert missing == ["c1"], "required, and not in the run or said not to apply"
    elif decision.would_make_ready:
        assert ready(decision.would_make_ready)
        assert len(decision.would_make_ready) == next(sizes)
    else:
        assert next(sizes, None) is None


@always(some_results(most=4), some_policy())
def what_would_decide_decides(results: list[Result], policy: Policy) -> None:
    results = [old.model_copy(update={"waived": False}) for old in results]
    decision = decide(results, policy)
    undecided = [old.check for old in results if counts(old) and not old.decided]
    asked = set(decision.would_decide)
    if not asked <= set(undecided):
        return  # no answers can decide it: a required check is absent, or an interval of a decided check is too wide

    def verdicts(checks: tuple[str, ...]) -> set[str]:
        return {
            verdict_of([extreme(old, well) if old.check in checks else old for old in results], policy)
            for well in (True, False)
        }

    if asked:
        assert "INCONCLUSIVE" not in verdicts(decision.would_decide)
    elif decision.verdict == "INCONCLUSIVE":
        assert "INCONCLUSIVE" in verdicts(tuple(undecided))
    smaller = [some for size in range(len(asked)) for some in combinations(undecided, size)]
    assert all("INCONCLUSIVE" in verdicts(some) for some in smaller)


def extreme(old: Result, well: bool) -> Result:
    """The best or the worst that the check can still say."""
    end = old.score.high if well else old.score.low
    return old.model_copy(update={"status": "WARN" if well else "FAIL", "score": Interval(low=end, high=end)})


# --- one check ------------------------------------------------------------------------------------------------------

finite = st.floats(-1e9, 1e9, allow_nan=False) | st.floats(0.01, 10)


@always(finite, finite)
def the_anchors_of_the_curve_are_exact(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low == high:
        high = low + 1.0 if low + 1.0 != low else 2 * abs(low)
    assert curve(low, low, high) == curve(high, high, low, better="higher") == 1.0
    assert curve(high, low, high) == curve(low, high, low, better="higher") == 0.70
    if high > 0:
        assert curve(2 * high, low, high) == 0.0
    if low > 0:
        assert curve(low / 2, high, low, better="higher") == 0.0


@always(finite, finite, finite | st.sampled_from((math.inf, -math.inf)), finite, st.booleans())
def a_better_value_never_earns_less(one: float, two: float, value: float, other: float, lower: bool) -> None:
    small, large = sorted((value, other))
    if lower:
        scores = curve(large, min(one, two), max(one, two)), curve(small, min(one, two), max(one, two))
    else:
        bars = max(one, two), min(one, two)
        scores = curve(small, *bars, better="higher"), curve(large, *bars, better="higher")
    assert 0.0 <= scores[0] <= scores[1] <= 1.0


@always(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10), st.integers(0, 400), st.sampled_from((1, 59, 299)))
def a_claim_needs_evidence_and_agrees_with_its_score(a: float, b: float, c: float, n: int, needed: int) -> None:
    low, value, high = sorted((a, b, c))
    judged = judge(Measured(Estimate(value, low, high, n, needed), "s", 0.5, 2.0))
    assert judged.reason
    assert 0.0 <= judged.score.low <= judged.score.high <= 1.0
    if judged.status in ("PASS", "WARN"):
        assert n >= needed
        assert judged.score.low >= 0.70
        assert high <= 2.0
        assert judged.status == "WARN" or value <= 0.5
    elif judged.status == "FAIL":
        assert judged.score.high <= 0.70
        assert low > 2.0
    else:
        assert judged.status == "INCONCLUSIVE"
        assert n < needed or low <= 2.0 <= high


@always(st.integers(0, 60), st.integers(0, 5), st.integers(1, 990))
def the_tries_that_are_missing_are_exactly_enough(good: int, bad: int, thousandths: int) -> None:
    limit = thousandths / 1000
    judged = judge(Share(good, good + bad, limit=limit))
    if bad == 0 and judged.status in ("PASS", "WARN"):
        assert limit**good <= 0.05 * (1 + 1e-9), "so many clean tries come by luck in more than 5 of 100 runs"
    if judged.status != "INCONCLUSIVE" or not judged.n:
        return
    missing = int(judged.reason.split(": ")[1].split()[0])
    assert judge(Share(good + missing, good + bad + missing, limit=limit)).status in ("PASS", "WARN")
    assert judge(Share(good + missing - 1, good + bad + missing - 1, limit=limit)).status == "INCONCLUSIVE"


@always(st.floats(0.01, 9), st.integers(1, 5), st.booleans())
def a_retry_that_passes_is_no_pass(value: float, attempts: int, held: bool) -> None:
    for outcome in (Measured(value, "s", 0.5, 2.0), Fact(held, "so")):
        first, again = of_sample(outcome), of_sample(outcome, attempts=attempts)
        assert again.flaky == (attempts > 1 and first.status in ("PASS", "WARN"))
        assert again.status == ("INCONCLUSIVE" if again.flaky else first.status)
        assert again.score.low <= first.score.low
