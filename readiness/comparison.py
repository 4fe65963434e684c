"""Two reports -> what changed, and by how much; a difference inside the noise is no change. Pure.

A measured value with an interval changed when the 95 % interval of its ratio excludes 1 *and* the ratio is at least the
smallest effect that counts. The intervals speak of the samples of each run, not of the hours between the two: where that
matters, both versions are run side by side (`readiness compare --candidate CMD --baseline CMD`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.attribution import attribute, machine_differences, unattributed
from readiness.curve import WHOLE
from readiness.model import SEVERITIES, SPEED_BOUND, Status
from readiness.report import Attribution, Comparison, Interval, Report, Result, ResultChange, Scope

MIN_EFFECT = 0.10
"""The smallest effect that counts, unless another is asked for: our choice, the same as for paired comparisons."""
SINGLE_READING_FACTOR = 2.0
"""A reading without an interval moved only from this factor on: our choice, as far as a limit is from a score of 0."""

LONGEST_REASON = 120  # characters of a reason that a sentence repeats

Kind = Literal["better", "worse", "changed", "added", "removed"]

_GOOD: tuple[Status, ...] = ("PASS", "WARN")
_UNDECIDED: tuple[Status, ...] = ("INCONCLUSIVE", "UNKNOWN", "ERROR", "SKIPPED")
_ORDER: tuple[Kind, ...] = ("worse", "removed", "changed", "added", "better")


@dataclass(frozen=True)
class Shift:
    """How far a value moved."""

    moved: Literal["up", "down", "no"]
    """``no``: by less than the noise, or by less than counts."""
    notable: bool
    """Whether it moved by the smallest effect that counts, proven or not."""
    ratio: float | None = None
    interval: Interval | None = None
    """Of the ratio."""


def compare(
    before: Report, after: Report, *, attribution: Attribution | None = None, min_effect: float = MIN_EFFECT
) -> Comparison:
    """Return what changed from one report to the other, the worst first.

    ``min_effect`` is the smallest relative effect that counts (0.1: 10 %). Without an ``attribution`` the change of the score is
    attributed where that takes no judging again: where policy and catalogue are the same.
    """
    old, new = _by_check(before), _by_check(after)
    fit = before.fitness.fit and after.fitness.fit
    found = (_change(old.get(check), new.get(check), min_effect, fit) for check in old.keys() | new.keys())
    changes = [change for change in found if change is not None]
    severity = {check: SEVERITIES.index(result.severity) for check, result in (old | new).items()}
    changes.sort(key=lambda change: (_ORDER.index(change.kind), severity[change.check], -_size(change), change.check))
    regressions = tuple(change.check for change in changes if change.kind == "worse" and _counts(new[change.check]))
    unchanged = len(old.keys() & new.keys()) - sum(change.kind not in ("added", "removed") for change in changes)
    return Comparison(
        baseline=before.run,
        baseline_timestamp=before.timestamp,
        verdict_before=before.verdict,
        verdict_after=after.verdict,
        score_before=before.overall_score,
        score_after=after.overall_score,
        attribution=attribution or _attribution(before, after),
        changes=tuple(changes),
        unchanged=unchanged,
        regressions=regressions,
        sentence=_summary(before, after, changes, unchanged),
    )


def mismatches(before: Report, after: Report) -> tuple[str, ...]:
    """Return why two runs are not like for like, in sentences; nothing where they are."""
    pairs = {
        "target": (before.target, after.target),
        "scope": (scope_key(before.scope) or "everything", scope_key(after.scope) or "everything"),
        "profile": (str(before.environment.get("profile")), str(after.environment.get("profile"))),
    }
    said = [f"another {what}: {old} before, {new} after" for what, (old, new) in pairs.items() if old != new]
    said += [
        f"the run {when} was interrupted"
        for when, report in (("before", before), ("after", after))
        if report.interrupted
    ]
    said += [f"another machine: {difference}" for difference in machine_differences(before, after)]
    return tuple(said)


def why_regressed(comparison: Comparison) -> str:
    """Return the sentence that says why a run fails against its baseline; empty where nothing got worse."""
    if not comparison.regressions:
        return ""
    named = set(comparison.regressions)
    said = "; ".join(
        change.sentence for change in comparison.changes if change.kind == "worse" and change.check in named
    )
    return f"worse than the baseline {comparison.baseline}: {said}"


def scope_key(scope: Scope) -> str:
    """Return one text for everything that was selected, in no order; empty for a whole run."""
    return ", ".join(sorted(scope.selected)) or "part" if scope.partial else ""


def better_side(result: Result) -> str | None:
    """Return "lower" or "higher", as the objective lies from the limit; None where the two do not say."""
    if result.objective is None or result.limit is None or result.objective == result.limit:
        return None
    return "higher" if result.objective > result.limit else "lower"


# --- one check ------------------------------------------------------------------------------------------------------


def _change(old: Result | None, new: Result | None, min_effect: float, fit: bool) -> ResultChange | None:
    """What became of a check; None where nothing did. What hangs on the speed of an unfit machine is not believed."""
    if old is None or new is None:
        present = new or old
        assert present is not None, "a check is in one of the reports"
        kind: Kind = "added" if old is None else "removed"
        return ResultChange(
            check=present.check, kind=kind, unit=present.unit, sentence=f"{present.check} was {kind}: {present.status}",
            before=old and old.status, after=new and new.status,
            value_before=old and old.value, value_after=new and new.value,
        )  # fmt: skip
    if fit or not {old.category, new.category} & set(SPEED_BOUND):
        shift = shift_of(old, new, min_effect)
        found = _kind(old, new, shift)
    else:
        shift, found = None, "changed" if old.status != new.status else None
    if found is None and old.waived != new.waived:
        found = "changed"
    if found is None:
        return None
    return ResultChange(
        check=new.check, kind=found, before=old.status, after=new.status, value_before=old.value, value_after=new.value,
        unit=new.unit, effect=shift.ratio if shift else None, effect_interval=shift.interval if shift else None,
        sentence=_sentence(old, new, shift),
    )  # fmt: skip


def _kind(old: Result, new: Result, shift: Shift | None) -> Kind | None:
    """The rules, in their order; each gives the opposite when the two are exchanged."""
    by_value = _kind_by_value(old, new, shift)
    by_status = _kind_by_status(old.status, new.status)
    if _bars_moved(old, new) and by_status is not None:
        # Where the limits moved, another status says nothing about the service.
        return by_value or "changed"
    if {old.status, new.status} & {"FAIL"} and by_status in ("better", "worse"):
        return by_status  # proven on both sides of the limit: the limit is the effect that counts
    if by_value is not None:
        return by_value
    if shift is None or by_status is None:
        return by_status
    sampled = old.interval is not None and new.interval is not None
    if old.decided and new.decided:  # on either side of the objective: by a hair, that is noise
        return by_status if shift.notable and not sampled else None
    return "changed" if sampled else by_status  # the value is the same as far as one can tell, the evidence is not


def _kind_by_value(old: Result, new: Result, shift: Shift | None) -> Kind | None:
    if shift is None or shift.moved == "no":
        return None
    sides = {better_side(old), better_side(new)} - {None}
    if len(sides) != 1:
        return "changed"
    return "better" if (shift.moved == "up") == (sides == {"higher"}) else "worse"


def _kind_by_status(old: Status, new: Status) -> Kind | None:
    """A pass that is lost is worse, for whatever reason; between a failure and no answer nobody knows."""
    if old == new:
        return None
    if old in _GOOD and (new == "FAIL" or new in _UNDECIDED or (old, new) == ("PASS", "WARN")):
        return "worse"
    if new in _GOOD and (old == "FAIL" or old in _UNDECIDED or (new, old) == ("PASS", "WARN")):
        return "better"
    return "changed"


def _bars_moved(old: Result, new: Result) -> bool:
    """Whether both were held against a limit, and not against the same; a result that is unknown has none."""
    if None in (old.limit, new.limit):
        return False
    return (old.objective, old.limit) != (new.objective, new.limit)


def _counts(result: Result) -> bool:
    """Whether it may fail a run: what is advisory, or was accepted by a person, may not."""
    return not (result.advisory or result.waived)


def _by_check(report: Report) -> dict[str, Result]:
    return {result.check: result for result in report.results}


# --- values ---------------------------------------------------------------------------------------------------------


def shift_of(old: Result, new: Result, min_effect: float = MIN_EFFECT) -> Shift | None:
    """Return how far a value moved; None where one of the two has none, or another unit.

    Positive values are compared by their ratio, its interval taken on the logarithms. Shares, and values that may be zero
    or negative, are compared by their difference; it counts from ``min_effect`` of what the limit allows. A value
    without an interval moved from ``SINGLE_READING_FACTOR`` on, or by as much as the limit allows.
    """
    if old.value is None or new.value is None or old.unit != new.unit:
        return None
    first, second = _reading(old), _reading(new)
    known = old.interval is not None and new.interval is not None
    if min(*first, *second) > 0 and old.unit not in WHOLE:
        return _ratio_shift(first, second, known, min_effect)
    allowed = max(_allowed(old), _allowed(new))
    difference = new.value - old.value
    notable = difference != 0 and abs(difference) >= min_effect * allowed
    ratio = new.value / old.value if min(old.value, new.value) > 0 else None
    proven = _excludes_zero(difference_interval(first, second)) if known else abs(difference) >= allowed
    return Shift(_way(difference) if notable and proven else "no", notable, ratio)


def _ratio_shift(first: "Reading", second: "Reading", known: bool, min_effect: float) -> Shift:
    factor = max(first[0], second[0]) / min(first[0], second[0])
    notable = factor >= 1 + min_effect
    ratio, way = second[0] / first[0], _way(second[0] - first[0])
    if not known:
        return Shift(way if notable and factor >= SINGLE_READING_FACTOR else "no", notable, ratio)
    bounds = difference_interval(_logs(first), _logs(second))
    ends = Interval(low=math.exp(bounds.low), high=math.exp(bounds.high))
    return Shift(way if notable and _excludes_zero(bounds) else "no", notable, ratio, ends)


Reading = tuple[float, float, float]
"""A value and the ends of its interval."""


def difference_interval(first: Reading, second: Reading) -> Interval:
    """Return the 95 % interval of second - first from the interval of each.

    Each end lies as far from the difference as the two ends that make it extreme, added in squares. For the Wilson intervals
    of two shares this is Newcombe's interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10); for others,
    uneven ones too, see G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return Interval(low=b - a - math.hypot(b - b_low, a_high - a), high=b - a + math.hypot(b_high - b, a - a_low))


