"""Results -> every number of a report, READY, NOT READY or INCONCLUSIVE, and what would change that. Pure.

NOT READY when a bar could not be reached even if everything unknown turned out well; READY when every bar is reached
even if it all turned out badly; INCONCLUSIVE otherwise. The rules are those of docs/scoring.md §3; the bars are built
in `bars.py`, the scores in `weighing.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from readiness.bars import Bar, Circumstances, bars_of
from readiness.model import SPEED_BOUND, Category, Profile, Verdict
from readiness.policy import RELEASE, STANDARD, TIERS, Policy
from readiness.report import CategoryScore, Decision, Interval, LedgerLine, Result
from readiness.scoring import NOTHING_KNOWN
from readiness.weighing import (
    capped,
    category_scores,
    critical_pass_rate,
    is_open_blocker,
    ledger,
    overall,
    scores_by_category,
    weigh,
)

EXACT_SEARCH = 12
"""Up to so many findings that may stand in for each other, the smallest set is found exactly; beyond, greedily."""

Answer = Literal["bad", "good", "full"]


@dataclass(frozen=True)
class Scores:
    """What a report says about a run as a whole."""

    results: tuple[Result, ...]
    """As judged: on a machine unfit to measure, performance is INCONCLUSIVE here."""
    overall_score: float | None
    overall_interval: Interval
    raw_score: float | None
    coverage: float
    critical_pass_rate: float | None
    category_scores: Mapping[Category, float | None]
    categories: tuple[CategoryScore, ...]
    ledger: tuple[LedgerLine, ...]
    decisions: tuple[Decision, ...]
    """Under the standard policy, then under the release policy."""
    critical_failures: tuple[str, ...]
    deployment_blockers: tuple[str, ...]


def assemble(
    results: Sequence[Result],
    standard: Policy = STANDARD,
    release: Policy = RELEASE,
    *,
    profile: Profile = "standard",
    interrupted: bool = False,
    unfit: str = "",
    partial: bool = False,
) -> Scores:
    """Return every number, list and decision of a report.

    ``unfit`` says why the machine could not measure; ``partial`` that only some suites or categories were asked for.
    """
    run = Circumstances(profile, interrupted, unfit, partial)
    results = doubted(results, unfit)
    weighed = weigh(results, standard)
    whole = capped(overall(weighed), results)
    rate = critical_pass_rate(results)
    categories = category_scores(results, standard)
    failures = [result for result in results if result.critical and result.status == "FAIL" and not result.waived]
    return Scores(
        results=results,
        overall_score=whole.score,
        overall_interval=whole.interval,
        raw_score=overall(weigh(results, standard, waivers=False)).score,
        coverage=float(whole.covered),
        critical_pass_rate=None if rate is None else float(rate),
        category_scores=scores_by_category(categories),
        categories=categories,
        ledger=ledger(weighed, whole),
        decisions=tuple(decide(results, policy, run) for policy in (standard, release)),
        critical_failures=tuple(sorted(result.check for result in failures)),
        deployment_blockers=tuple(sorted(result.check for result in results if is_open_blocker(result))),
    )


def doubted(results: Iterable[Result], unfit: str) -> tuple[Result, ...]:
    """On a machine unfit to measure, what depends on its speed is neither passed nor failed (docs/scoring.md)."""
    results = tuple(results)
    return tuple(map(_doubted, results)) if unfit else results


def _doubted(result: Result) -> Result:
    if result.category not in SPEED_BOUND or not (result.decided or result.status == "INCONCLUSIVE"):
        return result
    reason = f"not decided, because the machine was unfit to measure; it read: {result.reason}"
    return result.model_copy(update={"status": "INCONCLUSIVE", "score": NOTHING_KNOWN, "reason": reason})


def decide(results: Sequence[Result], policy: Policy, run: Circumstances | None = None) -> Decision:
    """Return the verdict under one policy, why, and the smallest sets of checks that would decide or turn it."""
    run = run or Circumstances()
    results = doubted(results, run.unfit)
    bars = [bar.in_whole_numbers() for bar in bars_of(results, policy, run)]
    verdict = _verdict(bars)
    by_check = {result.check: result for result in results}
    weights = {item.result.check: item.share for item in weigh(results, policy)}
    checks = {check for bar in bars for check in bar.parts}
    heaviest_first = sorted(checks, key=lambda check: (-weights.get(check, Fraction(0)), check))
    # A check that is required but has no result is among the undecided, and among what is to be repaired.
    undecided = [check for check in heaviest_first if check not in by_check or not by_check[check].decided]
    findings = [check for check in heaviest_first if check not in by_check or by_check[check].status != "PASS"]
    seconds = {check: result.duration_seconds for check, result in by_check.items()}
    return Decision(
        policy=policy.name,
        verdict=verdict,
        reason=_reason(verdict, bars),
        would_decide=tuple(
            sorted(_would_decide(verdict, bars, undecided, heaviest_first), key=lambda c: (seconds.get(c, 0.0), c))
        ),
        would_make_ready=_would_make_ready(verdict, bars, findings),
    )


def verdict_of(results: Sequence[Result], policy: Policy, run: Circumstances | None = None) -> Verdict:
    """Return the verdict alone: what `decide` says, without looking for what would change it."""
    run = run or Circumstances()
    return _verdict(bars_of(doubted(results, run.unfit), policy, run))


def tier_decisions(results: Sequence[Result], policy: Policy, run: Circumstances | None = None) -> tuple[Decision, ...]:
    """Return the decision under each service tier, from C to A: which promise this run supports, and what is missing.

    A tier sets every bar, so the policy's own threshold, floors and required checks have no say; the weights of the
    categories are the policy's. What passes a tier passes those before it.
    """
    weights = {"category_weights": policy.category_weights}
    return tuple(decide(results, tier.model_copy(update=weights), run) for tier in TIERS.values())


def _verdict(bars: Iterable[Bar], chosen: Iterable[str] = (), answer: Answer = "full") -> Verdict:
    """The verdict as it stands, or as it would be with an answer from each of the ``chosen`` checks."""
    chosen, ready = list(chosen), True
    for bar in bars:
        low, high = bar.low, bar.high
        for check in chosen:
            if part := bar.parts.get(check):
                value: Fraction = getattr(part, answer)
                low, high = low + value - part.low, high + value - part.high
        if high < bar.needed:
            return "NOT READY"
        ready = ready and low >= bar.needed
    return "READY" if ready else "INCONCLUSIVE"


def _reason(verdict: Verdict, bars: Iterable[Bar]) -> str:
    if verdict == "READY":
        said = [bar.met for bar in bars]
    elif verdict == "NOT READY":
        said = [bar.failed for bar in bars if bar.high < bar.needed]
    else:
        said = [bar.unclear for bar in bars if bar.low < bar.needed]
    sentence = "; ".join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _would_decide(
    verdict: Verdict, bars: Sequence[Bar], undecided: Sequence[str], every: Sequence[str]
) -> tuple[str, ...]:
    """The fewest checks that decide it, whether they all turn out well or all badly: undecided ones, if those can.

    Otherwise it takes decided ones too, whose intervals are wide: more samples narrow them.
    """
    if verdict != "INCONCLUSIVE":
        return ()

    def decides(chosen: Sequence[str]) -> bool:
        return all(_verdict(bars, chosen, answer) != "INCONCLUSIVE" for answer in ("good", "bad"))

    return _smallest(undecided, decides) or _smallest(every, decides)


def _would_make_ready(verdict: Verdict, bars: Sequence[Bar], findings: Sequence[str]) -> tuple[str, ...]:
    """The fewest findings whose repair gives READY; none where something else stands in the way."""
    return () if verdict == "READY" else _smallest(findings, lambda chosen: _verdict(bars, chosen) == "READY")


def _smallest(candidates: Sequence[str], holds: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """Return the smallest set for which a monotone condition holds; () where not even all of them do.

    What no set can do without is taken first. If the rest are few, all their sets are tried by size; else the first are
    taken until it holds, and what turned out to be superfluous is left out again.
    """
    if not holds(candidates):
        return ()
    needed = [check for check in candidates if not holds([other for other in candidates if other != check])]
    rest = [check for check in candidates if check not in needed]
    if len(rest) <= EXACT_SEARCH:
        by_size = (list(some) for size in range(len(rest) + 1) for some in combinations(rest, size))
        chosen = next(some for some in by_size if holds([*needed, *some]))
    else:
        chosen = next(rest[:size] for size in range(len(rest) + 1) if holds([*needed, *rest[:size]]))
        for check in reversed(chosen):
            without = [other for other in chosen if other != check]
            chosen = without if holds([*needed, *without]) else chosen
    return tuple(check for check in candidates if check in needed or check in chosen)
