"""The life of a waiver: whether it covers a finding on a day, and what to say about it where it does not. Pure.

The rules are those of docs/scoring.md §5. A waived check still runs; only a waiver that is active (or about to end)
covers its finding, and everything else is said loudly.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from readiness.curve import better_side, reaches, shown
from readiness.policy import LONGEST_WAIVER, Policy
from readiness.report import Result, Waiver, WaiverState, WaiverStatus

EXPIRING_DAYS = 14
"""A waiver with fewer days left is about to end."""
COVERING: tuple[WaiverStatus, ...] = ("active", "expiring")
_NO_FINDING = ("PASS", "WARN", "NOT_APPLICABLE")


def waiver_states(policy: Policy, results: Sequence[Result], today: date, target: str = "") -> tuple[WaiverState, ...]:
    """Return what became of every waiver of the policy in a run of ``target`` that ended on ``today`` (UTC)."""
    by_check = {result.check: result for result in results}
    return tuple(_state(policy, waiver, today, target, by_check) for waiver in policy.waivers)


def calendar_states(policy: Policy, today: date, target: str = "") -> tuple[WaiverState, ...]:
    """Return what is known about every waiver without a run: its days, its scope and whether it is allowed."""
    return tuple(_state(policy, waiver, today, target, None) for waiver in policy.waivers)


def covering(policy: Policy, result: Result, today: date, target: str = "") -> Waiver | None:
    """Return the waiver that covers a finding on ``today`` (UTC), the one that holds longest; None where none does."""
    of_check = [waiver for waiver in policy.waivers if waiver.check == result.check]
    states = [_state(policy, waiver, today, target, {result.check: result}) for waiver in of_check]
    holding = [state for state in states if state.status in COVERING]
    longest = max(holding, key=lambda state: (state.days_left, state.waiver.id), default=None)
    return longest.waiver if longest else None


def _state(
    policy: Policy, waiver: Waiver, today: date, target: str, results: Mapping[str, Result] | None
) -> WaiverState:
    result = results.get(waiver.check) if results is not None else None
    end = _last_day(waiver, result)
    left = (end - today).days
    status, reason = (
        _not_allowed(policy, waiver, target)
        or _out_of_time(waiver, today, end)
        or (None if results is None else _without_a_finding(waiver, result))
        or _while_it_holds(end, left)
    )
    return WaiverState(waiver=waiver, status=status, days_left=left, reason=reason)


def _last_day(waiver: Waiver, result: Result | None) -> date:
    """A policy that was never held against the catalogue may promise a grave check more days than it can have."""
    end = date.fromisoformat(waiver.expires)
    if result is None:
        return end
    return min(end, date.fromisoformat(waiver.created) + timedelta(days=LONGEST_WAIVER[result.severity]))


def _not_allowed(policy: Policy, waiver: Waiver, target: str) -> tuple[WaiverStatus, str] | None:
    if waiver.check in policy.unwaivable:
        return "forbidden", f"{waiver.check} is on the policy's list of what cannot be waived; the finding counts"
    if waiver.scope and waiver.scope != target:
        return "out of scope", f"it is for the target {waiver.scope}, and this is {target or 'one without a name'}"
    return None


def _out_of_time(waiver: Waiver, today: date, end: date) -> tuple[WaiverStatus, str] | None:
    if date.fromisoformat(waiver.created) > today:
        return "not yet", f"it holds from {waiver.created} on (UTC)"
    if end >= today:
        return None
    shortened = "" if end.isoformat() == waiver.expires else f" ({waiver.expires} is too late for so grave a check)"
    return "expired", f"its last day was {end} (UTC){shortened}; the finding counts again"


def _without_a_finding(waiver: Waiver, result: Result | None) -> tuple[WaiverStatus, str] | None:
    if result is None:
        return "unused", f"{waiver.check} is not in this run"
    if result.status in _NO_FINDING:
        found = "does not apply" if result.status == "NOT_APPLICABLE" else "passed"
        return "unused", f"{waiver.check} {found}: nothing is left to waive"
    if beyond := _beyond_bound(waiver, result):
        return "exceeded", f"{beyond}; the finding counts again"
    return None


def _beyond_bound(waiver: Waiver, result: Result) -> str:
    """Why a finding is not within the bound, or an empty string.

    As every claim, this one needs the whole interval on its side: so an answer, which lies within it, cannot take a
    waiver away, and a worse value cannot bring one back.
    """
    if waiver.bound is None:
        return ""
    bound = f"its bound of {shown(waiver.bound, result.unit)}"
    if result.objective is None or result.limit is None or result.value is None:
        return f"nothing was measured that shows {bound} to hold"
    better = better_side(result.value, result.objective, result.limit)
    worst: float | None = None
    if result.interval is not None and not result.flaky:
        worst = result.interval.high if better == "lower" else result.interval.low
    elif result.decided and result.n is None:  # one number, which is its own interval
        worst = result.value
    if worst is None:
        return f"too little was measured to show {bound} to hold"
    if reaches(worst, waiver.bound, better):
        return ""
    reach = "" if worst == result.value else f" (it may be {shown(worst, result.unit)})"
    return f"{shown(result.value, result.unit)}{reach} is beyond {bound}"


def _while_it_holds(end: date, left: int) -> tuple[WaiverStatus, str]:
    days = "this is the last day" if left == 0 else "1 day is left" if left == 1 else f"{left} days are left"
    return "expiring" if left < EXPIRING_DAYS else "active", f"it holds to the end of {end} (UTC): {days}"