def _reading(result: Result) -> Reading:
    assert result.value is not None, "only values are compared"
    value, ends = result.value, result.interval
    # An interpolated value may lie a hair outside its own interval.
    return (value, min(value, ends.low), max(value, ends.high)) if ends is not None else (value, value, value)


def _allowed(result: Result) -> float:
    """How far the limit lies from perfect: from all of it for a share that should be high, else from zero."""
    if result.limit is None:
        return abs(result.value or 0.0)
    whole = WHOLE.get(result.unit)
    return abs(whole - result.limit) if whole is not None and better_side(result) == "higher" else abs(result.limit)


def _logs(reading: Reading) -> Reading:
    value, low, high = reading
    return math.log(value), math.log(low), math.log(high)


def _excludes_zero(bounds: Interval) -> bool:
    return bounds.low > 0 or bounds.high < 0


def _way(difference: float) -> Literal["up", "down", "no"]:
    return "up" if difference > 0 else "down" if difference < 0 else "no"


# --- the whole and its sentences ------------------------------------------------------------------------------------


def _attribution(before: Report, after: Report) -> Attribution:
    """Without judging again: exact where the rules are the same, else nothing is claimed."""
    names = ("policy_hash", "catalogue_version")
    known = [(before.environment.get(name), after.environment.get(name)) for name in names]
    same = all(old is not None and old == new for old, new in known)
    return attribute(before, before, before, after) if same else unattributed(before, after)


