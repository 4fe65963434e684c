"""Scorers that are broken on purpose, and the properties that have to notice.

Every mutant is a mistake that other gates make or that a change here could bring back. It stands in for the right
function wherever that was imported, while the properties that must catch it run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from readiness import weighing
from readiness.bars import Bar
from readiness.model import Verdict
from readiness.policy import Policy
from readiness.report import Interval, Result
from readiness.weighing import Total, Weighed

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Mutant:
    """A broken scorer: the name of what is replaced, by what (the right one is handed in), and who must notice."""

    says: str
    attribute: str
    broken: Callable[[Any], Any]
    caught_by: tuple[str, ...]


def known_only(counts: Callable[[Result], bool]) -> Callable[[Result], bool]:
    return lambda result: counts(result) and result.decided


def unknown_earns(low: int, high: int) -> Callable[[Any], Any]:
    def broken(earned: Any) -> Any:
        def wrong(result: Result, waivers: bool) -> Any:
            return earned(result, waivers) if result.decided else (Fraction(low), Fraction(high), None)

        return wrong

    return broken


def not_applicable_passes(weigh: Any) -> Any:
    def wrong(results: Iterable[Result], policy: Policy, *, waivers: bool = True) -> Any:
        passing = {"status": "PASS", "score": Interval(low=1.0, high=1.0)}
        results = [one.model_copy(update=passing) if one.status == "NOT_APPLICABLE" else one for one in results]
        return weigh(results, policy, waivers=waivers)

    return wrong


def waived_earns_all(earned: Any) -> Any:
    def wrong(result: Result, waivers: bool) -> Any:
        return (ONE, ONE, ONE) if waivers and result.waived else earned(result, waivers)

    return wrong


def waived_in_the_raw_score(weigh: Any) -> Any:
    return lambda results, policy, *, waivers=True: weigh(results, policy)


def last_one_wins(weigh: Any) -> Any:
    def wrong(results: Iterable[Result], policy: Policy, *, waivers: bool = True) -> Any:
        return weigh({result.check: result for result in results}.values(), policy, waivers=waivers)

    return wrong


def shares_changed(change: Callable[[Weighed, int], Fraction]) -> Callable[[Any], Any]:
    """Weights that are not divided by their sum, or not weights at all."""

    def broken(weigh: Any) -> Any:
        def wrong(results: Iterable[Result], policy: Policy, *, waivers: bool = True) -> Any:
            weighed = weigh(results, policy, waivers=waivers)
            return tuple(replace(item, share=change(item, len(weighed))) for item in weighed)

        return wrong

    return broken


def float_sums(total: Any) -> Any:
    def wrong(parts: Iterable[tuple[Fraction, Weighed]]) -> Total:
        parts = list(parts)
        exactly: Total = total(parts)
        if exactly.point is None:
            return exactly
        low = high = mean = covered = 0.0
        for weight, item in parts:
            low, high = low + float(weight) * float(item.low), high + float(weight) * float(item.high)
            if item.point is not None:
                mean, covered = mean + float(weight) * float(item.point), covered + float(weight)
        mean = mean / covered if covered else 0.0
        return Total(Fraction(low), Fraction(high), Fraction(covered), Fraction(mean), Fraction(mean))

    return wrong


def any_answer_covers(total: Any) -> Any:
    def wrong(parts: Iterable[tuple[Fraction, Weighed]]) -> Total:
        exactly: Total = total(parts)
        return replace(exactly, covered=ONE) if exactly.covered else exactly

    return wrong


def point_without_ends(total: Any) -> Any:
    def wrong(parts: Iterable[tuple[Fraction, Weighed]]) -> Total:
        exactly: Total = total(parts)
        return replace(exactly, point=exactly.mean)

    return wrong


def cap_on_the_point_alone(capped: Any) -> Any:
    def wrong(whole: Total, results: Iterable[Result]) -> Total:
        right: Total = capped(whole, results)
        return replace(right, low=whole.low, high=whole.high)

    return wrong


def verdict_from(compare: Callable[[Bar, Fraction, Fraction], Verdict]) -> Callable[[Any], Any]:
    """The gravest word that any bar gets."""

    def broken(_: Any) -> Any:
        def wrong(bars: Iterable[Bar], chosen: Iterable[str] = (), answer: str = "full") -> Verdict:
            said = set()
            for bar in bars:
                parts = [part for check in chosen if (part := bar.parts.get(check))]
                low = bar.low + sum((getattr(part, answer) - part.low for part in parts), ZERO)
                high = bar.high + sum((getattr(part, answer) - part.high for part in parts), ZERO)
                said.add(compare(bar, low, high))
            order: tuple[Verdict, ...] = ("NOT READY", "INCONCLUSIVE", "READY")
            return next((word for word in order if word in said), "READY")

        return wrong

    return broken


def pessimist(bar: Bar, low: Fraction, high: Fraction) -> Verdict:
    return "READY" if low >= bar.needed else "NOT READY"


def optimist(bar: Bar, low: Fraction, high: Fraction) -> Verdict:
    return "READY" if high >= bar.needed else "NOT READY"


def strict(bar: Bar, low: Fraction, high: Fraction) -> Verdict:
    return "READY" if low > bar.needed else "NOT READY" if high <= bar.needed else "INCONCLUSIVE"


def generous(bar: Bar, low: Fraction, high: Fraction) -> Verdict:
    close = bar.needed - Fraction("0.005")  # 0.695 is shown as 0.70
    return "READY" if low >= close else "NOT READY" if high < close else "INCONCLUSIVE"


def nothing_asked(_: Any) -> Any:
    return lambda *_: []


def blockers_whatever_they_are(_: Any) -> Any:
    return lambda result: result.severity == "blocker" and result.status not in ("PASS", "WARN")


def rounded_points(_: Any) -> Any:
    return lambda exactly, target: [round(float(value), 3) for value in exactly]


def no_line_for_the_cap(ledger: Any) -> Any:
    return lambda weighed, whole: tuple(line for line in ledger(weighed, whole) if line.check)


def hash_of_the_numbers(policy_hash: Any) -> Any:
    return lambda policy: policy_hash(policy.model_copy(update={"checks": {}}))


def first_that_helps(_: Any) -> Any:
    def wrong(candidates: Sequence[str], holds: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
        return tuple(candidates) if holds(candidates) else ()

    return wrong


def nothing_would(_: Any) -> Any:
    return lambda *_: ()


def suspiciously_good(score_of: Any) -> Any:
    def wrong(value: float, objective: float, limit: float, better: Any, unit: str) -> float:
        return (
            0.5
            if better == "lower" and value < objective / 2
            else float(score_of(value, objective, limit, better, unit))
        )

    return wrong


def waived_forever(_: Any) -> Any:
    return lambda waiver, today, end: None


def last_day_left_out(out_of_time: Any) -> Any:
    return lambda waiver, today, end: ("expired", "") if today == end else out_of_time(waiver, today, end)


def bound_of_the_value(_: Any) -> Any:
    return lambda waiver, result: "" if waiver.bound is None or (result.value or 0.0) <= waiver.bound else "beyond"


def by_the_value_alone(held: Any) -> Any:
    """No interval: what was measured is what is true."""

    def wrong(bare: Any, measured: Any, estimate: Any) -> Any:
        point = replace(estimate, low=estimate.value, high=estimate.value)
        return held(bare, measured, point)

    return wrong


def few_are_enough(held: Any) -> Any:
    return lambda bare, measured, estimate: held(bare, measured, replace(estimate, needed=0))


def shares_without_doubt(_: Any) -> Any:
    return lambda good, tries: Interval(low=good / tries, high=good / tries)


def one_less(missing: Any) -> Any:
    def wrong(good: int, tries: int, limit: float) -> int | None:
        many = missing(good, tries, limit)
        return None if many is None else max(1, many - 1) if many > 1 else 2

    return wrong


def half_steps(curve: Any) -> Any:
    return lambda value, objective, limit, *, better="lower": max(
        0.0, curve(value, objective, limit, better=better) - 0.01
    )


def turned_back(curve: Any) -> Any:
    """Beyond ten times the limit the logarithm is taken of the wrong side."""

    def wrong(value: float, objective: float, limit: float, *, better: str = "lower") -> float:
        right: float = curve(value, objective, limit, better=better)
        return 1.0 if better == "higher" and 0 < value < limit / 10 else right

    return wrong


def retried_is_fine(_: Any) -> Any:
    return lambda judged, attempts: (judged, False)


def without_required(_: Any) -> Any:
    return lambda results, policy, partial: []


def tiers_upside_down(tiers: Mapping[str, Policy]) -> Any:
    return {**tiers, "B": tiers["B"].model_copy(update={"threshold": 0.9})}


def a_tier_that_drops(tiers: Mapping[str, Policy]) -> Any:
    fewer = {check: rule for check, rule in tiers["A"].checks.items() if check != "error_rate"}
    return {**tiers, "A": tiers["A"].model_copy(update={"checks": fewer})}


def a_lax_release(release: Policy) -> Any:
    return release.model_copy(update={"threshold": 0.5, "all_must_pass": False, "required_profile": None})


MUTANTS = (
    Mutant("unknowns are renormalised away", "counts", known_only,
           ("an_answer_only_narrows_and_never_changes_a_decided_verdict", "what_is_not_known_is_never_a_pass_and_never_a_fail")),
    Mutant("an unknown counts as nothing", "_earned", unknown_earns(0, 0),
           ("an_answer_only_narrows_and_never_changes_a_decided_verdict", "the_sums_are_those_of_the_design")),
    Mutant("an unknown counts as a pass", "_earned", unknown_earns(1, 1),
           ("what_is_not_known_is_never_a_pass_and_never_a_fail",)),
    Mutant("what does not apply counts as unknown", "counts", lambda _: lambda result: not result.advisory,
           ("the_sums_are_those_of_the_design",)),
    Mutant("what does not apply counts as a pass", "weigh", not_applicable_passes, ("the_sums_are_those_of_the_design",)),
    Mutant("unknown weight is covered", "total", any_answer_covers, ("the_sums_are_those_of_the_design",)),
    Mutant("whatever is open fails", "_verdict", verdict_from(pessimist),
           ("an_answer_only_narrows_and_never_changes_a_decided_verdict", "what_is_not_known_is_never_a_pass_and_never_a_fail")),
    Mutant("whatever is open passes", "_verdict", verdict_from(optimist),
           ("an_answer_only_narrows_and_never_changes_a_decided_verdict", "a_run_without_an_answer_is_not_ready",
            "dropping_a_required_check_shows")),
    Mutant("> in place of >=", "_verdict", verdict_from(strict), ("a_bar_is_reached_by_reaching_it",)),
    Mutant("compared as it is shown, rounded", "_verdict", verdict_from(generous), ("a_bar_is_reached_by_reaching_it",)),
    Mutant("an empty run is fully covered", "_coverage_bar", nothing_asked, ("a_run_without_an_answer_is_not_ready",)),
    Mutant("an interrupted run is judged as a whole one", "_conditions", nothing_asked,
           ("an_interrupted_run_or_an_unfit_machine_is_never_ready",)),
    Mutant("an unfit machine measures on", "doubted", lambda _: lambda results, unfit: tuple(results),
           ("an_interrupted_run_or_an_unfit_machine_is_never_ready",)),
    Mutant("no cap", "capped", lambda _: lambda whole, results: whole, ("an_open_blocker_is_not_ready_and_under_the_cap",)),
    Mutant("the cap on the number, not on its ends", "capped", cap_on_the_point_alone,
           ("an_open_blocker_is_not_ready_and_under_the_cap", "the_score_lies_in_its_interval")),
    Mutant("blockers are averaged away", "_blocker_bar", nothing_asked, ("an_open_blocker_is_not_ready_and_under_the_cap",)),
    Mutant("sums of floats, in the order of the results", "total", float_sums,
           ("the_sums_are_those_of_the_design", "equal_scores_add_up_to_exactly_that_score", "the_order_does_not_matter")),
    Mutant("floats as their binary digits", "exact", lambda _: lambda number: Fraction(float(number)),
           ("the_sums_are_those_of_the_design",)),
    Mutant("weights are percentages of 120", "weigh", shares_changed(lambda item, _: item.share * 100 / 120),
           ("the_weights_of_all_sum_to_one", "equal_scores_add_up_to_exactly_that_score")),
    Mutant("every check weighs the same", "weigh", shares_changed(lambda _, count: Fraction(1, count)),
           ("the_sums_are_those_of_the_design",)),
    Mutant("weights are not divided by their sum", "weigh",
           shares_changed(lambda item, _: item.share * weighing.exact(item.result.weight) / 10),
           ("scaling_all_weights_changes_nothing", "the_weights_of_all_sum_to_one")),
    Mutant("of two results of a check the last one counts", "weigh", last_one_wins, ("the_same_check_twice_is_refused",)),
    Mutant("the point may leave its ends", "total", point_without_ends, ("the_score_lies_in_its_interval",)),
    Mutant("the ledger is rounded", "_rounded", rounded_points, ("the_ledger_sums_to_one_minus_the_score",)),
    Mutant("the cap costs nothing", "ledger", no_line_for_the_cap, ("the_ledger_sums_to_one_minus_the_score",)),
    Mutant("too good to be true is doubted", "score_of", suspiciously_good, ("a_better_value_never_lowers_the_score",)),
    Mutant("a waived value earns more than a pass", "_earned", waived_earns_all, ("a_better_value_never_lowers_the_score",)),
    Mutant("the raw score counts waivers", "weigh", waived_in_the_raw_score, ("a_waiver_never_raises_the_raw_score",)),
    Mutant("a waiver never ends", "_out_of_time", waived_forever, ("a_waiver_covers_findings_on_its_days_within_its_bound",)),
    Mutant("a waiver ends as its last day begins", "_out_of_time", last_day_left_out,
           ("a_waiver_covers_findings_on_its_days_within_its_bound",)),
    Mutant("a waiver holds beyond its bound", "_beyond_bound", lambda _: lambda *_: "",
           ("a_waiver_covers_findings_on_its_days_within_its_bound",)),
    Mutant("a bound is held to what was seen, not to what may be", "_beyond_bound", bound_of_the_value,
           ("an_answer_takes_no_waiver_away",)),
    Mutant("whatever may not be waived is", "_not_allowed", lambda _: lambda *_: None,
           ("a_waiver_covers_findings_on_its_days_within_its_bound",)),
    Mutant("advisory checks weigh", "counts", lambda _: lambda result: result.status != "NOT_APPLICABLE",
           ("an_advisory_check_never_moves_it", "the_sums_are_those_of_the_design")),
    Mutant("advisory blockers block", "may_block", blockers_whatever_they_are, ("an_advisory_check_never_moves_it",)),
    Mutant("nothing is required", "_must_bar", without_required, ("dropping_a_required_check_shows",)),
    Mutant("the hash leaves the checks out", "policy_hash", hash_of_the_numbers, ("dropping_a_required_check_shows",)),
    Mutant("a release asks for less", "RELEASE", a_lax_release, ("release_ready_is_ready",)),
    Mutant("tier B asks for more than A", "TIERS", tiers_upside_down, ("what_passes_a_tier_passes_those_before_it",)),
    Mutant("tier A forgets what B requires", "TIERS", a_tier_that_drops, ("what_passes_a_tier_passes_those_before_it",)),
    Mutant("everything is to be repaired", "_smallest", first_that_helps,
           ("the_repairs_are_the_fewest_that_give_ready", "what_would_decide_decides")),
    Mutant("nothing would help", "_smallest", nothing_would, ("the_repairs_are_the_fewest_that_give_ready",)),
    Mutant("the limit earns half", "LIMIT_SCORE", lambda _: 0.5,
           ("the_anchors_of_the_curve_are_exact", "the_side_of_the_limit_and_the_score_agree")),
    Mutant("the objective does not earn all", "curve", half_steps, ("the_anchors_of_the_curve_are_exact",)),
    Mutant("far under the limit it rises again", "curve", turned_back, ("a_better_value_never_earns_less",)),
    Mutant("what was measured is taken for what is", "_held_against_limit", by_the_value_alone,
           ("a_claim_needs_evidence_and_agrees_with_its_score",)),
    Mutant("any number of samples is enough", "_held_against_limit", few_are_enough,
           ("a_claim_needs_evidence_and_agrees_with_its_score",)),
    Mutant("a share is what was seen", "share_bounds", shares_without_doubt, ("the_tries_that_are_missing_are_exactly_enough",)),
    Mutant("one try too few is asked for", "_missing_tries", one_less, ("the_tries_that_are_missing_are_exactly_enough",)),
    Mutant("the third attempt is as good as the first", "_retried", retried_is_fine, ("a_retry_that_passes_is_no_pass",)),
)  # fmt: skip
