"""The load engine beside its peers: CPU per checked request, truth of latency under stalls, rates held, memory.

The client runs on core 0 and the server on core 1. nginx serves the cost of a request where it is installed; stalls come from
benchmarks/stalling_server.py. Peers are looked for beside this interpreter, on PATH, and in the folders named by PEERS.

    python benchmarks/load_engine.py [--quick] [--only cost|truth|rates|memory]
"""

import argparse
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from load_peers import HERE, Ran, k6, locust, ours, wrk

SERVER_CORE = 1
USERS = 50
RATE = 500
ROUNDS = {True: 1, False: 5}
COST_SECONDS = {True: 3, False: 8}
TRUTH_SECONDS = {True: 10, False: 30}
RATE_SECONDS = {True: 5, False: 60}
NGINX = """
worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 20000; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; {paths}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ default_type application/json;
    return 200 '{{"status":"ok","items":[1,2,3],"price":"12.3"}}'; }} }} }}
"""
QUICK_SERVER = """
import asyncio, sys, uvloop
body = b'{"status":"ok","items":[1,2,3],"price":"12.3"}'
answer = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 46\\r\\n\\r\\n" + body
class Answering(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(answer * data.count(b"\\r\\n\\r\\n"))
async def main():
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()
uvloop.run(main())
"""


def main() -> None:
    """Run what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round: for a look, not for a claim")
    parser.add_argument("--only", choices=("cost", "truth", "rates", "memory"))
    asked = parser.parse_args()
    parts: dict[str, Callable[[bool, Path], None]] = {"cost": cost, "truth": truth, "rates": rates, "memory": memory}
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load average {os.getloadavg()[0]:.2f} at the start"
    )
    for name, part in parts.items():
        if asked.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                part(asked.quick, Path(folder))


def cost(quick: bool, folder: Path) -> None:
    """CPU of the client per request: medians of rounds in which every tool has its turn."""
    seconds = COST_SECONDS[quick]
    closed = f"vus: {USERS}, duration: '{seconds}s'"
    with quick_server(folder) as (url, server):
        tools: dict[str, Callable[[], Ran | None]] = {
            "wrk (no check)": lambda: wrk(url, USERS, seconds, folder),
            "ours, status": lambda: journey(url, "status", seconds, folder),
            "ours, JSON": lambda: journey(url, "document", seconds, folder),
            "k6, status": lambda: k6(url, closed, folder),
            "k6, JSON": lambda: k6(url, closed, folder, document=True),
            "Locust FastHttpUser, status": lambda: locust(url, USERS, seconds, folder),
            "Locust FastHttpUser, JSON": lambda: locust(url, USERS, seconds, folder, document=True),
        }
        rounds = [{name: tool() for name, tool in tools.items()} for _ in range(ROUNDS[quick])]
    found = {name: [one[name] for one in rounds if one[name] is not None] for name in tools}
    costs = {name: median(ran.per_request for ran in runs) for name, runs in found.items() if runs}
    print(f"\nCPU per request, {USERS} users, {seconds} s, {len(rounds)} rounds, server {server}")
    print(f"{'':30} {'µs':>8} {'x wrk':>7} {'x ours':>7} {'per second':>11} {'MB':>6}")
    for name, runs in found.items():
        if not runs:
            print(f"{name:30} not installed")
            continue
        like = costs["ours, JSON" if "JSON" in name else "ours, status"]
        to_wrk = costs[name] / costs["wrk (no check)"] if "wrk (no check)" in costs else math.nan
        rate, peak = median(run.requests / seconds for run in runs), max(run.memory for run in runs)
        print(f"{name:30} {costs[name]:8.2f} {to_wrk:7.2f} {costs[name] / like:7.2f} {rate:11,.0f} {peak:6.0f}")


def truth(quick: bool, folder: Path) -> None:
    """Percentiles of latency, held against what the server's own log makes of the arrival schedule."""
    seconds = TRUTH_SECONDS[quick]
    arrivals = (
        f"scenarios: {{ s: {{ executor: 'constant-arrival-rate', rate: {RATE}, timeUnit: '1s', duration: '{seconds}s', "
        "preAllocatedVUs: 600, maxVUs: 600 } }"
    )
    tools: dict[str, Callable[[str], Ran | None]] = {
        "ours, open model": lambda url: ours([url, "--rate", str(RATE), "--duration", f"{seconds}s"], folder),
        "k6 arrival rate, 600 users": lambda url: k6(url, arrivals, folder),
        "Locust, 50 users x 10/s": lambda url: locust(
            url, 50, seconds, folder, wait=f"wait_time = constant_throughput({RATE / 50})"
        ),
        "wrk, 3 connections": lambda url: wrk(url, 3, seconds, folder),
    }
    print(f"\nLatency in ms, {RATE} per second for {seconds} s, server stalls 500 ms every 5 s")
    print(f"{'':30} {'p50':>8} {'p99':>8} {'p99.9':>8}   error against the server's own schedule")
    for name, tool in tools.items():
        with stalling_server(folder) as (url, log):
            begin = time.monotonic()
            ran = tool(url)
            end = time.monotonic()
        if ran is None:
            print(f"{name:30} not installed")
            continue
        right = computed(json.loads(log.read_text()), begin, end, seconds)
        errors = [
            f"{found / value - 1:+7.1%}" if found == found else "      –"
            for found, value in zip(ran.percentiles, right, strict=True)
        ]
        print(f"{name:30} " + " ".join(f"{x:8.1f}" for x in ran.percentiles) + "   " + " ".join(errors))
    print(f"{'computed for the last one':30} " + " ".join(f"{x:8.1f}" for x in right))


