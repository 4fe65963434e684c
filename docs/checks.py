"""Write docs/checks.md: `python docs/checks.py`, after a check was added or its capabilities changed."""

from collections import Counter
from pathlib import Path

from readiness.loader import Catalog, describe, load
from readiness.model import CATEGORIES
from readiness.plan import needed_capabilities
from readiness.targeting import CAPABILITIES

PAGE = Path(__file__).parent / "checks.md"
STEPS = (
    ("an address", ("http", "calls")),
    ("a start command, so that its log can be read", ("logs",)),
    ("the grant `disrupt`", ("process",)),
    ("the grant `load`", ("load",)),
    ("the grant `write`", ("write",)),
    ("paths of health and metrics", ("health", "liveness", "metrics")),
    ("settings", ("settings", "unknown_settings")),
    ("identities", ("identities", "roles")),
    ("dependencies", ("network",)),
)
"""What a user adds to readiness.yaml one after the other, and the capabilities that it gives."""


def page(catalog: Catalog) -> str:
    """The whole page."""
    needs = {id: set(needed_capabilities(check, catalog)) for id, check in catalog.checks.items()}
    lines = [
        "# The checks, and what each capability unlocks",
        "",
        f"{len(needs)} checks. Written by `python docs/checks.py`; a test compares. `readiness explain ID` says more of each.",
        "",
        "## What has to be described",
        "",
        "Each row adds to the ones above it.",
        "",
        "| What readiness.yaml says | Checks that can be decided | More |",
        "|---|---:|---:|",
    ]
    have: set[str] = set()
    before = 0
    for what, names in (*STEPS, ("everything else, each bound under `capabilities`", tuple(CAPABILITIES))):
        have |= set(names)
        decided = sum(wanted <= have for wanted in needs.values())
        lines.append(f"| {what} | {decided} | {decided - before:+} |")
        before = decided
    lines += ["", "## Capabilities", "", "| Capability | The target ... | Checks that need it |", "|---|---|---:|"]
    counts = Counter(name for wanted in needs.values() for name in wanted)
    lines += [f"| `{name}` | {meaning} | {counts[name]} |" for name, (meaning, _) in CAPABILITIES.items()]
    for category in CATEGORIES:
        own = sorted(id for id, check in catalog.checks.items() if check.category == category)
        lines += [
            "",
            f"## {category} ({len(own)})",
            "",
            "| Check | Severity | What must hold | Needs |",
            "|---|---|---|---|",
        ]
        for id in own:
            check = catalog.checks[id]
            title = describe(check)[0].replace("|", "\\|")
            lines.append(f"| `{id}` | {check.severity} | {title} | {', '.join(sorted(needs[id]))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
