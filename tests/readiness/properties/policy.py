"""What a better value, a waiver, an advisory check and a required one may do: docs/scoring.md §3 and §5."""

from datetime import timedelta

from hypothesis import strategies as st

from readiness.model import Estimate, Measured
from readiness.policy import STANDARD, Policy, policy_hash
from readiness.policy_file import from_mapping
from readiness.report import Result
from readiness.verdict import assemble, verdict_of
from tests.readiness.properties.statement import RANK, TODAY, always, numbers, of_sample, sample, whole
from tests.readiness.results import changed, some_policy, some_result, some_results, waiver

WAIVED = from_mapping({"waivers": [waiver(check=sample.id)]}, STANDARD)
BOUNDED = from_mapping({"waivers": [waiver(check=sample.id, bound=3.0)]}, STANDARD)


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
