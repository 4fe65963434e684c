"""What sharing a load costs: our worker processes on this machine, and Dask, Ray and Locust as carriers to other machines.

    python benchmarks/distribution.py [--rounds 5] [--quick] [--dask PYTHON] [--ray PYTHON] [--locust PYTHON]

Each PYTHON is the interpreter of a virtual environment into which that package alone was installed (`pip install distributed`,
`pip install ray`, `pip install locust`); one that is not given is "not installed". Of each: what the installation adds to an
empty environment, the time from the first process until two workers are ready, memory of all its processes at rest (PSS, which
counts shared pages once), the round trip of an empty call to one worker, and the time from the SIGKILL of a worker's process
until the coordinator is told. Rounds are interleaved; medians are shown.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Figures = dict[str, float]
HERE = Path(__file__).parent
PROBES = ("dask", "ray", "locust")
ROWS = {
    "install_mb": "installed, MB",
    "start_s": "start until two workers are ready, s",
    "idle_mb": "memory at rest, coordinator + 2 workers, MB",
    "trip_ms": "round trip of an empty call, ms",
    "death_s": "a killed worker is told after, s",
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round: for a look, not for a claim")
    for name in PROBES:
        parser.add_argument(f"--{name}", default="", metavar="PYTHON")
    asked = parser.parse_args()
    rounds = 1 if asked.quick else asked.rounds
    carriers: dict[str, list[Figures]] = {name: [] for name in PROBES}
    ours: list[Figures] = []
    for _ in range(rounds):
        ours.append(asyncio.run(own_workers()))
        for name in PROBES:
            if python := getattr(asked, name):
                carriers[name].append(probed(name, python))
    show_carriers(carriers)
    show_ours(ours, carriers)


def show_carriers(carriers: dict[str, list[Figures]]) -> None:
    """Print a column for each carrier."""
    print(f"{'':46}" + "".join(f"{name:>14}" for name in PROBES))
    for key, title in ROWS.items():
        cells = [cell([one[key] for one in carriers[name] if key in one]) for name in PROBES]
        print(f"{title:46}" + "".join(f"{text:>14}" for text in cells))


def show_ours(ours: list[Figures], carriers: dict[str, list[Figures]]) -> None:
    """Print what our own processes cost."""
    print("\nour load workers on this machine (2 processes, 500 arrivals per second together)")
    for key, title in {
        "start_s": "start until both are ready, s",
        "skew_ms": "begin of the first to begin of the last, ms",
        "memory_mb": "peak memory of one, MB",
        "late_ms": "start-time error p99 of the worse, ms",
        "lost": "calls lost, of 1 500",
        "death_s": "a killed worker is told after, s",
    }.items():
        print(f"{title:46}{cell([one[key] for one in ours]):>14}")
    if dask := [one["offset_ms"] for one in carriers["dask"] if "offset_ms" in one]:
        print(f"{'clock offset through Dask: uncertainty, ms':46}{cell(dask):>14}")


def cell(values: list[float]) -> str:
    """Return a median, or that there is none."""
    return f"{statistics.median(values):,.3g}" if values else "not installed"


async def own_workers() -> Figures:
    """Measure our own worker processes against a quick server in this process."""
    from readiness.load.constant_arrival_rate import ConstantArrivalRate
    from readiness.load.journeys import Call, Calls
    from readiness.load.origin import parse_origin
    from readiness.load.session import Load
    from readiness.load.workers import LEAD, run_workers

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.write = transport.write  # type: ignore[attr-defined]  # a stream's

        def data_received(self, data: bytes) -> None:
            self.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" * data.count(b"\r\n\r\n"))

    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    origin = parse_origin(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    calls = Calls((Call(),))
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        found = await run_workers(Load(origin, ConstantArrivalRate(500, 3.0), calls), 2, Path(folder))
        pace = found.result.pace
        assert pace is not None
        whole = time.monotonic() - begin
        death = await _own_death(Load(origin, ConstantArrivalRate(500, 3.0), calls), Path(folder))
    server.close()
    return {
        "start_s": whole - found.result.seconds - LEAD,
        "skew_ms": found.skew * 1000,
        "memory_mb": max(worker.result.memory for worker in found.workers) / 1e6,
        "late_ms": pace.late_p99 * 1000,
        "lost": 1500 - found.result.calls,
        "death_s": death,
    }


async def _own_death(load: "object", folder: Path) -> float:
    from readiness.load.workers import run_workers

    told: list[float] = []
    running = asyncio.ensure_future(run_workers(load, 2, folder, notice=lambda _: told.append(time.monotonic())))  # type: ignore[arg-type]
    await asyncio.sleep(1.5)
    victim = int(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0])
    killed = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    await running
    return told[0] - killed


def probed(name: str, python: str) -> Figures:
    """Run one probe under its own interpreter; its last line of output is its figures."""
    figures = {"install_mb": installed(Path(python).parent.parent)}
    call = [python, str(HERE / "distribution_probes.py"), name]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=180)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return figures
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return {**figures, **json.loads(told[-1])}


def installed(environment: Path) -> float:
    """Return the size of what is installed beside pip itself, in MB; compiled bytecode is left out."""
    left_out = {"__pycache__", "pip", "setuptools", "pkg_resources", "_distutils_hack"}
    folders = list(environment.glob("lib/python*/site-packages"))
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files if not left_out & set(path.parts)) / 1e6


if __name__ == "__main__":
    main()
