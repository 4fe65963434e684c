"""The plan of a run: which checks and scenarios, with which options; all configuration errors appear here, together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.errors import PolicyError, SettingsError, UsageError, nearest
from readiness.evidence.source import SUITE, Sources, belongs
from readiness.load.protocols import METHODS, missing_library
from readiness.loader import Catalog
from readiness.model import CATEGORIES, PROFILES, NotApplicable, Outcome, Profile, Skipped, Unknown
from readiness.plugins import Check, Scenario, apply_options, options_of
from readiness.policy import Policy
from readiness.report import Scope
from readiness.settings import Settings
from readiness.targeting import CAPABILITIES, TargetSpec

GRPC = ("grpc", "grpcs")
"""Schemes of addresses that no HTTP request is sent to."""


@dataclass(frozen=True)
class Plan:
    """What will run. ``settled`` holds the checks that are decided without running anything, with their outcome."""

    checks: tuple[Check[...], ...]
    scenarios: tuple[Scenario[...], ...]
    settled: Mapping[str, Outcome]
    scenario_options: Mapping[str, dict[str, Any]]
    check_options: Mapping[str, dict[str, Any]]
    reporter_options: Mapping[str, dict[str, Any]]
    profile: Profile
    scope: Scope
    settings: Settings
    policy: Policy
    catalog: Catalog
    evidence: Sources = field(default_factory=dict)
    """What others made and this run takes in, by name."""
    words: tuple[str, ...] = ()
    """The arguments that lead to the same target under the same rules; for the command that has a finding again."""

    @property
    def foreign(self) -> frozenset[str]:
        """The checks that are not ours: advisory until the policy lists them."""
        return frozenset(self.catalog.foreign)


def make_plan(
    catalog: Catalog,
    settings: Settings,
    policy: Policy,
    *,
    categories: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    profile: Profile = "standard",
    words: tuple[str, ...] = (),
) -> Plan:
    """Plan a run of some suites or categories (all when empty), or of ``only`` these checks.

    Brought evidence belongs to a run of everything, and to one of the suite `evidence`.
    """
    evidence = settings.evidence if not only and (not categories or SUITE in categories) else {}
    catalog.target_for(settings.target.address, started=bool(settings.target.start))
    asked = _selected(catalog, categories, only, evidence)
    checks = asked if only else tuple(check for check in asked if _fits(catalog.scenarios[check.needs], profile))
    if asked and not checks:
        raise UsageError(f"--profile {profile}: it leaves out every check that was selected; a longer one runs them")
    missing = missing_capabilities(settings.target)
    if problem := "" if "calls" in missing else _unspeakable(settings.target):
        raise SettingsError(problem)
    settled = {
        check.id: outcome for check in checks if (outcome := _settle(check, catalog, policy, missing, settings.target))
    }
    wanted = {check.needs for check in checks if check.id not in settled}
    chosen = (scenario for id, scenario in catalog.scenarios.items() if id in wanted)
    scenarios = tuple(sorted(chosen, key=lambda scenario: not scenario.first))
    problems: list[str] = []
    _known_names(problems, "scenarios", settings.scenarios, catalog.scenarios)
    own_checks = [id for id in policy.checks if not belongs(id, settings.evidence)]
    _known_names(problems, "policy.checks", own_checks, catalog.checks)
    problems += [
        f"evidence: {name!r} is a check's name; right would be another"
        for name in settings.evidence
        if name in catalog.checks
    ]
    _known_names(problems, "reports", settings.reports, catalog.reporters)
    scenario_options, reporter_options = {}, {}
    for scenario in catalog.scenarios.values():
        given = settings.scenarios.get(scenario.id, {})
        scenario_options[scenario.id], complaints = apply_options(scenario, scenario.options(profile), given)
        problems += complaints
    for reporter in catalog.reporters.values():
        given = settings.reports.get(reporter.id, {})
        reporter_options[reporter.id], complaints = apply_options(reporter, options_of(reporter.run), given)
        problems += complaints
    judging, complaints = _check_options(catalog, policy)
    problems += complaints
    if problems:
        raise (SettingsError if settings.scenarios or settings.reports else PolicyError)("\n".join(problems))
    return Plan(
        checks, scenarios, settled, scenario_options, judging, reporter_options, profile,
        _scope(categories, only, profile, len(asked) - len(checks)), settings, policy, catalog, evidence, words,
    )  # fmt: skip


def check_options(catalog: Catalog, policy: Policy) -> dict[str, dict[str, Any]]:
    """Return the options of every check under a policy; PolicyError with every complaint."""
    options, complaints = _check_options(catalog, policy)
    if complaints:
        raise PolicyError("\n".join(complaints))
    return options


def _check_options(catalog: Catalog, policy: Policy) -> tuple[dict[str, dict[str, Any]], list[str]]:
    options, problems = {}, []
    for check in catalog.checks.values():
        rule = policy.checks.get(check.id)
        options[check.id], complaints = apply_options(check, options_of(check.run), rule.options if rule else {})
        problems += complaints
    return options, problems


def missing_capabilities(spec: TargetSpec) -> dict[str, str]:
    """Return capability -> why this target does not offer it, as far as its description tells."""
    started = bool(spec.start)
    scheme = spec.address.partition(":")[0]
    http = scheme in ("http", "https") or (started and scheme not in GRPC)
    offered = {
        "http": http,
        "calls": http or scheme in GRPC,
        "load": "load" in spec.grants and bool(spec.load_mix),
        "write": "write" in spec.grants,
        "process": started and "disrupt" in spec.grants,
        "network": started and "disrupt" in spec.grants and bool(spec.dependencies),
        "health": http and spec.health.ready is not None,
        "liveness": http and spec.health.live is not None,
        "metrics": http and spec.metrics is not None,
        "openapi": spec.openapi is not None and (started or scheme in ("http", "https")),
        "logs": started,
        "identities": bool(spec.identities),
        "roles": len({operation.identity for operation in spec.operations if operation.identity}) > 1,
        "settings": started and bool(spec.required_settings or spec.invalid_settings),
        "unknown_settings": started and spec.settings_prefix is not None,
    }
    result = {}
    for name, (meaning, roles) in CAPABILITIES.items():
        has = offered.get(name, name in spec.capabilities and spec.capabilities[name].absent is None)
        if not has:
            hint = f"; bind it under `capabilities` with the roles {', '.join(roles)}" if roles else ""
            result[name] = f"the target {meaning}: not described or not granted{hint}"
    return result


def _unspeakable(spec: TargetSpec) -> str:
    """Say which library the described operations need and this machine lacks, "" where none."""
    asked = {operation.method: operation.name for operation in (*spec.operations, *spec.prepare)}
    wanted = {METHODS[method]: name for method, name in asked.items() if method in METHODS}
    return "\n".join(
        f"operation {name!r}: {lack}" for protocol, name in wanted.items() if (lack := missing_library(protocol))
    )


def needed_capabilities(check: Check[...], catalog: Catalog) -> tuple[str, ...]:
    """What the check and its scenario need, the effect's own capability included."""
    scenario = catalog.scenarios[check.needs]
    by_effect = {"read": (), "load": ("load",), "write": ("write",), "disrupt": ("process",)}[scenario.effect]
    return tuple(dict.fromkeys((*by_effect, *scenario.capabilities, *check.capabilities)))


