"""How often a comparison of two versions of the desk is right: a fifth slower must be found, the same must not alarm.

    python benchmarks/paired_comparison.py [--repetitions 10] [--slow-down 0.2] [--seconds 20] [--rate 100] [--output FOLDER]

Runs `readiness compare` so often with the slowed desk and so often with the same desk twice, in turn, each time with another
seed, and exits 1 unless at least nine of ten slow ones are found and at most one of ten equal ones alarms. It prints what
disturbed the machine, too: the load average, and the spread of the baseline's own CPU time per call between repetitions.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DESK = "{python} -m readiness.desk --port {port}"
WORDS = {0: "no regression", 1: "regression", 3: "undecided"}
METRICS = ("latency_median", "latency_p95", "cpu_per_call")


@dataclass(frozen=True)
class Repetition:
    """One comparison: its exit code, its result, and how long it took in seconds."""

    planted: float
    code: int
    result: dict[str, Any]
    seconds: float
    load: float

    def difference(self, metric: str) -> dict[str, Any]:
        """Return what it found of one metric; empty where nothing was judged."""
        return next((found for found in self.result["differences"] if found["metric"] == metric), {})


def compare(asked: argparse.Namespace, planted: float, seed: int, folder: Path) -> Repetition:
    """Run one comparison as a process, as a user would."""
    candidate = f"{DESK} --slow-down {planted}" if planted else DESK
    words = [
        sys.executable, "-m", "readiness", "compare", "--baseline", DESK, "--candidate", candidate,
        "--seconds", str(asked.seconds), "--rate", str(asked.rate), "--seed", str(seed),
        "--output", str(folder), "--format", "json",
    ]  # fmt: skip
    load, begin = os.getloadavg()[0], time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode not in WORDS:
        sys.exit(f"a comparison ended with {done.returncode}\n{done.stderr}")
    return Repetition(planted, done.returncode, json.loads(done.stdout), time.monotonic() - begin, load)


def line(number: int, one: Repetition) -> str:
    """Return one row of the table."""
    cells = []
    for metric in METRICS:
        found = one.difference(metric)
        known = found and found["value"] is not None
        cells.append(f"{found['value']:6.3f} {found['verdict']:9}" if known else f"{'-':16}")
    planted = f"+{one.planted:.0%}" if one.planted else "same"
    ends = f"{WORDS[one.code]:14} {one.result['quads']:5} {one.seconds:6.1f} {one.load:5.1f}"
    return f"{number:3} {planted:6} {'  '.join(cells)}  {ends}"


def main() -> int:
    """Run the repetitions and say whether the bounds hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--slow-down", type=float, default=0.2)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--output", type=Path, help="keep the comparisons here")
    asked = parser.parse_args()
    made: list[Repetition] = []
    with tempfile.TemporaryDirectory(prefix="readiness-paired-") as scratch:
        folder = asked.output or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        heads = "".join(f"{metric:18}" for metric in METRICS)
        print(f"  # planted {heads}conclusion     quads seconds load", flush=True)
        for number in range(asked.repetitions):
            for planted in (asked.slow_down, 0.0):
                made.append(compare(asked, planted, number + 1, folder.resolve()))
                print(line(number + 1, made[-1]), flush=True)
    return verdict(made)


def verdict(made: list[Repetition]) -> int:
    """Print the counts and the bounds; 0 if both hold."""
    slow, same = [one for one in made if one.planted], [one for one in made if not one.planted]
    found, alarms = sum(one.code == 1 for one in slow), sum(one.code == 1 for one in same)
    print(f"\nslower found: {found} of {len(slow)} (needed: 9 of 10)")
    print(f"false alarms: {alarms} of {len(same)} (allowed: 1 of 10)")
    for metric in METRICS:
        by = sum(one.difference(metric).get("verdict") == "worse" for one in slow)
        false = sum(one.difference(metric).get("verdict") == "worse" for one in same)
        print(f"  {metric:15} found {by}, false {false}")
    print(
        f"longest comparison: {max(one.seconds for one in made):.1f} s; together {sum(o.seconds for o in made):.0f} s"
    )
    cpu = [one.difference("cpu_per_call").get("baseline") for one in made]
    known = [value for value in cpu if value]
    if len(known) > 1:
        spread = statistics.stdev(known) / statistics.mean(known)
        print(
            f"machine: the baseline's own CPU per call varied by {spread:.0%} (standard deviation) between comparisons"
        )
    return 0 if found >= 0.9 * len(slow) and alarms <= 0.1 * len(same) else 1


if __name__ == "__main__":
    sys.exit(main())
