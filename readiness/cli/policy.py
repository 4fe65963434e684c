"""readiness policy lint|show|hash: what a policy amounts to, and what is wrong or unwise in it."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from readiness.cli.run import prepare
from readiness.errors import PolicyError
from readiness.loader import Catalog
from readiness.policy import policy_hash
from readiness.policy_lint import complaints_about, warnings_about
from readiness.policy_source import SUFFIXES, Layer, effective, read_layers
from readiness.settings import Settings
from readiness.yaml_file import read_yaml


def command(asked: argparse.Namespace) -> int:
    """Do one of the three with the policy that a run would be held against."""
    layers, settings, catalog = sources(asked)
    policy = layers[-1].policy
    if asked.action == "hash":
        print(policy_hash(policy))
        return 0
    if asked.action == "show":
        print(f"# policy {policy.name}, hash {policy_hash(policy)}")
        print(effective(layers), end="")
        return 0
    warnings = warnings_about(policy, catalog, today(asked), settings.target.name)
    return report_findings(complaints_about(policy, catalog, settings.evidence), warnings, f"policy {policy.name}")


def sources(asked: argparse.Namespace) -> tuple[tuple[Layer, ...], Settings, Catalog]:
    """Read the policy that FILE names: built in, a policy file, or the policy section of settings (the default)."""
    name = asked.file
    if name is not None and _is_settings(Path(name)):
        asked.config, name = name, None
    settings, catalog = prepare(asked)
    return read_layers(name, settings), settings, catalog


def today(asked: argparse.Namespace) -> date:
    """Return the day (UTC) that waivers are held against."""
    given: date | None = asked.today
    return given or datetime.now(UTC).date()


def report_findings(complaints: list[str], warnings: list[str], what: str) -> int:
    """Print the warnings; the errors are raised, and with none of them all is well."""
    for warning in warnings:
        print(f"warning: {warning}")
    if complaints:
        raise PolicyError("\n".join(complaints))
    counted = "no warning" if not warnings else "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    print(f"{what}: no error, {counted}")
    return 0


def _is_settings(path: Path) -> bool:
    """Whether a file is a readiness.yaml; what cannot be read is left for its reader to refuse."""
    if path.suffix not in SUFFIXES or not path.is_file():
        return False
    try:
        data = read_yaml(path)
    except ValueError:
        return False
    return isinstance(data, dict) and "target" in data
