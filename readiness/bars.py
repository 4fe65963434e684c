"""What a policy asks for, as bars: each is reached by a sum to which every check adds a part between two ends. Pure.

A verdict only compares the ends of the bars with what is needed (`verdict.py`), so an answer, which narrows a part and
never widens it, cannot change a verdict that is decided. The rules are those of docs/scoring.md §3.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from readiness.model import CATEGORIES, PROFILES, Category, Profile
from readiness.policy import Policy
from readiness.report import Result
from readiness.weighing import Weighed, counts, exact, may_block, passed, weigh

Exact = Fraction | int
_ZERO, _ONE = 0, 1


@dataclass(frozen=True)
class Part:
    """What one check adds to a bar: at worst, at best, once answered badly or well, and once repaired."""

    low: Exact
    high: Exact
    bad: Exact
    good: Exact
    full: Exact


@dataclass(frozen=True)
class Bar:
    """What is needed, both ends of what there is, and the sentence for each way that it may stand."""

    needed: Exact
    low: Exact
    high: Exact
    failed: str
    unclear: str
    met: str
    parts: Mapping[str, Part]

    def in_whole_numbers(self) -> "Bar":
        """Return the same bar times its common denominator: integers add up many times quicker than fractions."""
        parts = {check: (part.low, part.high, part.bad, part.good, part.full) for check, part in self.parts.items()}
        ends = (self.needed, self.low, self.high)
        scale = lcm(*(number.denominator for numbers in (ends, *parts.values()) for number in numbers))

        def times(number: Exact) -> int:
            return number.numerator * (scale // number.denominator)

        return replace(
            self, needed=times(self.needed), low=times(self.low), high=times(self.high),
            parts={check: Part(*map(times, numbers)) for check, numbers in parts.items()},
        )  # fmt: skip


@dataclass(frozen=True)
class Circumstances:
    """What a verdict needs to know of the run beside its results."""

    profile: Profile = "standard"
    interrupted: bool = False
    unfit: str = ""
    """Why the machine could not measure; empty where it could."""
    partial: bool = False
    """Only a part was asked for: what the policy says about categories and checks outside of it does not apply."""


def bars_of(results: Sequence[Result], policy: Policy, run: Circumstances) -> tuple[Bar, ...]:
    """Return every bar of a policy over these results, the gravest first."""
    weighed = weigh(results, policy)
    return (
        *_conditions(policy, run),
        *_blocker_bar(results),
        *_must_bar(results, policy, run.partial),
        *_score_bars(weighed, policy, {result.category for result in results} if run.partial else set(CATEGORIES)),
        *_critical_bar(results, policy),
        *_coverage_bar(weighed, policy),
    )


def _conditions(policy: Policy, run: Circumstances) -> list[Bar]:
    """What no check can make good in this run: any of them, and it is never READY."""
    obstacles = []
    if run.interrupted:
        obstacles.append("the run was interrupted")
    if run.unfit:
        obstacles.append(f"the machine was unfit to measure ({run.unfit})")
    needed = policy.required_profile
    if needed and PROFILES.index(run.profile) < PROFILES.index(needed):
        obstacles.append(f"policy {policy.name} needs the profile {needed}, and this run was {run.profile}")
    return [Bar(_ONE, _ZERO, _ONE, "", obstacle, "", {}) for obstacle in obstacles]


def _blocker_bar(results: Sequence[Result]) -> list[Bar]:
    parts = {result.check: _all_or_nothing(result) for result in results if may_block(result)}
    failed, open_ = _named(parts, failed=True), _named(parts, failed=False)
    return [_counted(parts, f"blocker failed: {failed}", f"blocker without an answer: {open_}", "no blocker is open")]


def _must_bar(results: Sequence[Result], policy: Policy, partial: bool) -> list[Bar]:
    """Checks that have to pass by themselves: those that the policy requires, all where it says so."""
    by_check = {result.check: result for result in results}
    required = [check for check, rule in policy.checks.items() if rule.required and (check in by_check or not partial)]
    every = [result.check for result in results if counts(result)] if policy.all_must_pass else []
    if not (required or every):
        return []
    parts = {}
    for check in dict.fromkeys([*required, *every]):
        result = by_check.get(check)
        # Not applicable is no answer to a policy that requires one, and a waiver is none where the check could not run:
        # only the policy itself can let go of a required check.
        parts[check] = _part(_ZERO, _ONE)
        if result and counts(result):
            parts[check] = _all_or_nothing(result, accept_unknown=check not in required)
    failed, open_ = _named(parts, failed=True), _named(parts, failed=False)
    met = f"all {len(parts)} checks that must pass did"
    return [_counted(parts, f"must pass and failed: {failed}", f"must pass and did not yet: {open_}", met)]


def _score_bars(weighed: Sequence[Weighed], policy: Policy, scope: Set[Category]) -> list[Bar]:
    parts = {item.result.check: _score_part(item, item.share) for item in weighed if item.share}
    bars = [_measured("the score", exact(policy.threshold), parts)]
    for category, floor in policy.floors.items():
        if category not in scope:
            continue
        own = [item for item in weighed if item.result.category == category and item.inner]
        parts = {item.result.check: _score_part(item, item.inner) for item in own}
        bars.append(_measured(f"the score of {category}", exact(floor), parts))
    return bars


def _critical_bar(results: Sequence[Result], policy: Policy) -> list[Bar]:
    critical = [result for result in results if result.critical and counts(result)]
    if not critical:
        return []
    each = Fraction(1, len(critical))
    parts = {result.check: _all_or_nothing(result, each, accept_unknown=False) for result in critical}
    return [_measured("the critical pass rate", exact(policy.critical_pass_rate), parts)]


def _coverage_bar(weighed: Sequence[Weighed], policy: Policy) -> list[Bar]:
    """Any answer covers. A policy that asks for no coverage still asks for one answer."""
    parts = {}
    for item in weighed:
        if item.share:
            now = _ZERO if item.point is None else item.share
            parts[item.result.check] = Part(now, item.share, item.share, item.share, item.share)
    coverage = sum((part.low for part in parts.values()), _ZERO)
    needed = exact(policy.coverage)
    unclear = f"coverage is {_told(coverage, needed)}, and {_told(needed, needed)} is needed"
    if not coverage:
        unclear = "nothing that counts was decided"
    if not coverage and not needed:
        one = {check: Part(_ZERO, _ONE, _ONE, _ONE, _ONE) for check in parts}
        return [Bar(_ONE, _ZERO, _ONE, "", unclear, "", one)]
    met = f"coverage is {_told(coverage, needed)} (needed: {_told(needed, needed)})"
    return [Bar(needed, coverage, _ONE, "", unclear, met, parts)]


def _part(low: Exact, high: Exact) -> Part:
    return Part(low, high, low, high, high)


def _all_or_nothing(result: Result, worth: Exact = _ONE, *, accept_unknown: bool = True) -> Part:
    """Whether a waiver also stands in for the answer of a check that could not run, the bar has to say."""
    if passed(result) or (result.waived and accept_unknown):
        return _part(worth, worth)
    if result.decided:
        return Part(_ZERO, _ZERO, _ZERO, _ZERO, worth)
    return _part(_ZERO, worth)


def _score_part(item: Weighed, weight: Fraction) -> Part:
    low, high = weight * item.low, weight * item.high
    return Part(low, high, low, high, weight)


def _counted(parts: Mapping[str, Part], failed: str, unclear: str, met: str) -> Bar:
    low, high = _ends(parts)
    return Bar(len(parts), low, high, failed, unclear, met, parts)


def _measured(what: str, needed: Fraction, parts: Mapping[str, Part]) -> Bar:
    low, high = _ends(parts) if parts else (_ZERO, _ONE)
    least, most = _told(low, needed), _told(high, needed)
    failed = f"{what} is {most}" if low == high else f"{what} cannot exceed {most}"
    return Bar(
        needed, low, high,
        f"{failed}, and {_told(needed, needed)} is needed",
        f"{what} lies between {least} and {most}, and {_told(needed, needed)} is needed",
        f"{what} is {'' if low == high else 'at least '}{least} (needed: {_told(needed, needed)})",
        parts,
    )  # fmt: skip


def _ends(parts: Mapping[str, Part]) -> tuple[Exact, Exact]:
    return sum((part.low for part in parts.values()), _ZERO), sum((part.high for part in parts.values()), _ZERO)


def _named(parts: Mapping[str, Part], *, failed: bool) -> str:
    names = sorted(check for check, part in parts.items() if part.low < part.full and (part.high < part.full) == failed)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _told(value: Exact | float, bar: Exact | float) -> str:
    """Two decimals, or as many as it takes not to look like the bar that it misses."""
    digits = 2
    value, bar = float(value), float(bar)
    while value != bar and digits < 17 and f"{value:.{digits}f}" == f"{bar:.{digits}f}":
        digits += 1
    return f"{value:.{digits}f}"
