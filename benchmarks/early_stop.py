"""Does stopping when decided change a verdict, and what does it save? The stress suite on the sample desk, in turn.

    python benchmarks/early_stop.py [--repetitions 20] [--mutant random-errors] [--seconds 120]

Each repetition runs the standard stress suite twice: once so that the steady load stops when its limits are decided, once to
its end. Seconds are those of the scenarios themselves, from their recordings. The goal: three times sooner, and the same verdict
in every repetition. On a quiet machine: an unfit one makes every verdict INCONCLUSIVE, which counts as missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import yaml

import readiness

DESK = Path(readiness.__file__).parent / "desk" / "readiness.yaml"
LEAST_RATIO = 3.0


class Run(NamedTuple):
    """One run of the suite."""

    verdict: str
    statuses: dict[str, str]
    seconds: float
    stopped: str
    """How the steady load ended."""


def run(settings: Path, folder: Path, mutant: str) -> Run:
    command = [sys.executable, "-m", "readiness", "run", "--config", str(settings), "--categories", "stress_testing"]
    command += ["--output", str(folder), *(["--mutant", mutant] if mutant else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = list(folder.glob("*/production_validation_report_*.json"))
    if not reports:
        raise SystemExit(f"no report (exit {done.returncode}): {done.stderr.strip() or done.stdout.strip()}")
    report = json.loads(reports[0].read_text())
    results = [one for suite in report["detailed_results"].values() for one in suite["results"]]
    seconds, stopped = 0.0, "at its end"
    for path in (reports[0].parent / "recordings").glob("*.jsonl"):
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        seconds += sum(entry["seconds"] for entry in entries if entry["kind"] == "end")
        for entry in entries:
            if entry["kind"] == "fact" and entry["name"] == "stop steady":
                stopped = f"{entry['value']['verdict']} at {entry['value']['seconds']:g} s"
    if not results:
        raise SystemExit(f"a report without results: {reports[0]}")
    return Run(report["verdict"], {one["check"]: one["status"] for one in results}, seconds, stopped)


def settings_file(folder: Path, name: str, options: dict[str, Any]) -> Path:
    settings = yaml.safe_load(DESK.read_text())
    settings["scenarios"] = {"steady_load": options}
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


def main() -> int:
    """Print a line for each repetition and the ratio; exit 1 where the goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--repetitions", type=int, default=20)
    asked.add_argument(
        "--mutant", default="", help="a described defect to plant, see `python -m readiness.desk --list-defects`"
    )
    asked.add_argument(
        "--seconds", type=float, help="longest steady load, where another one than the scenario's is wanted"
    )
    chosen = asked.parse_args()
    options = {} if chosen.seconds is None else {"seconds": chosen.seconds}
    ratios, alike = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        early = settings_file(folder, "early", options)
        whole = settings_file(folder, "whole", {**options, "early": False})
        for number in range(1, chosen.repetitions + 1):
            soon = run(early, folder / f"early-{number}", chosen.mutant)
            late = run(whole, folder / f"whole-{number}", chosen.mutant)
            ratios.append(late.seconds / soon.seconds)
            alike += soon.verdict == late.verdict != "INCONCLUSIVE"
            changed = [
                f"{check} {late.statuses[check]} -> {status}"
                for check, status in soon.statuses.items()
                if late.statuses.get(check) != status
            ]
            print(
                f"{number:>3}  {soon.seconds:>6.1f} s {soon.verdict} ({soon.stopped})  {late.seconds:>6.1f} s {late.verdict}"
                f"  {ratios[-1]:.2f} times  {', '.join(changed) or 'every status alike'}",
                flush=True,
            )
    met = alike == chosen.repetitions and median(ratios) >= LEAST_RATIO
    print(
        f"\n{median(ratios):.2f} times sooner (median), the same verdict in {alike} of {chosen.repetitions}: {'MET' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
