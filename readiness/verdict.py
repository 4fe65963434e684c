"""Scores -> READY, NOT READY or INCONCLUSIVE, and what would change it, by the rules of design/scoring.md §3. Pure.

A policy is a set of bars. Each bar is reached by a sum to which every check adds a part that lies between two ends: NOT READY
when a high end stays under its bar, READY when every low end reaches it, INCONCLUSIVE otherwise. An answer only narrows a
part, so it never changes a verdict that is decided.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from readiness.model import (
    PROFILES,
    Category,
    CategoryScore,
    Decision,
    Interval,
    LedgerLine,
    Profile,
    Result,
    Verdict,
)
from readiness.policy import RELEASE, STANDARD, Policy
from readiness.scoring import NOTHING_KNOWN
from readiness.weighing import (
    Weighed,
    capped,
    category_scores,
    counts,
    critical_pass_rate,
    exact,
    is_open_blocker,
    ledger,
    may_block,
    overall,
    passed,
    scores_by_category,
    weigh,
)

EXACT_SEARCH = 12
"""Up to so many findings that may stand in for each other, the smallest set is found exactly; beyond, greedily."""

Answer = Literal["bad", "good", "full"]

_ZERO, _ONE = Fraction(0), Fraction(1)


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
) -> Scores:
    """Return every number, list and decision of a report. ``unfit`` says why the machine could not measure."""
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
        decisions=tuple(
            decide(results, policy, profile=profile, interrupted=interrupted, unfit=unfit)
            for policy in (standard, release)
        ),
        critical_failures=tuple(sorted(result.check for result in failures)),
        deployment_blockers=tuple(sorted(result.check for result in results if is_open_blocker(result))),
    )


def doubted(results: Iterable[Result], unfit: str) -> tuple[Result, ...]:
    """On a machine unfit to measure, performance is neither passed nor failed (design/scoring.md §4)."""
    results = tuple(results)
    if not unfit:
        return results
    unknown = {"status": "INCONCLUSIVE", "score": NOTHING_KNOWN, "reason": f"the machine was unfit to measure: {unfit}"}
    return tuple(
        result.model_copy(update=unknown)
        if result.category == "performance" and (result.decided or result.status == "INCONCLUSIVE")
        else result
        for result in results
    )


def decide(
    results: Sequence[Result],
    policy: Policy,
    *,
    profile: Profile = "standard",
    interrupted: bool = False,
    unfit: str = "",
) -> Decision:
    """Return the verdict under one policy, why, and the smallest sets of checks that would decide it or make it READY."""
    results = doubted(results, unfit)
    weighed = weigh(results, policy)
    bars = [
        *_conditions(policy, profile, interrupted, unfit),
        *_blocker_bar(results),
        *_must_bar(results, policy),
        *_score_bars(weighed, policy),
        *_critical_bar(results, policy),
        *_coverage_bars(weighed, policy),
    ]
    verdict = _verdict(bars)
    weight = {item.result.check: item.share for item in weighed}
    seconds = {result.check: result.duration_seconds for result in results}
    heaviest_first = sorted(
        {check for bar in bars for check in bar.parts}, key=lambda check: (-weight.get(check, _ZERO), check)
    )
    return Decision(
        policy=policy.name,
        verdict=verdict,
        reason=_reason(verdict, bars),
        would_decide=_cheapest_first(_would_decide(verdict, bars, heaviest_first), seconds),
        would_make_ready=_would_make_ready(verdict, bars, heaviest_first),
    )


# --- verdicts -------------------------------------------------------------------------------------------------------


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
        said = [bar.met for bar in bars if bar.met]
    elif verdict == "NOT READY":
        said = [bar.failed for bar in bars if bar.high < bar.needed]
    else:
        said = [bar.unclear for bar in bars if bar.low < bar.needed]
    sentence = "; ".join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _would_decide(verdict: Verdict, bars: Sequence[Bar], checks: Sequence[str]) -> tuple[str, ...]:
    """The fewest open checks that decide it, whether they all turn out well or all badly."""
    if verdict != "INCONCLUSIVE":
        return ()
    undecided = [check for check in checks if any(_is_open(bar.parts.get(check)) for bar in bars)]

    def decides(chosen: Iterable[str]) -> bool:
        chosen = list(chosen)
        return all(_verdict(bars, chosen, answer) != "INCONCLUSIVE" for answer in ("good", "bad"))

    return _smallest(undecided, decides)


def _would_make_ready(verdict: Verdict, bars: Sequence[Bar], checks: Sequence[str]) -> tuple[str, ...]:
    """The fewest findings whose repair gives READY; none where something else stands in the way."""
    if verdict == "READY":
        return ()
    findings = [
        check for check in checks if any(check in b.parts and b.parts[check].low < b.parts[check].full for b in bars)
    ]
    return _smallest(findings, lambda chosen: _verdict(bars, chosen) == "READY")


def _is_open(part: Part | None) -> bool:
    return part is not None and part.low < part.high


def _smallest(candidates: Sequence[str], holds: Callable[[Iterable[str]], bool]) -> tuple[str, ...]:
    """Return the smallest set for which a monotone condition holds, heaviest first; () where not even all of them do.

    What no set can do without is taken first. Among the rest, all sets are tried by size if they are few; else the heaviest
    are taken until it holds, and what turned out to be superfluous is left out again.
    """
    if not holds(candidates):
        return ()
    needed = [check for check in candidates if not holds([other for other in candidates if other != check])]
    rest = [check for check in candidates if check not in needed]
    chosen = next((found for found in _sets(needed, rest) if holds(found)), [])
    for check in reversed(chosen):
        without = [other for other in chosen if other != check]
        if holds(without):
            chosen = without
    return tuple(check for check in candidates if check in chosen)


def _sets(needed: list[str], rest: Sequence[str]) -> Iterable[list[str]]:
    if len(rest) <= EXACT_SEARCH:
        return ([*needed, *some] for size in range(len(rest) + 1) for some in combinations(rest, size))
    return ([*needed, *rest[:size]] for size in range(len(rest) + 1))


def _cheapest_first(checks: Iterable[str], seconds: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(checks, key=lambda check: (seconds.get(check, 0.0), check)))