def computed(log: dict[str, object], begin: float, end: float, seconds: int) -> tuple[float, float, float]:
    """Return the percentiles that a generator without fault would see, in ms.

    Its schedule began somewhere in the first moments of the program; with whole numbers of stalls that does not matter.
    """
    service, stalls = float(log["service"]), log["stalls"]  # type: ignore[arg-type]
    start = end - seconds - (end - begin - seconds) / 2
    latencies = []
    for number in range(RATE * seconds):
        at = start + number / RATE
        answered = at + service
        for stalled, over in stalls:  # type: ignore[attr-defined]
            if stalled <= answered < over:
                answered = over
        latencies.append((answered - at) * 1000)
    latencies.sort()
    ranks = [math.ceil(share * len(latencies)) - 1 for share in (0.5, 0.99, 0.999)]
    return latencies[ranks[0]], latencies[ranks[1]], latencies[ranks[2]]


def rates(quick: bool, folder: Path) -> None:
    """A rate that is held, and one that cannot be."""
    print("\nArrival rates (ours)")
    with quick_server(folder) as (url, _):
        for rate, seconds, users in ((5000, RATE_SECONDS[quick], 10_000), (20_000, 5, 10_000), (500_000, 5, 50)):
            call = [url, "--rate", str(rate), "--duration", f"{seconds}s", "--users", str(users)]
            ran = ours(call, folder)
            pace = json.loads((folder / "ours.json").read_text())["generator"]["pace"]
            held = f"started {pace['started']:,} of {pace['asked']:,} ({pace['rate']:,.0f}/s), CPU {pace['cpu']:.0%}"
            late = f"start late p50 {pace['late_p50'] * 1000:.3f} ms, p99 {pace['late_p99'] * 1000:.3f} ms"
            print(f"{rate:>9,}/s {seconds} s: {held}, {late}, {ran.memory:.0f} MB")
            print(f"{'':12} {pace['saturated'] or 'held'}")


def memory(quick: bool, folder: Path) -> None:
    """Peak memory of a load and of 1 000 users who wait with a connection each."""
    print("\nPeak memory (ours)")
    with quick_server(folder) as (url, _):
        busy = journey(url, "document", COST_SECONDS[quick], folder)
        call = [url, "--journey", f"{HERE}/load_journeys.py:idle", "--users", "1000", "--duration", "3s"]
        child = subprocess.Popen(
            [sys.executable, "-m", "readiness", "load", *call, "--quiet"], stdout=subprocess.DEVNULL
        )
        time.sleep(6)
        child.send_signal(signal.SIGINT)
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    print(f"50 users at full speed: {busy.memory:.0f} MB; 1 000 idle users: {used.ru_maxrss * 1024 / 1e6:.0f} MB")


def journey(url: str, name: str, seconds: int, folder: Path) -> Ran:
    """Run one of our journeys."""
    call = [url, "--journey", f"{HERE}/load_journeys.py:{name}", "--users", str(USERS), "--duration", f"{seconds}s"]
    return ours(call, folder)


@contextmanager
def quick_server(folder: Path) -> Iterator[tuple[str, str]]:
    """nginx where it is installed, else a small server of our own; yields its URL and which one it is."""
    port, nginx = free_port(), shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, paths=paths))
        call = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    else:
        (folder / "quick_server.py").write_text(QUICK_SERVER)
        call = [sys.executable, str(folder / "quick_server.py"), str(port)]
    with served(call, port) as url:
        yield url, "nginx" if nginx else "asyncio on uvloop (nginx is not installed)"


@contextmanager
def stalling_server(folder: Path) -> Iterator[tuple[str, Path]]:
    """The server that stalls; its log can be read afterwards."""
    port, log = free_port(), folder / "stalls.json"
    with served([sys.executable, str(HERE / "stalling_server.py"), str(port), str(log)], port) as url:
        yield url, log


@contextmanager
def served(call: list[str], port: int) -> Iterator[str]:
    """Run a server on its core until the block ends."""
    server = subprocess.Popen(
        call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )  # fmt: skip
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