def _size(change: ResultChange) -> float:
    return abs(math.log(change.effect)) if change.effect else 0.0


def _sentence(old: Result, new: Result, shift: Shift | None) -> str:
    """For instance: latency_p95 PASS -> FAIL, 0.21 s -> 0.35 s: 1.67 times (1.52 to 1.83)."""
    moved = f"{old.status} -> {new.status}" if old.status != new.status else ""
    values = ""
    if old.value is not None and new.value is not None:
        values = f"{_number(old.value, old.unit)} -> {_number(new.value, new.unit)}"
    text = f"{new.check} {', '.join(part for part in (moved, values) if part) or new.status}"
    if shift is not None and shift.ratio is not None:
        ends = f" ({shift.interval.low:.2f} to {shift.interval.high:.2f})" if shift.interval else ""
        text += f": {shift.ratio:.2f} times{ends}"
    elif shift is None and moved:
        text += f": {_short(new.reason)}"
    if _bars_moved(old, new):
        text += f"; it was held against {_bars(old)}, now against {_bars(new)}"
    if old.waived and not new.waived and new.status not in _GOOD:
        text += "; it is no longer waived"
    return text + (" (waived)" if new.waived else " (advisory)" if new.advisory else "")


def _bars(result: Result) -> str:
    """Objective and limit."""
    return " / ".join(_number(bar, result.unit) for bar in (result.objective, result.limit) if bar is not None)


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 3].rstrip()}..."


def _number(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".rstrip() if abs(value) < 1e4 else f"{value:.0f} {unit}".rstrip()


def _summary(before: Report, after: Report, changes: Sequence[ResultChange], unchanged: int) -> str:
    counts = [(kind, sum(change.kind == kind for change in changes)) for kind in _ORDER]
    said = [f"{count} {kind}" for kind, count in counts if count]
    scores = " -> ".join(
        "none" if score is None else f"{score:.3f}" for score in (before.overall_score, after.overall_score)
    )
    warning = mismatches(before, after)
    doubt = f" Not like for like: {'; '.join(warning)}." if warning else ""
    return f"{', '.join(said) or 'No check changed'}, {unchanged} within the noise; score {scores}.{doubt}"
