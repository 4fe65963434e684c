"""One carrier of a distributed load, measured in its own environment: called by distribution.py, needs only the carrier."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SETTLE = 2.0
TRIPS = 200
Figures = dict[str, float]


def dask() -> Figures:
    """A scheduler and two workers without dashboard and nanny."""
    from distributed import Client

    port = free_port()
    begin = time.monotonic()
    here = [sys.executable, "-m"]
    plain = ["--no-dashboard"]
    started = [
        subprocess.Popen(
            [*here, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), *plain], **QUIET
        )
    ]
    worker = [*here, "distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny", *plain]
    started += [subprocess.Popen(worker, **QUIET) for _ in range(2)]
    client = Client(f"tcp://127.0.0.1:{port}", timeout=60)
    client.wait_for_workers(2, timeout=60)
    ready = time.monotonic()
    addresses = list(client.scheduler_info(n_workers=-1)["workers"])
    pids = client.run(os.getpid)
    time.sleep(SETTLE)
    idle = sum(proportional_memory(process.pid) for process in started)
    trips = timed(lambda: client.run(time.monotonic, workers=[addresses[0]]))
    gone = threading.Event()
    client.subscribe_topic("all", lambda event: "remove-worker" in str(event) and gone.set())
    time.sleep(0.5)
    killed = time.monotonic()
    os.kill(pids[addresses[1]], signal.SIGKILL)
    assert gone.wait(60), "nobody told"
    death = time.monotonic() - killed
    client.close()
    end(started)
    return {
        "start_s": ready - begin, "idle_mb": idle, "trip_ms": statistics.median(trips) * 1000, "death_s": death,
        "offset_ms": min(trips) / 2 * 1000,
    }  # fmt: skip


def ray() -> Figures:
    """A head node and two actors, each in a process of its own."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves this machine
    import ray as engine

    begin = time.monotonic()
    engine.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)

    @engine.remote(num_cpus=1, max_restarts=0)
    class Worker:
        def clock(self) -> float:
            return time.monotonic()

        def pid(self) -> int:
            return os.getpid()

        def sleep(self) -> None:
            time.sleep(600)

    workers = [Worker.remote() for _ in range(2)]
    pids = engine.get([worker.pid.remote() for worker in workers])
    ready = time.monotonic()
    time.sleep(SETTLE)
    idle = sum(proportional_memory(pid) for pid in descendants(os.getpid()))
    trips = timed(lambda: engine.get(workers[0].clock.remote()))
    waiting = workers[1].sleep.remote()
    time.sleep(0.5)
    killed = time.monotonic()
    os.kill(pids[1], signal.SIGKILL)
    with suppress(Exception):
        engine.get(waiting)
    death = time.monotonic() - killed
    engine.shutdown()
    return {"start_s": ready - begin, "idle_mb": idle, "trip_ms": statistics.median(trips) * 1000, "death_s": death}


LOCUSTFILE = """
import gevent, json, os, time
from locust import User, events, task
from locust.runners import MasterRunner, WorkerRunner

class Idle(User):
    @task
    def rest(self): gevent.sleep(3600)

@events.init.add_listener
def on_init(environment, **_):
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        runner.register_message("clock", lambda environment, msg, **_: environment.runner.send_message("told", os.getpid()))
    if isinstance(runner, MasterRunner):
        gevent.spawn(probe, runner)

def probe(runner):
    answers = []
    runner.register_message("told", lambda environment, msg, **_: answers.append((msg.data, time.monotonic())))
    while len(runner.clients.ready) < 2: gevent.sleep(0.005)
    say(ready=time.monotonic())
    gevent.sleep(float(os.environ["SETTLE"]) + 3)
    first, trips = list(runner.clients)[0], []
    for _ in range(int(os.environ["TRIPS"])):
        sent, answers[:] = time.monotonic(), []
        runner.send_message("clock", None, client_id=first)
        while not answers: gevent.sleep(0.0002)
        trips.append(answers[0][1] - sent)
    say(trips=trips, pid=answers[0][0])
    while len(runner.clients.ready) > 1: gevent.sleep(0.005)
    say(gone=time.monotonic())

def say(**figures): print("PROBE " + json.dumps(figures), flush=True)
"""


def locust() -> Figures:
    """A master and two workers without web interface."""
    port, folder = free_port(), Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - a file that only we read
    file = folder / f"distribution-{os.getpid()}.py"
    file.write_text(LOCUSTFILE)
    environment = {**os.environ, "SETTLE": str(SETTLE), "TRIPS": str(TRIPS)}
    command = [sys.executable, "-m", "locust", "-f", str(file), "--headless", "--master-port", str(port)]
    begin = time.monotonic()
    with subprocess.Popen(
        [*command, "--master", "--master-bind-port", str(port), "--expect-workers", "99", "-u", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    ) as master:  # fmt: skip
        workers = [subprocess.Popen([*command, "--worker"], env=environment, **QUIET) for _ in range(2)]
        try:
            ready = told(master)["ready"]
            time.sleep(SETTLE)
            idle = sum(proportional_memory(process.pid) for process in (master, *workers))
            found = told(master)
            killed = time.monotonic()
            os.kill(found["pid"], signal.SIGKILL)
            death = told(master)["gone"] - killed
        finally:
            end([*workers, master])
            file.unlink()
    trip = statistics.median(found["trips"]) * 1000
    return {"start_s": ready - begin, "idle_mb": idle, "trip_ms": trip, "death_s": death}


QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def told(process: "subprocess.Popen[str]") -> Any:
    """Return the next figures that a process tells."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("PROBE "):
            return json.loads(line[6:])
    raise RuntimeError("the process ended without a word")


def timed(call: Callable[[], object]) -> list[float]:
    """Return how long each of many calls took, in seconds."""
    found = []
    for _ in range(TRIPS):
        begin = time.monotonic()
        call()
        found.append(time.monotonic() - begin)
    return found


def proportional_memory(pid: int) -> float:
    """Return the PSS of a process in MB; 0 where it has gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    return 0.0


def descendants(pid: int) -> list[int]:
    """Return every process below a process."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def free_port() -> int:
    """Return a port that nobody holds now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def end(processes: "list[subprocess.Popen[Any]]") -> None:
    """End processes that we started."""
    for process in processes:
        process.kill()
        process.wait()


if __name__ == "__main__":
    print(json.dumps({"dask": dask, "ray": ray, "locust": locust}[sys.argv[1]]()))
