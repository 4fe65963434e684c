"""How long `readiness history` takes over a folder of many runs, from the first call on.

Writes the summaries of real reports (53 checks each, values with noise and a drift), then calls the command in processes of
its own: first with the files dropped from the page cache, then with them in it.

    python benchmarks/history.py [--runs 10000] [--folder FOLDER]
"""

import argparse
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from readiness.archive import last_run, trend_of, write_summary
from readiness.model import CATEGORIES, SUITES, Category
from readiness.report import CategoryScore, Interval, Report, Result, Scope, SuiteResult

CHECKS = 53
START = datetime(2025, 1, 1, tzinfo=UTC)
WHOLE = Scope(partial=False, selected=(), sentence="Everything was in scope.")


def report(number: int, runs: int, chance: random.Random) -> Report:
    """One run: every fourth check measures, its value drifts upwards by a fifth over all runs."""
    results = tuple(result(place, number / runs, chance) for place in range(CHECKS))
    timestamp = START + timedelta(minutes=30 * number)
    score = 0.9 + chance.gauss(0, 0.01)
    ends = Interval(low=score - 0.02, high=score + 0.02)
    scores: dict[Category, float | None] = {category: score + chance.gauss(0, 0.01) for category in CATEGORIES}
    return Report(
        timestamp=timestamp.isoformat(timespec="seconds"), run=f"{timestamp:%Y%m%dT%H%M%S}-{number:06x}", target="desk",
        verdict="READY", reason="Every bar is cleared.", deployment_ready=True, overall_ready=True, release_ready=False,
        scope=WHOLE, overall_score=score, overall_interval=ends, raw_score=score, coverage=0.97, critical_pass_rate=1.0,
        category_scores=scores, categories=tuple(
            CategoryScore(category=name, weight=1 / 7, score=value, interval=ends, coverage=1.0, results=8, passed=True)
            for name, value in scores.items()
        ),
        overall_success_rate=1.0, total_categories=4, passed_categories=4, failed_categories=0, critical_failures=(),
        deployment_blockers=(), test_duration_seconds=62.0,
        detailed_results={SUITES[0]: SuiteResult(status="PASSED", exit_code=0, critical=True, results=results)},
        scenarios=(), recommendations=(), ledger=(), decisions=(), waivers=(), policy={"name": "standard"},
        environment={"profile": "standard", "policy_hash": "c6198a57c5c2", "catalogue_version": "4340aaccf202",
                     "git_revision": f"{number:040x}", "cpus": 2, "memory_bytes": 25276502016, "machine": "x86_64",
                     "system": "Linux 6.1", "python": "3.11.7"},
    )  # fmt: skip


def result(place: int, done: float, chance: random.Random) -> Result:
    """A check that measures a time, or one that holds."""
    value = math.exp(chance.gauss(-3, 0.1)) * (1 + 0.2 * done) if place % 4 == 0 else None
    measured = {
        "value": value, "objective": 0.5, "limit": 2.0, "unit": "s", "n": 3200,
        "interval": Interval(low=0.95 * value, high=1.06 * value),
    } if value is not None else {}  # fmt: skip
    return Result(
        check=f"check_with_a_name_{place}", title="It holds", category=CATEGORIES[place % len(CATEGORIES)], suite=SUITES[0],
        scenario="steady_load", severity="major", weight=3.0, status="PASS", score=Interval(low=1.0, high=1.0), reason="so",
        **measured,
    )  # fmt: skip


def write(folder: Path, runs: int) -> None:
    """Write the summaries."""
    chance = random.Random(7)
    for number in range(runs):
        made = report(number, runs, chance)
        (folder / made.run).mkdir()
        write_summary(folder / made.run, made)


def drop_from_cache(folder: Path) -> None:
    """Forget the contents of the files; their names stay known to the kernel."""
    os.sync()
    for path in folder.glob("*/*.json"):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def seconds(folder: Path, *arguments: str) -> tuple[float, float]:
    """Wall and processor time of one call, interpreter included."""
    begin, used = time.perf_counter(), _used()
    subprocess.run(
        [sys.executable, "-m", "readiness", "history", str(folder), *arguments], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin, _used() - used


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="use (and keep) this folder of runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="readiness-history-") as scratch:
        folder: Path = asked.folder or Path(scratch)
        if not (folder.is_dir() and any(folder.iterdir())):
            folder.mkdir(parents=True, exist_ok=True)
            begin = time.perf_counter()
            write(folder, asked.runs)
            print(f"{asked.runs} runs written in {time.perf_counter() - begin:.1f} s")
        drop_from_cache(folder)
        wall, used = seconds(folder)
        print(f"first call, files not in the page cache: {wall:.2f} s ({used:.2f} s of CPU)")
        for arguments in (
            [],
            ["--format", "json"],
            ["--format", "csv"],
            ["--check", "check_with_a_name_8"],
            ["--last", "50"],
        ):
            times = [seconds(folder, *arguments) for _ in range(5)]
            wall, used = (median(column) for column in zip(*times, strict=True))
            longest = max(times)[0]
            print(
                f"warm {' '.join(arguments) or 'table':30} {wall:.2f} s, longest {longest:.2f} s ({used:.2f} s of CPU)"
            )
        for name, call in (("last_run", last_run), ("trend_of", trend_of)):
            begin = time.perf_counter()
            call(folder, "desk", WHOLE, profile="standard", before="2099-01-01")
            print(f"{name}: {time.perf_counter() - begin:.2f} s")


if __name__ == "__main__":
    main()
