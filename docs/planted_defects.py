"""Write docs/planted-defects.md from what `readiness self-test --output FILE.json` wrote; a later file overrides an earlier one.

python docs/planted_defects.py desk.json readiness.json ...
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("planted-defects.md")


def page(runs: Sequence[dict[str, Any]]) -> str:
    """The page: one row for each pair of a service's defect and the check that has to turn red on it."""
    pairs = {(run["target"], pair["defect"]): pair for run in runs for pair in run["pairs"]}
    proven = sum(pair["proven"] for pair in pairs.values())
    rounds, caught = (sum(pair[what] for pair in pairs.values()) for what in ("rounds", "caught"))
    text = [
        "# The planted defects, and the checks that caught them",
        "",
        f"{proven} of {len(pairs)} pairs are proven: the check fails on the defect and passes on the healthy service. Caught in {caught}",
        f"of {rounds} rounds, so the power over all of them is {caught / rounds:.3f}; one pair's is as wide as its few rounds make it",
        "(Wilson, 95 %). Made by `readiness self-test --output FILE.json` with the sample desk and each `tests/services/*.yaml` that",
        "describes `mutants`, and by `python docs/planted_defects.py FILE.json ...`.",
        "",
        "| Service | Defect | Check | Healthy | Rounds | Caught | Power | Seconds |",
        "|---|---|---|---|---:|---:|---|---:|",
    ]
    for (target, defect), pair in pairs.items():
        power = pair["power"]
        between = f"{power['value']:.2f} ({power['low']:.2f} to {power['high']:.2f})"
        text.append(
            f"| {target} | `{defect}` | `{pair['check']}` | {pair['healthy']} | {pair['rounds']} | {pair['caught']} | {between} "
            f"| {pair['seconds']:.1f} |"
        )
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    PAGE.write_text(
        page([json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]]), encoding="utf-8"
    )