def _settle(
    check: Check[...], catalog: Catalog, policy: Policy, missing: Mapping[str, str], spec: TargetSpec
) -> Outcome | None:
    rule = policy.checks.get(check.id)
    if rule is not None and rule.skip:
        return Skipped(rule.skip)
    needed = needed_capabilities(check, catalog)
    for name in needed:
        binding = spec.capabilities.get(name)
        if binding is not None and binding.absent:
            return NotApplicable(binding.absent)
    lacking = [name for name in needed if name in missing]
    return Unknown("; ".join(f"needs `{name}`: {missing[name]}" for name in lacking)) if lacking else None


def _selected(
    catalog: Catalog, categories: tuple[str, ...], only: tuple[str, ...], evidence: Sources
) -> tuple[Check[...], ...]:
    suites = sorted({scenario.suite for scenario in catalog.scenarios.values()} | ({SUITE} if evidence else set()))
    known = [*suites, *CATEGORIES]
    for name in categories:
        if name not in known:
            raise UsageError(f"--categories: unknown {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    chosen = [catalog.check(id) for id in dict.fromkeys(only)] or list(catalog.checks.values())
    if categories:
        chosen = [c for c in chosen if c.category in categories or catalog.scenarios[c.needs].suite in categories]
    if not chosen and not evidence:
        raise UsageError("the selection holds no check; `readiness list` shows what there is")
    return tuple(chosen)


def _fits(scenario: Scenario[...], profile: Profile) -> bool:
    """Whether a profile has the time that a scenario takes."""
    return PROFILES.index(profile) >= PROFILES.index(scenario.least)


def _scope(categories: tuple[str, ...], only: tuple[str, ...], profile: Profile, left_out: int) -> Scope:
    selected = (*categories, *only)
    limits = [f"it covers {', '.join(selected)} only"] if selected else []
    limits += [f"the profile {profile} leaves out {left_out} checks"] if left_out else []
    if not limits:
        return Scope(partial=False, selected=(), sentence="Everything was in scope.")
    ending = ", not the deployment." if selected else ", so it does not cover the deployment."
    return Scope(partial=True, selected=selected, sentence=f"Scoped verdict: {' and '.join(limits)}{ending}")


def _known_names(problems: list[str], where: str, given: Iterable[str], known: Mapping[str, Any]) -> None:
    problems += [f"{where}: unknown {name!r}{nearest(name, known)}" for name in given if name not in known]
