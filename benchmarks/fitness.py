"""Whether the machine is called fit when it is quiet, and unfit beside busy loops that are not ours.

    python benchmarks/fitness.py [--rounds 3] [--profile quick] [--busy 0 1 2]

Each round grades the sample desk's 95th percentile beside so many busy loops and prints what was read on the machine. On a
quiet machine the rows with 0 must be fit; those with as many loops as there are cores must not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.measure.fitness import LIMITS, fitness_of
from readiness.measure.recording import read_recording

SCENARIO = "steady_load"


def main() -> None:
    """Print one line a round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, os.cpu_count() or 2])
    options = parser.parse_args()
    names = [*LIMITS, "control_seconds"]
    print("busy  fit    p95 ms  " + "  ".join(f"{name:>21}" for name in names))
    for _ in range(options.rounds):
        for busy in options.busy:
            with tempfile.TemporaryDirectory() as folder, busy_loops(busy):
                recording = read_recording(recordings_of(Path(folder), options.profile), SCENARIO)
            fitness = fitness_of([recording])
            values = [fitness.readings.get(name) for name in names]
            cells = "  ".join(f"{'-' if value is None else f'{value:.4g}':>21}" for value in values)
            p95 = recording.latency.percentile(95).value * 1e3
            print(f"{busy:>4}  {fitness.fit!s:5}  {p95:>6.1f}  {cells}", flush=True)


def recordings_of(folder: Path, profile: str) -> Path:
    """Grade the desk and return where the recordings lie."""
    command = [sys.executable, "-m", "readiness", "--check", "latency_p95", "--profile", profile]
    subprocess.run([*command, "--no-report", "--output", str(folder)], capture_output=True, check=False)
    return next(folder.glob("*/recordings"))


@contextmanager
def busy_loops(number: int) -> Iterator[None]:
    """Keep so many cores busy with work that does not belong to the run."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


if __name__ == "__main__":
    main()
