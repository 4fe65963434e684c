"""Load generators as programs: how each is called, and how its own figures are read. One that is not installed says so."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CLIENT_CORE = 0
HERE = Path(__file__).parent

K6 = """
import http from 'k6/http'; import {{ check }} from 'k6';
export const options = {{ discardResponseBodies: {discard}, summaryTrendStats: ['med', 'p(99)', 'p(99.9)'], {options} }};
export default function () {{ const r = http.get('{url}'); check(r, {{ ok: (r) => {check} }}); }}
"""
LOCUST = """
from locust import FastHttpUser, constant_throughput, task
class Shopper(FastHttpUser):
    {wait}
    @task
    def call(self):
        with self.client.get("/", catch_response=True) as reply:
            {check}
"""


@dataclass(frozen=True)
class Ran:
    """What a program used and said: CPU µs and peak MB of the process, requests, percentiles in ms (p50, p99, p99.9)."""

    cpu: float
    memory: float
    requests: int
    percentiles: tuple[float, float, float] = (float("nan"),) * 3

    @property
    def per_request(self) -> float:
        """CPU microseconds for one request, start of the program included."""
        return self.cpu / self.requests if self.requests else float("nan")


Reader = Callable[[Path], tuple[int, tuple[float, float, float]]]


def measured(call: list[str], folder: Path, read: Reader) -> Ran:
    """Run a program on the client's core and measure it and its children."""
    output = folder / "output"
    environment = {**os.environ, "K6_NO_USAGE_REPORT": "true", "PYTHONPATH": str(HERE.parent)}
    with output.open("wb") as file, (folder / "errors").open("wb") as errors:
        child = subprocess.Popen(
            call, stdout=file, stderr=errors, cwd=folder, env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE}),
        )  # fmt: skip
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    requests, percentiles = read(folder)
    return Ran((used.ru_utime + used.ru_stime) * 1e6, used.ru_maxrss * 1024 / 1e6, requests, percentiles)


def program(name: str) -> str | None:
    """Find a peer beside this interpreter, on PATH, or in the folders of PEERS."""
    folders = os.pathsep.join(
        [os.environ.get("PEERS", ""), os.environ.get("PATH", ""), str(Path(sys.executable).parent)]
    )
    return shutil.which(name, path=folders)


def ours(arguments: list[str], folder: Path) -> Ran:
    """`readiness load`."""
    call = [sys.executable, "-m", "readiness", "load", *arguments, "--quiet", "--json", str(folder / "ours.json")]
    return measured(call, folder, _read_ours)


def wrk(url: str, connections: int, seconds: int, folder: Path) -> Ran | None:
    """wrk, closed loop, no check."""
    found = program("wrk")
    call = [found or "", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    return measured(call, folder, _read_wrk) if found else None


def k6(url: str, options: str, folder: Path, *, document: bool = False) -> Ran | None:
    """k6 with one check, on the status or on a value of the JSON document."""
    found = program("k6")
    check = "r.json('status') === 'ok'" if document else "r.status === 200"
    script = K6.format(url=url, options=options, check=check, discard="false" if document else "true")
    (folder / "script.js").write_text(script)
    call = [found or "", "run", "--quiet", "--summary-export", str(folder / "k6.json"), str(folder / "script.js")]
    return measured(call, folder, _read_k6) if found else None


def locust(
    url: str, users: int, seconds: int, folder: Path, *, wait: str = "pass", document: bool = False
) -> Ran | None:
    """Locust's FastHttpUser with one check."""
    found = program("locust")
    test = 'reply.json()["status"] != "ok"' if document else "reply.status_code != 200"
    check = f'if {test}: reply.failure("bad")'
    (folder / "locustfile.py").write_text(LOCUST.format(wait=wait, check=check))
    call = [
        found or "", "-f", str(folder / "locustfile.py"), "--headless", "-u", str(users), "-r", str(users), "-t", f"{seconds}s",
        "--host", url.rstrip("/"), "--json", "--skip-log", "--stop-timeout", "2",
    ]  # fmt: skip
    return measured(call, folder, _read_locust) if found else None


def _read_ours(folder: Path) -> tuple[int, tuple[float, float, float]]:
    found = json.loads((folder / "ours.json").read_text())
    latency = found["latency_seconds"]
    return found["calls"], tuple(latency.get(name, float("nan")) * 1000 for name in ("p50", "p99", "p99.9"))  # type: ignore[return-value]


def _read_wrk(folder: Path) -> tuple[int, tuple[float, float, float]]:
    output = (folder / "output").read_text()
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    found = dict(re.findall(r"^\s+(50|99)%\s+([\d.]+(?:us|ms|s))$", output, re.MULTILINE))
    times = [
        float(re.sub("[a-z]+", "", text)) * units[re.sub("[0-9.]+", "", text)] for text in (found["50"], found["99"])
    ]
    count = re.search(r"(\d+) requests in", output)
    return int(count[1]) if count else 0, (times[0], times[1], float("nan"))


def _read_k6(folder: Path) -> tuple[int, tuple[float, float, float]]:
    metrics = json.loads((folder / "k6.json").read_text())["metrics"]
    times = metrics["http_req_duration"]
    return int(metrics["http_reqs"]["count"]), (times["med"], times["p(99)"], times["p(99.9)"])


def _read_locust(folder: Path) -> tuple[int, tuple[float, float, float]]:
    output = (folder / "output").read_text()
    (found,) = json.loads(output)
    counts = sorted((float(time), count) for time, count in found["response_times"].items())
    total = sum(count for _, count in counts)

    def percentile(percent: float) -> float:
        passed = 0
        for time, count in counts:
            passed += count
            if passed >= total * percent / 100:
                return time
        return float("nan")

    return found["num_requests"], (percentile(50), percentile(99), percentile(99.9))
