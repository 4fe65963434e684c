"""readiness list: every suite with its scenarios, every category with its checks."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.loader import describe, load
from readiness.model import CATEGORIES


def command(asked: argparse.Namespace) -> int:
    """Print the catalogue."""
    catalog = load(Path(folder) for folder in asked.plugins)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    checks = Table("Category", "Check", "Severity", "Needs", "What must hold", title="Checks", title_justify="left")
    order = {category: place for place, category in enumerate(CATEGORIES)}
    for check in sorted(catalog.checks.values(), key=lambda check: (order[check.category], check.id)):
        title = describe(check)[0] + (" (advisory)" if check.id in catalog.foreign else "")
        checks.add_row(check.category, check.id, check.severity, check.needs, Text(title))
    scenarios = Table("Suite", "Scenario", "Effect", "What it does", title="Scenarios", title_justify="left")
    for scenario in sorted(catalog.scenarios.values(), key=lambda scenario: (scenario.suite, scenario.id)):
        scenarios.add_row(scenario.suite, scenario.id, scenario.effect, Text(describe(scenario)[0]))
    console.print(scenarios, checks, sep="\n")
    console.print(
        f"{len(catalog.scenarios)} scenarios, {len(catalog.checks)} checks; `readiness explain ID` says more."
    )
    return 0
