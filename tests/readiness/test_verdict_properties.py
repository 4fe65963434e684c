"""What must hold of any results under any policy: the list of design/scoring.md §3."""

from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.bars import Circumstances
from readiness.model import Estimate, Fact, Measured, Profile, Status
from readiness.plugins import check
from readiness.policy import STANDARD, Policy, policy_hash
from readiness.policy_file import from_mapping
from readiness.report import Interval, Result
from readiness.scoring import result_of
from readiness.verdict import Scores, assemble, decide
from readiness.weighing import counts
from tests.readiness.results import changed, portions, replaced, result, some_policy, some_result, some_results
from tests.readiness.test_scoring_results import TODAY

many = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
profiles: st.SearchStrategy[Profile] = st.sampled_from(("quick", "standard", "full"))
RANK = {"NOT READY": 0, "INCONCLUSIVE": 1, "READY": 2}


def numbers(scores: Scores) -> tuple[Any, ...]:
    """All that a reader could take for the outcome of the run."""
    return (
        scores.overall_score, scores.overall_interval, scores.raw_score, scores.coverage, scores.critical_pass_rate,
        dict(scores.category_scores), scores.ledger, scores.decisions, scores.critical_failures, scores.deployment_blockers,
    )  # fmt: skip


def is_undecided(result: Result) -> bool:
    return not result.decided and result.status != "NOT_APPLICABLE"


@st.composite
def answer(draw: st.DrawFn, old: Result) -> Result:
    """Any answer that an undecided check may still give."""
    status: Status = draw(st.sampled_from(("PASS", "WARN", "FAIL", "NOT_APPLICABLE")))
    if status == "NOT_APPLICABLE" and old.status != "INCONCLUSIVE":
        return changed(old, status, 0.0, 1.0)
    low, high = old.score.low, old.score.high
    if old.limit is None:
        low = high = draw(st.sampled_from((0.0, 1.0)))
        return changed(old, "PASS" if high else "FAIL", low, high)
    one, other = sorted((draw(portions(low, high)), draw(portions(low, high))))
    if one >= 0.7:
        return changed(old, "WARN", one, other)
    return changed(old, "FAIL", one, min(other, 0.7)) if other <= 0.7 else changed(old, "INCONCLUSIVE", one, other)


@given(st.data(), some_results(), some_policy(), some_result("open"), profiles)
@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
def test_an_answer_only_narrows_and_never_changes_a_decided_verdict(
    data: st.DataObject, results: list[Result], policy: Policy, open_: Result, profile: Profile
) -> None:
    results = [*results, open_ if is_undecided(open_) else changed(open_, "UNKNOWN", 0.0, 1.0)]
    undecided = [old for old in results if is_undecided(old)]
    before = assemble(results, policy, profile=profile)
    answered = replaced(results, data.draw(answer(data.draw(st.sampled_from(undecided)))))
    after = assemble(answered, policy, profile=profile)
    assert before.overall_interval.low <= after.overall_interval.low
    assert after.overall_interval.high <= before.overall_interval.high
    assert after.coverage >= before.coverage
    for old, new in zip(before.decisions, after.decisions, strict=True):
        assert old.verdict in ("INCONCLUSIVE", new.verdict)


@given(
    some_policy(), profiles, st.lists(st.sampled_from(("UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE")), max_size=5)
)
@many
def test_a_run_without_an_answer_is_not_ready(policy: Policy, profile: Profile, statuses: list[Status]) -> None:
    results = [result(f"c{i}", status) for i, status in enumerate(statuses)]
    assert decide(results, policy, Circumstances(profile)).verdict != "READY"
    assert decide([], policy, Circumstances(profile)).verdict == "INCONCLUSIVE"


@given(some_results(), some_policy(), st.booleans())
@many
def test_an_interrupted_run_or_an_unfit_machine_is_never_ready(
    results: list[Result], policy: Policy, unfit: bool
) -> None:
    run = Circumstances(unfit="steal") if unfit else Circumstances(interrupted=True)
    assert decide(results, policy, run).verdict != "READY"


@given(some_results(), some_policy(), st.randoms(use_true_random=False))
@many
def test_the_order_does_not_matter(results: list[Result], policy: Policy, random: Any) -> None:
    shuffled = random.sample(results, len(results))
    assert numbers(assemble(shuffled, policy)) == numbers(assemble(results, policy))


@given(some_results(), some_policy(), st.sampled_from((2.0, 3.0, 0.5, 100.0)), st.sampled_from((2.0, 7.0, 0.25)))
@many
def test_scaling_all_weights_changes_nothing(
    results: list[Result], policy: Policy, factor: float, other: float
) -> None:
    results = [old.model_copy(update={"weight": float(round(old.weight * 10))}) for old in results]
    scaled = [old.model_copy(update={"weight": old.weight * factor}) for old in results]
    weights = {category: weight * other for category, weight in policy.category_weights.items()}
    again = assemble(scaled, policy.model_copy(update={"category_weights": weights}))
    assert numbers(again) == numbers(assemble(results, policy))


@check(category="reliability", severity="critical", needs="any")
def sample(recording: object) -> Fact:
    return Fact(True, "so")


