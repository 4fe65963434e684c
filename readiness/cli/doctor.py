"""readiness doctor: what this machine and target allow, and what each missing capability would decide."""

import argparse
import os
import platform
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.cli.run import prepare
from readiness.plan import make_plan, missing_capabilities, needed_capabilities
from readiness.policy_source import read_policy
from readiness.settings import public_address
from readiness.targeting import CAPABILITIES


def command(asked: argparse.Namespace) -> int:
    """Print the machine, the capabilities, and an offer for each missing one."""
    settings, catalog = prepare(asked)
    policy = read_policy(None, settings, catalog)
    plan = make_plan(catalog, settings, policy, profile=settings.profile)
    missing = missing_capabilities(settings.target)
    needed = {check.id: set(needed_capabilities(check, catalog)) for check in plan.checks}
    total = len(plan.checks)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(f"[bold]Machine[/] {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, "
                  f"load {os.getloadavg()[0]:.2f}, {shutil.disk_usage(Path.cwd()).free / 1e9:.0f} GB free")  # fmt: skip
    console.print(
        f"[bold]Target[/]  {settings.target.name}: "
        + (public_address(settings.target.address) or "started by the gate")
    )
    table = Table("Capability", "Here", "Checks that need it", "Would decide alone", "What it means")
    for name, (meaning, _) in CAPABILITIES.items():
        using = [id for id, wanted in needed.items() if name in wanted]
        alone = sum(1 for id in using if needed[id] & missing.keys() == {name})
        binding = settings.target.capabilities.get(name)
        absent = binding.absent if binding is not None else None
        here = (
            Text("not applicable") if absent else (Text("missing", "red") if name in missing else Text("yes", "green"))
        )
        table.add_row(
            name, here, str(len(using)), str(alone) if name in missing else "", Text(absent or f"the target {meaning}")
        )
    console.print(table)
    open_checks = total - len(plan.settled)
    console.print(f"{open_checks} of {total} checks can be decided as the target is described.")
    return 0
