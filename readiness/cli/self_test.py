"""readiness self-test: plant every described defect, see its check turn red, and the healthy target stay clean."""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.cli.run import prepare, with_mutant
from readiness.errors import UsageError
from readiness.loader import Catalog
from readiness.targeting import Mutant

RUN_SECONDS = 400


@dataclass(frozen=True)
class Finding:
    """What one check said of one target."""

    status: str
    reason: str
    seconds: float

    @property
    def caught(self) -> bool:
        """A planted defect counts as caught only by a failure, not by a run that broke."""
        return self.status == "FAIL"


def command(asked: argparse.Namespace) -> int:
    """Print the table of defects; 0 only if every one is caught and the healthy target is clean."""
    settings, catalog = prepare(asked)
    mutants = settings.target.mutants
    if not mutants:
        raise UsageError(
            "the target describes no `mutants`; see `readiness explain` of the check that they should break"
        )
    for name in asked.names:
        with_mutant(settings, name)
    chosen = [mutant for mutant in mutants if not asked.names or mutant.name in asked.names]
    for mutant in chosen:
        catalog.check(mutant.check)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    with tempfile.TemporaryDirectory(prefix="readiness-self-test-") as scratch:
        output = Path(asked.output or scratch)
        healthy = _grade(asked, output / "healthy", sorted({mutant.check for mutant in chosen}))
        findings = _all(asked, output, chosen, catalog, console)
    table = Table(
        "Defect", "Check", "Healthy", "Planted", "What the gate saw", title="Planted defects", title_justify="left"
    )
    bad = 0
    for mutant in chosen:
        clean, found = healthy.get(mutant.check), findings[mutant.name]
        good = found.caught and clean is not None and clean.status in ("PASS", "WARN")
        bad += not good
        table.add_row(
            mutant.name, mutant.check, clean.status if clean else "?", Text(found.status, "" if good else "bold red"),
            Text(found.reason[:150]),
        )  # fmt: skip
    console.print(table)
    caught = sum(finding.caught for finding in findings.values())
    clean_count = sum(1 for finding in healthy.values() if finding.status in ("PASS", "WARN"))
    console.print(
        f"{caught} of {len(chosen)} defects caught; {clean_count} of {len(healthy)} checks clean on the healthy target"
    )
    return 0 if bad == 0 else 1


def _all(
    asked: argparse.Namespace, output: Path, mutants: list[Mutant], catalog: Catalog, console: Console
) -> dict[str, Finding]:
    """Grade every mutant: those under load alone, the rest side by side."""
    loaded = {m.name for m in mutants if catalog.scenarios[catalog.checks[m.check].needs].effect == "load"}
    findings: dict[str, Finding] = {}

    def one(mutant: Mutant) -> tuple[Mutant, Finding]:
        found = _grade(asked, output / mutant.name, [mutant.check], mutant.name)
        return mutant, found.get(mutant.check, Finding("NO RESULT", "the run gave no result for this check", 0.0))

    for workers, group in (
        (asked.jobs, [m for m in mutants if m.name not in loaded]),
        (1, [m for m in mutants if m.name in loaded]),
    ):
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for mutant, finding in pool.map(one, group):
                findings[mutant.name] = finding
                console.print(f"{len(findings):3}/{len(mutants)} {mutant.name}: {mutant.check} {finding.status}")
    return findings


def _grade(asked: argparse.Namespace, output: Path, checks: list[str], mutant: str = "") -> dict[str, Finding]:
    command_line = [sys.executable, "-m", "readiness", "run", "--output", str(output), "--check", *checks]
    if mutant:
        command_line += ["--mutant", mutant]
    if asked.config:
        command_line += ["--config", asked.config]
    for folder in asked.plugins:
        command_line += ["--plugins", folder]
    done = subprocess.run(
        command_line, capture_output=True, text=True, timeout=RUN_SECONDS, check=False, env={**os.environ, "CI": "1"}
    )
    reports = sorted(output.glob("*/production_validation_report_*.json"))
    if not reports:
        return {check: Finding("NO REPORT", done.stderr.strip()[-300:], 0.0) for check in checks}
    report: dict[str, Any] = json.loads(reports[-1].read_text())
    return {
        result["check"]: Finding(result["status"], result["reason"], report["test_duration_seconds"])
        for suite in report["detailed_results"].values()
        for result in suite["results"]
    }
