"""What is wrong, and what is unwise, in a policy that is well formed: held against the catalogue and the calendar. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from readiness.curve import LIMIT_SCORE, better_side, noise_gain, reaches, shown
from readiness.errors import nearest
from readiness.evidence.source import belongs
from readiness.loader import Catalog
from readiness.plugins import Check, apply_options, options_of
from readiness.policy import LONGEST_WAIVER, STANDARD, TIERS, Policy
from readiness.waivers import calendar_states

NOISY_RATIO = 1.5
"""limit / objective below which noise moves the score too much (docs/scoring.md §1)."""


def complaints_about(policy: Policy, catalog: Catalog, evidence: Collection[str] = ()) -> list[str]:
    """Return what no run can be held against: unknown names, options that do not fit, waivers that hold too long.

    ``evidence`` are the sources of evidence: what they bring is known only when they are read.
    """
    named = [
        *((f"checks.{id}", id) for id in policy.checks),
        *(("unwaivable", id) for id in policy.unwaivable if id not in STANDARD.unwaivable),
    ]
    found = _unknown(named, catalog, evidence)
    for check in catalog.checks.values():
        rule = policy.checks.get(check.id)
        _, complaints = apply_options(check, options_of(check.run), rule.options if rule else {})
        found += complaints
        if not complaints and (complaint := _upside_down(check, _options(check, policy))):
            found.append(complaint)
    return found + complaints_about_waivers(policy, catalog, evidence)


def complaints_about_waivers(policy: Policy, catalog: Catalog, evidence: Collection[str] = ()) -> list[str]:
    """Return the waivers that cover no check, or cover one for longer than its severity allows."""
    found = _unknown(((f"waivers.{waiver.id}", waiver.check) for waiver in policy.waivers), catalog, evidence)
    for waiver in policy.waivers:
        if waiver.check in catalog.checks:
            severity = policy.severity_of(catalog.checks[waiver.check])
            days, why = LONGEST_WAIVER[severity], f"is {severity}, and such a check"
        elif belongs(waiver.check, evidence):
            # How grave it is, its source says only when it is read.
            days, why = min(LONGEST_WAIVER.values()), "comes from brought evidence, which"
        else:
            continue
        latest = date.fromisoformat(waiver.created) + timedelta(days=days)
        if date.fromisoformat(waiver.expires) > latest:
            found.append(
                f"waivers.{waiver.id}: expires {waiver.expires}; {waiver.check} {why} may be waived for {days} days:"
                f" to {latest} at most"
            )
    return found


def _unknown(named: Iterable[tuple[str, str]], catalog: Catalog, evidence: Collection[str]) -> list[str]:
    known = catalog.checks
    return [
        f"{place}: unknown check {id!r}{nearest(id, [*known, *evidence])}"
        for place, id in named
        if id not in known and not belongs(id, evidence)
    ]


def warnings_about(policy: Policy, catalog: Catalog, today: date, target: str = "") -> list[str]:
    """Return what is allowed and probably not meant; ``today`` (UTC) and ``target`` decide which waivers hold."""
    return [
        *_weak_bars(policy),
        *(warning for check in catalog.checks.values() for warning in _about_check(check, policy)),
        *warnings_about_waivers(policy, today, target),
    ]


def warnings_about_waivers(policy: Policy, today: date, target: str = "") -> list[str]:
    """Return the waivers that do not hold as they stand, are about to end, or have one person behind them."""
    found = []
    for state in calendar_states(policy, today, target):
        name, owner, approver = f"waivers.{state.waiver.id}", state.waiver.owner, state.waiver.approver
        if state.status != "active":
            found.append(f"{name}: {state.status}: {state.reason}")
        if owner.strip().casefold() == approver.strip().casefold():
            found.append(f"{name}: {owner} both owns and approved it")
    return found


def _options(check: Check[...], policy: Policy) -> Mapping[str, Any]:
    rule = policy.checks.get(check.id)
    return {**options_of(check.run), **(rule.options if rule else {})}


def _upside_down(check: Check[...], options: Mapping[str, Any]) -> str:
    """One of the two bars was moved past the other."""
    usual = options_of(check.run)
    if not {"objective", "limit"} <= usual.keys():
        return ""
    better = better_side(None, usual["objective"], usual["limit"])
    objective, limit = options["objective"], options["limit"]
    if reaches(objective, limit, better):
        return ""
    return (
        f"checks.{check.id}: objective {shown(objective)} is worse than limit {shown(limit)}, where {better} is better;"
        " set both"
    )


def _weak_bars(policy: Policy) -> Iterator[str]:
    if policy.threshold < LIMIT_SCORE:
        yield f"threshold {policy.threshold:g}: a system beyond its limits can be READY, for a limit earns {LIMIT_SCORE}"
    usual = TIERS[policy.tier].floors if policy.tier else {}
    for category, floor in policy.floors.items():
        least, whose = usual.get(category, policy.threshold), "tier's" if category in usual else "threshold"
        if floor < least:
            yield f"floors.{category} {floor:g} is under the {whose} {least:g}: the category passes with less"
    for category, weight in policy.category_weights.items():
        if not weight:
            yield f"category_weights.{category} is 0: nothing in it moves the score"
    if not policy.unwaivable:
        yield "unwaivable is empty: lost data can be waived"


def _about_check(check: Check[...], policy: Policy) -> Iterator[str]:
    rule = policy.checks.get(check.id)
    severity = policy.severity_of(check)
    if severity == "blocker" and (policy.weight_of(check) == 0 or (rule and rule.advisory)):
        how = "advisory" if rule and rule.advisory else "of weight 0"
        yield f"checks.{check.id}: a blocker, and {how}"
    if rule and rule.required and rule.skip:
        yield f"checks.{check.id}: required, and skipped: there will be no READY"
    yield from _about_noise(check, _options(check, policy))


def _about_noise(check: Check[...], options: Mapping[str, Any]) -> Iterator[str]:
    if not {"objective", "limit"} <= options.keys():
        return
    objective, limit = options["objective"], options["limit"]
    if min(objective, limit) <= 0:
        return
    ratio = max(objective, limit) / min(objective, limit)
    if ratio < NOISY_RATIO:
        yield (
            f"checks.{check.id}: limit {shown(limit)} and objective {shown(objective)} are a factor of {ratio:.3g} apart"
            f" (right would be {NOISY_RATIO} or more): noise of 10 % in the value moves the score by"
            f" {min(100.0, 1000 * noise_gain(objective, limit)):.0f} points of 100"
        )