def measured(value: Estimate | float, *, waived: bool) -> Result:
    waiver = {"id": "W", "check": sample.id, "reason": "r", "owner": "o", "expires": TODAY.isoformat()}
    policy = from_mapping({"waivers": [waiver] if waived else []}, STANDARD)
    outcome = Measured(value, "s", 0.5, 2.0)
    return result_of(sample, outcome, policy=policy, today=TODAY, title="t", suite="s")


@given(some_results(), some_policy(), st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)), st.floats(1, 3), st.booleans())
@many
def test_a_better_value_never_lowers_the_score(
    results: list[Result], policy: Policy, values: tuple[float, float], spread: float, waived: bool
) -> None:
    better, worse = (
        assemble([*results, measured(Estimate(value, value / spread, value * spread, n=9), waived=waived)], policy)
        for value in sorted(values)
    )
    assert better.overall_interval.low >= worse.overall_interval.low
    assert better.overall_interval.high >= worse.overall_interval.high
    one, two = (assemble([*results, measured(value, waived=waived)], policy) for value in sorted(values))
    assert one.overall_score is None or two.overall_score is None or one.overall_score >= two.overall_score
    assert RANK[one.decisions[0].verdict] >= RANK[two.decisions[0].verdict]


@given(some_results(), some_policy(), some_result("one"))
@many
def test_a_waiver_never_raises_the_raw_score(results: list[Result], policy: Policy, one: Result) -> None:
    if one.status in ("PASS", "WARN", "NOT_APPLICABLE"):
        one = changed(one, "FAIL", 0.0, 0.0)
    without = [*results, one.model_copy(update={"waived": False})]
    waived = [*results, one.model_copy(update={"waived": True})]
    before, after = assemble(without, policy), assemble(waived, policy)
    assert after.raw_score == before.raw_score
    assert after.coverage == before.coverage
    assert after.overall_interval.low >= before.overall_interval.low, "nor does it lower what it is for"
    assert RANK[after.decisions[0].verdict] >= RANK[before.decisions[0].verdict]


@given(some_results(), some_policy(), some_result("foreign"))
@many
def test_an_advisory_check_never_moves_it(results: list[Result], policy: Policy, foreign: Result) -> None:
    advisory = foreign.model_copy(update={"advisory": True, "weight": 99.0})
    assert numbers(assemble([*results, advisory], policy)) == numbers(assemble(results, policy))


@given(some_results(), st.booleans())
@many
def test_dropping_a_required_check_shows(results: list[Result], there: bool) -> None:
    policy = from_mapping({"checks": {"must": {"required": True}}}, STANDARD)
    dropped = from_mapping({"checks": {"must": {"required": False}}}, policy)
    assert policy_hash(dropped) != policy_hash(policy)
    assert decide(results, policy).verdict != "READY"
    if there:
        ready = assemble([*results, result("must")], policy).decisions[0].verdict
        assert ready == assemble([*results, result("must")], dropped).decisions[0].verdict


@given(some_results(most=6), some_policy(), profiles)
@many
def test_the_repairs_are_the_fewest_that_give_ready(results: list[Result], policy: Policy, profile: Profile) -> None:
    run = Circumstances(profile)
    decision = decide(results, policy, run)
    findings = [old.check for old in results if counts(old) and old.status != "PASS"]

    def ready(checks: tuple[str, ...]) -> bool:
        repaired = [changed(old, "PASS", 1.0, 1.0) for old in results if old.check in checks]
        return decide(replaced(results, *repaired), policy, run).verdict == "READY"

    if decision.verdict == "READY":
        assert decision.would_make_ready == ()
        return
    sizes = [size for size in range(len(findings) + 1) if any(map(ready, combinations(findings, size)))]
    missing = [check for check in decision.would_make_ready if check not in findings]
    if missing:
        assert missing == ["c1"], "required, and not in the run or said not to apply"
    elif decision.would_make_ready:
        assert ready(decision.would_make_ready)
        assert len(decision.would_make_ready) == min(sizes)
    else:
        assert not sizes


@given(some_results(most=6), some_policy())
@settings(many, max_examples=150)
def test_what_would_decide_decides(results: list[Result], policy: Policy) -> None:
    results = [old.model_copy(update={"waived": False}) for old in results]
    decision = decide(results, policy)
    undecided = [old.check for old in results if counts(old) and not old.decided]
    asked = set(decision.would_decide)
    if not asked <= set(undecided):
        return  # no answers can decide it: a required check is absent, or an interval of a decided check is too wide

    def verdicts(checks: tuple[str, ...]) -> set[str]:
        return {
            decide([answered(old, well) if old.check in checks else old for old in results], policy).verdict
            for well in (True, False)
        }

    if asked:
        assert "INCONCLUSIVE" not in verdicts(decision.would_decide)
    smaller = [some for size in range(len(asked)) for some in combinations(undecided, size)]
    assert all("INCONCLUSIVE" in verdicts(some) for some in smaller)


def answered(old: Result, well: bool) -> Result:
    """The best or the worst that the check can still say."""
    end = old.score.high if well else old.score.low
    return old.model_copy(
        update={"status": "WARN" if well else "FAIL", "waived": False, "score": Interval(low=end, high=end)}
    )
