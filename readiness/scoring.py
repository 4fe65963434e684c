"""One outcome -> one result: its status, its score interval and the sentence that says why. Pure: no clock, no files.

How results add up to scores and a verdict is in `verdict.py`. The rules are those of docs/scoring.md §1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness.curve import SHARE_UNIT, Better, better_side, complaint_about_limits, reaches, score_of, shown
from readiness.detection import detection_power
from readiness.measure.statistics import fewest, rate
from readiness.model import (
    STRENGTHS,
    Broken,
    Estimate,
    Fact,
    FaultWindow,
    Measured,
    NotApplicable,
    Outcome,
    Share,
    Skipped,
    Status,
    Strength,
    Unknown,
)
from readiness.plugins import Check
from readiness.policy import CheckPolicy, Policy
from readiness.report import Interval, Result
from readiness.waivers import covering

NOTHING_KNOWN = Interval(low=0.0, high=1.0)
_DECIDED_GOOD = ("PASS", "WARN")


@dataclass(frozen=True)
class Judgement:
    """What an outcome amounts to, whoever returned it."""

    status: Status
    score: Interval
    reason: str
    value: float | None = None
    objective: float | None = None
    limit: float | None = None
    unit: str = ""
    n: int | None = None
    interval: Interval | None = None
    detection_power: float | None = None


def point_of(result: Result) -> float | None:
    """Return the point score of a decided result, None for any other; never outside its score interval."""
    if not result.decided:
        return None
    low, high = result.score.low, result.score.high
    if low == high or result.value is None or result.objective is None or result.limit is None:
        return low
    better = better_side(result.value, result.objective, result.limit)
    score = score_of(result.value, result.objective, result.limit, better, result.unit)
    return min(high, max(low, score))


# --- outcomes -------------------------------------------------------------------------------------------------------


def judge(outcome: Outcome) -> Judgement:
    """Return status, score interval and reason of an outcome."""
    match outcome:
        case Measured():
            return _judge_measured(outcome)
        case Share():
            return _judge_share(outcome)
        case Fact():
            return _judge_fact(outcome)
        case NotApplicable():
            if not outcome.reason.strip():
                return Judgement("UNKNOWN", NOTHING_KNOWN, "said not to apply, without the fact that makes it so")
            return Judgement("NOT_APPLICABLE", NOTHING_KNOWN, outcome.reason)
        case Unknown():
            return Judgement("UNKNOWN", NOTHING_KNOWN, outcome.reason or "nothing can be said, and no reason was given")
        case Broken():
            return Judgement("ERROR", NOTHING_KNOWN, outcome.reason or "the check broke, and left no reason")
        case Skipped():
            return Judgement("SKIPPED", NOTHING_KNOWN, outcome.reason or "skipped, and nobody said why")


def _judge_fact(fact: Fact) -> Judgement:
    n = fact.rounds if fact.rounds != 1 else None
    if not fact.passed:
        return Judgement("FAIL", Interval(low=0.0, high=0.0), fact.reason or "it does not hold", n=n)
    if fact.rounds < 1:
        return Judgement("INCONCLUSIVE", NOTHING_KNOWN, _with("not one round was run", fact.reason), n=n)
    power = detection_power(fact.rounds) if fact.rounds > 1 else None
    return Judgement("PASS", Interval(low=1.0, high=1.0), fact.reason or "it holds", n=n, detection_power=power)


def _judge_share(share: Share) -> Judgement:
    good, tries, limit = int(share.good), int(share.tries), share.limit
    if complaint := _complaint_about_share(share):
        return Judgement("ERROR", NOTHING_KNOWN, complaint)
    if tries == 0:
        return Judgement("INCONCLUSIVE", NOTHING_KNOWN, _with("nothing was tried", share.reason), unit=SHARE_UNIT, n=0)
    bounds = share_bounds(good, tries)
    estimate = Estimate(good / tries, bounds.low, bounds.high, tries)
    judged = _judge_measured(Measured(estimate, SHARE_UNIT, share.objective, limit, "higher", share.reason))
    if judged.status != "INCONCLUSIVE":
        return judged
    missing = _missing_tries(good, tries, limit)
    advice = f"{missing} more tries, all good, would" if missing else "no number of tries would; state it as a fact"
    why = f"{good} of {tries} good do not prove a share of {shown(limit)}: {advice}"
    return replace(judged, reason=_with(why, share.reason))


def share_bounds(good: int, tries: int) -> Interval:
    """Return the 95 % interval of a share (tries > 0): Wilson's, with the exact bound where nothing failed.

    So the clean tries that a claim needs are the same for a share as for a failure rate: 59 prove 95 %.
    """
    bad = rate(tries - good, tries)
    return Interval(low=1.0 - bad.high, high=1.0 - bad.low)


def _complaint_about_share(share: Share) -> str:
    if not 0 <= share.good <= share.tries:
        return f"{share.good} of {share.tries} is not a share"
    if not (0 <= share.limit <= 1 and 0 <= share.objective <= 1):
        return f"limit {share.limit} and objective {share.objective} must lie between 0 and 1"
    return complaint_about_limits(share.objective, share.limit, "higher")


def _missing_tries(good: int, tries: int, limit: float) -> int | None:
    """The fewest further tries, all of them good, whose interval lies inside the limit; None where none can."""
    if limit >= 1:
        return None
    return fewest(lambda more: share_bounds(good + more, tries + more).low >= limit)


def _judge_measured(measured: Measured) -> Judgement:
    estimate, sampled = _estimate(measured.value)
    bare = Judgement(
        "INCONCLUSIVE", NOTHING_KNOWN, "",
        value=_finite(estimate.value), objective=_finite(measured.objective), limit=_finite(measured.limit),
        unit=measured.unit, n=estimate.n if sampled else None,
    )  # fmt: skip
    if complaint := complaint_about_limits(measured.objective, measured.limit, measured.better):
        return replace(bare, status="ERROR", reason=complaint)
    if estimate.low > estimate.high:
        return replace(bare, status="ERROR", reason=f"its interval runs from {estimate.low} down to {estimate.high}")
    if nothing := _says_nothing(estimate, measured.better):
        return replace(bare, reason=_with(nothing, measured.reason))
    if sampled and math.isfinite(estimate.low) and math.isfinite(estimate.high):
        bare = replace(bare, interval=Interval(low=estimate.low, high=estimate.high))
    return _held_against_limit(bare, measured, estimate)


def _held_against_limit(bare: Judgement, measured: Measured, estimate: Estimate) -> Judgement:
    """A claim needs the whole interval on one side of the limit; too few samples leave the bad side open."""
    objective, limit, better, unit = measured.objective, measured.limit, measured.better, measured.unit
    best, worst = (estimate.low, estimate.high) if better == "lower" else (estimate.high, estimate.low)
    missing = max(0, estimate.needed - estimate.n)
    if missing:
        worst = math.inf if better == "lower" else -math.inf
    ends = [score_of(end, objective, limit, better, unit) for end in (worst, best)]
    status: Status
    if reaches(worst, limit, better):
        status = "PASS" if reaches(estimate.value, objective, better) else "WARN"
    elif not reaches(best, limit, better):
        status = "FAIL"
    else:
        status = "INCONCLUSIVE"
    sentence = _sentence(measured, estimate, status)
    if status == "INCONCLUSIVE" and missing:
        sentence = f"{missing} samples are missing: {estimate.n} of the {estimate.needed} that the claim needs"
    score = Interval(low=ends[0], high=ends[1])
    return replace(bare, status=status, score=score, reason=_with(sentence, measured.reason))


def _estimate(value: Estimate | float) -> tuple[Estimate, bool]:
    """Plain numbers, whatever library they come from, and whether they were sampled; one number is its own interval."""
    if not isinstance(value, Estimate):
        return Estimate(float(value), float(value), float(value), n=1), False
    point, low, high = float(value.value), float(value.low), float(value.high)
    if low <= high:  # an interpolated percentile may lie just outside its order statistics
        low, high = min(low, point), max(high, point)
    return Estimate(point, low, high, int(value.n), int(value.needed)), True


def _says_nothing(estimate: Estimate, better: Better) -> str:
    """Why an estimate carries no information at all, or an empty string."""
    if estimate.n < 1:
        return "there is not one sample"
    if any(math.isnan(number) for number in (estimate.value, estimate.low, estimate.high)):
        return "the value or its interval is not a number"
    if estimate.value == (-math.inf if better == "lower" else math.inf):
        return f"a value of {estimate.value} was not measured"
    return ""


# --- results --------------------------------------------------------------------------------------------------------


def result_of(
    check: Check[...],
    outcome: Outcome,
    *,
    policy: Policy,
    today: date,
    title: str,
    suite: str,
    scenario: str = "",
    reproduce: str = "",
    location: str = "",
    windows: Sequence[FaultWindow] = (),
    target: str = "",
    foreign: bool = False,
    attempts: int = 1,
    duration_seconds: float = 0.0,
    origin: str = "",
    strength: Strength = "experimental",
) -> Result:
    """Return the result that a report carries: the judged outcome under the policy's severity, weight and waivers.

    ``today`` (UTC) and the name of the ``target`` decide which waivers hold. A ``foreign`` check is advisory until the
    policy lists it.
    """
    rule = policy.checks.get(check.id, CheckPolicy())
    if rule.skip:
        outcome = Skipped(rule.skip)
    outcome = _strong_enough(outcome, strength, rule.strength)
    judged, flaky = _retried(_witnessed(judge(outcome), windows), attempts)
    advisory = rule.advisory if rule.advisory is not None else foreign and check.id not in policy.checks
    result = Result(
        check=check.id,
        title=title,
        category=check.category,
        suite=suite,
        scenario=scenario or check.needs,
        severity=policy.severity_of(check),
        weight=0.0 if advisory else policy.weight_of(check),
        **vars(judged),
        evidence=outcome.evidence,
        witnesses=tuple(windows),
        location=location,
        reproduce=reproduce,
        remediation=check.remediation,
        duration_seconds=duration_seconds,
        attempts=attempts,
        flaky=flaky,
        advisory=advisory,
        origin=origin,
        strength=strength,
    )
    return result.model_copy(update={"waived": covering(policy, result, today, target) is not None})


def _strong_enough(outcome: Outcome, strength: Strength, asked: Strength | None) -> Outcome:
    """Evidence weaker than the policy asks for settles nothing; what is undecided anyway stays what it is."""
    if asked is None or STRENGTHS.index(strength) >= STRENGTHS.index(asked):
        return outcome
    if not isinstance(outcome, Measured | Fact | Share):
        return outcome
    said = f"{strength} evidence is weaker than the {asked} evidence that the policy asks for"
    return Unknown(_with(said, outcome.reason), outcome.evidence)


def _witnessed(judged: Judgement, windows: Sequence[FaultWindow]) -> Judgement:
    """A fault that cannot show that it acted voids every conclusion; a broken or skipped check stays what it is."""
    idle = [window.fault for window in windows if not window.witness]
    if not idle or judged.status in ("UNKNOWN", "ERROR", "SKIPPED"):
        return judged
    reason = f"fault without a witness proves nothing: {', '.join(idle)} left no proof that it acted"
    return replace(judged, status="UNKNOWN", score=NOTHING_KNOWN, reason=reason, detection_power=None)


def _retried(judged: Judgement, attempts: int) -> tuple[Judgement, bool]:
    """A retry that passes is flaky, not a pass (docs/scoring.md §4): an earlier attempt earned less."""
    if attempts <= 1 or judged.status not in _DECIDED_GOOD:
        return judged, False
    reason = f"flaky: passed only at attempt {attempts}; {judged.reason}"
    score = Interval(low=0.0, high=judged.score.high)
    return replace(judged, status="INCONCLUSIVE", score=score, reason=reason, detection_power=None), True


# --- sentences ------------------------------------------------------------------------------------------------------


def _sentence(measured: Measured, estimate: Estimate, status: Status) -> str:
    said = {
        "PASS": ("reaches the objective", measured.objective),
        "WARN": ("is within the limit, short of the objective", measured.objective),
        "FAIL": ("misses the limit", measured.limit),
        "INCONCLUSIVE": ("lies on both sides of the limit", measured.limit),
    }
    words, bar = said[status]
    return f"{_range(estimate, measured.unit)} {words} {shown(bar, measured.unit)}"


def _range(estimate: Estimate, unit: str) -> str:
    if estimate.low == estimate.high:
        return shown(estimate.value, unit)
    return f"{shown(estimate.value, unit)} ({shown(estimate.low)} to {shown(estimate.high)}, n = {estimate.n})"


def _with(why: str, reason: str) -> str:
    return f"{why}; {reason}" if reason else why


def _finite(value: float) -> float | None:
    """Strict JSON has no infinity; the reason carries it."""
    return float(value) if math.isfinite(value) else None
