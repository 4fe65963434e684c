"""readiness explain ID: the documentation page of a check or scenario, with its options and capabilities."""

import argparse
import inspect
from pathlib import Path

from readiness.errors import UsageError, nearest
from readiness.loader import Catalog, describe, load
from readiness.plan import needed_capabilities
from readiness.plugins import Check, Scenario, options_of
from readiness.targeting import CAPABILITIES


def command(asked: argparse.Namespace) -> int:
    """Print what the id names; a check and a scenario may share it."""
    catalog = load(Path(folder) for folder in asked.plugins)
    check, scenario = catalog.checks.get(asked.id), catalog.scenarios.get(asked.id)
    if check is None and scenario is None:
        known = [*catalog.checks, *catalog.scenarios]
        raise UsageError(
            f"unknown check or scenario {asked.id!r}{nearest(asked.id, known)}; `readiness list` shows them all"
        )
    if check is not None:
        _check(check, catalog)
    if scenario is not None:
        _scenario(scenario)
    return 0


def _check(check: Check[...], catalog: Catalog) -> None:
    title, rest = describe(check)
    print(f"{check.category}/{check.id}: {title}.\n")
    print(f"{rest}\n" if rest else "", end="")
    print(inspect.getdoc(check.run) or "", end="\n\n")
    print(f"severity      {check.severity}")
    print(f"judges        the recording of the scenario {check.needs}")
    print(f"needs         {', '.join(needed_capabilities(check, catalog)) or 'nothing special'}")
    if check.remediation is not None:
        print(f"to fix        {check.remediation.text} (effort: {check.remediation.effort})")
    _options(check, "policy: {checks: {" + check.id + ": {options: {...}}}}")
    print(f"alone         readiness run --check {check.id}")
    print(f"source        {check.source}")


def _scenario(scenario: Scenario[...]) -> None:
    title, rest = describe(scenario)
    print(f"{scenario.suite}/{scenario.id}: {title}.\n")
    print(f"{rest}\n" if rest else "", end="")
    print(f"effect        {scenario.effect}")
    for name in scenario.capabilities:
        meaning, roles = CAPABILITIES[name]
        print(f"needs         {name}: the target {meaning}" + (f" (roles: {', '.join(roles)})" if roles else ""))
    _options(scenario, "scenarios: {" + scenario.id + ": {...}}")
    for profile, changed in scenario.profiles.items():
        if changed:
            print(f"{profile:13} {', '.join(f'{name} = {value}' for name, value in changed.items())}")
    print(f"source        {scenario.source}")


def _options(plugin: Check[...] | Scenario[...], where: str) -> None:
    options = options_of(plugin.run)
    for name, value in options.items():
        print(f"option        {name} = {value!r}")
    if options:
        print(f"set by        {where} in readiness.yaml")
