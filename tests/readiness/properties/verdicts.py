"""What must hold of READY, NOT READY and INCONCLUSIVE under any policy: docs/scoring.md §3."""

from itertools import combinations

from hypothesis import strategies as st

from readiness.bars import Circumstances
from readiness.model import SPEED_BOUND, Profile, Status
from readiness.policy import RELEASE, STANDARD, TIERS, Policy
from readiness.report import Interval, Result
from readiness.verdict import assemble, decide, verdict_of
from readiness.weighing import counts
from tests.readiness.properties.statement import RANK, always, is_undecided, portions, profiles, whole
from tests.readiness.results import changed, numbered, replaced, result, some_policy, some_result, some_results


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
        not result.decided for result in assemble(results[:2], policy, unfit="steal").results if result.category in SPEED_BOUND
    )  # fmt: skip


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
