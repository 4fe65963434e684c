"""A load by several machines: two Dask workers on loopback, with clocks of their own, and two hosts in network namespaces."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import UsageError
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.journeys import Call, Calls, Script
from readiness.load.merging import write_merged
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load
from readiness.load.team import SharedResult
from readiness.measure.histogram import Histogram
from readiness.measure.sample_file import read_samples
from tests.readiness.load.serving import answer, request_of, serving
from tests.readiness.load.test_workers import CountingServer, children_of, until

pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
from readiness.load.distributed import run_distributed
from readiness.load.distributed_part import HostPart, Order, PartResult, give_order, send_part_here

ROOT = Path(__file__).parents[3]
MIX = Calls((Call(path="/a", name="a"), Call(path="/b", name="b")))


class Cluster:
    """A Dask scheduler and workers as processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start(self, program: str, *options: str, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        command = [*prefix, sys.executable, "-m", f"distributed.cli.dask_{program}", *options, "--no-dashboard"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self._folder / f"{program}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self._folder)
        self.processes.append(process)
        return process

    def schedule(self, host: str = "127.0.0.1", prefix: Sequence[str] = ()) -> None:
        """Start the scheduler and wait until it can be reached."""
        file = self._folder / "scheduler.json"
        self.start("scheduler", "--host", host, "--port", "0", "--scheduler-file", str(file), prefix=prefix)
        end = time.monotonic() + 30
        while not self.address:
            assert time.monotonic() < end, "the scheduler does not start"
            time.sleep(0.05)
            with contextlib.suppress(OSError, ValueError):
                self.address = json.loads(file.read_text())["address"]

    def work(self, *options: str, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start a worker."""
        local = str(self._folder / f"local-{len(self.processes)}")
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", local, *options)
        return self.start("worker", self.address, *options, prefix=prefix)

    def end(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr("readiness.load.distributed.CONNECT_SECONDS", 60.0)  # two workers import beside other tests
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def two(cluster: Cluster) -> Cluster:
    """A scheduler with two workers on loopback."""
    cluster.schedule()
    cluster.work()
    cluster.work()
    return cluster


def shared(
    folder: Path,
    cluster: Cluster,
    executor: Executor,
    journey: Any = MIX,
    disturb: Callable[[CountingServer], Awaitable[None]] | None = None,
    **options: Any,
) -> tuple[SharedResult, CountingServer]:
    server = CountingServer()

    async def drive() -> SharedResult:
        async with serving(server.handle) as origin:
            disturbing = asyncio.ensure_future(disturb(server)) if disturb else None
            load = Load(parse_origin(origin), executor, journey)
            found = await run_distributed(load, cluster.address, folder, machines=2, **options)
            if disturbing is not None:
                await disturbing
            return found

    return asyncio.run(drive()), server


def test_two_workers_send_one_load_and_nothing_is_lost(tmp_path: Path, two: Cluster) -> None:
    found, server = shared(tmp_path, two, ConstantArrivalRate(rate=100, seconds=3.0))
    assert found.result.calls == 300 == sum(server.answered.values())
    assert [worker.result.calls for worker in found.workers] == [150, 150]
    assert (found.result.incomplete, found.missing_share, found.result.failed) == ((), 0, 0)
    write_merged([worker.spool for worker in found.workers], tmp_path / "all.parquet")
    samples = read_samples(tmp_path / "all.parquet")
    assert len(samples) == 300
    for name in ("a", "b"):
        latencies = [sample.latency for sample in samples if sample.operation == name]
        assert server.answered[f"/{name}"] == len(latencies)
        assert list(found.result.operations[name].buckets()) == list(Histogram(latencies).buckets())
    for worker in found.workers:  # both read the same clock here, so what is stated has to cover no difference at all
        assert 0 < worker.uncertainty < 0.5
        assert worker.silent < 2.0, "signs of life do not arrive"


def test_a_worker_that_is_killed_is_noticed_at_once_and_said(tmp_path: Path, two: Cluster) -> None:
    noticed: list[tuple[float, str]] = []
    killed = [0.0]
    victim = two.processes[-1]

    async def kill(server: CountingServer) -> None:
        await until(lambda: sum(server.answered.values()) >= 100)
        killed[0] = time.monotonic()
        victim.kill()

    found, _ = shared(
        tmp_path,
        two,
        ConstantArrivalRate(rate=100, seconds=5.0),
        disturb=kill,
        notice=lambda text: noticed.append((time.monotonic(), text)),
    )
    ((at, text),) = [(at, text) for at, text in noticed if "is missing" in text]
    assert at - killed[0] <= 5.0  # it would be missed after 20 s at the latest
    assert "of 2 (tcp://127.0.0.1:" in text
    assert "50% of the load is missing" in text
    assert found.missing_share == pytest.approx(0.5)
    assert [bool(worker.lost) for worker in found.workers].count(True) == 1
    assert found.result.calls == 250, "the other worker's part is whole, and nothing is made up for the lost one"
    assert len(found.result.incomplete) == 1


def test_a_load_process_that_is_killed_keeps_what_it_measured(tmp_path: Path, two: Cluster) -> None:
    victim = two.processes[-1]

    async def kill(server: CountingServer) -> None:
        await until(lambda: sum(server.answered.values()) >= 100)
        os.kill(children_of(victim.pid)[0], signal.SIGKILL)

    found, server = shared(tmp_path, two, ConstantArrivalRate(rate=100, seconds=5.0), disturb=kill)
    (lost,) = [worker for worker in found.workers if worker.lost]
    assert "was ended by SIGKILL" in lost.lost
    assert 0 < lost.result.calls < 250
    assert 0 <= sum(server.answered.values()) - found.result.calls <= 40


def test_a_worker_that_stands_still_is_said(tmp_path: Path, two: Cluster) -> None:
    noticed: list[str] = []
    victim = two.processes[-1]

    async def freeze(server: CountingServer) -> None:
        await until(lambda: sum(server.answered.values()) >= 100)
        child = children_of(victim.pid)[0]
        os.kill(child, signal.SIGSTOP)
        try:
            await until(lambda: bool(noticed))
        finally:
            os.kill(child, signal.SIGCONT)

    found, _ = shared(tmp_path, two, ConstantArrivalRate(rate=100, seconds=5.0), disturb=freeze, notice=noticed.append)
    assert "gives no sign of life" in noticed[0]
    assert found.result.calls == 500
    assert found.result.incomplete == ()
    assert max(worker.silent for worker in found.workers) >= 1.0


def test_clocks_that_differ_by_minutes_are_aligned(tmp_path: Path, cluster: Cluster) -> None:
    """One worker lives in a time namespace whose monotonic clock is 1000 s ahead."""
    ahead = ("unshare", "--time", "--monotonic", "1000", "--fork", "--kill-child")
    if not works([*ahead, "true"]):
        pytest.skip("time namespaces are not allowed here")
    cluster.schedule()
    cluster.work()
    cluster.work(prefix=ahead)
    found, _ = shared(tmp_path, cluster, ConstantArrivalRate(rate=100, seconds=2.0))
    assert found.result.calls == 200
    assert found.result.incomplete == ()
    assert found.skew < 3.0, "the workers did not begin together"
    write_merged([worker.spool for worker in found.workers], tmp_path / "all.parquet")
    assert [sample.at for sample in read_samples(tmp_path / "all.parquet")] == pytest.approx(
        [n / 100 for n in range(200)], abs=3.0
    )


def test_a_journey_travels_as_its_source_and_its_defect_comes_back(tmp_path: Path, two: Cluster) -> None:
    script = tmp_path / "wrong.py"
    script.write_text("async def journey(user):\n    await user.get('/')\n    raise KeyError('cart')\n")
    journey = Script.read(f"{script}:journey")
    script.unlink()
    with pytest.raises(UsageError, match=r"KeyError: 'cart' .*wrong.py, line 3"):
        shared(tmp_path, two, ConstantVus(users=2, seconds=30), journey)


def test_a_stop_keeps_what_was_measured(tmp_path: Path, two: Cluster) -> None:
    async def drive() -> SharedResult:
        stop, server = asyncio.Event(), CountingServer(0.01)

        async def stop_later() -> None:
            await until(lambda: sum(server.answered.values()) >= 100)
            stop.set()

        async with serving(server.handle) as origin:
            load = Load(parse_origin(origin), ConstantVus(users=4, seconds=60), MIX)
            stopping = asyncio.ensure_future(stop_later())
            found = await run_distributed(load, two.address, tmp_path, machines=2, stop=stop)
            await stopping
            return found

    found = asyncio.run(drive())
    assert found.result.pace is None
    assert 100 <= found.result.calls < 6000, "a load of a minute was not stopped early"


def test_a_part_that_nobody_waits_for_ends_itself_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its orders stop coming: the other end, or the way to it, is gone."""
    monkeypatch.setattr("readiness.load.distributed_part.ABANDONED", 2.0)
    said: list[tuple[float, ...]] = []

    async def drive() -> PartResult:
        server = CountingServer(0.01)
        async with serving(server.handle) as origin:
            load = Load(parse_origin(origin), ConstantVus(users=2, seconds=60), MIX)
            host = HostPart("token", 0, load, (0, 1), 1.0, "worker 1 of 1")
            sending = asyncio.ensure_future(send_part_here(host, tmp_path / "spool", said.append))
            await until(lambda: bool(said))
            give_order("token", 0, Order("begin", time.monotonic()))
            give_order("another load", 0, Order("stop"))
            return await sending

    result, spool = asyncio.run(drive())
    assert result.lost == "worker 1 of 1 heard nothing for 2 s and ended its part: 100% of the load is incomplete"
    assert 0 < result.result.calls < 3000
    assert len(spool) > 28 * result.result.calls, "its samples are not handed over"
    assert not children_of(os.getpid())


def test_too_few_machines_are_refused(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.distributed.CONNECT_SECONDS", 3.0)
    cluster.schedule()
    with pytest.raises(UsageError, match="the Dask scheduler has 0 workers; at least 2 are asked for"):
        shared(tmp_path, cluster, PerVuIterations(users=2))


def test_no_scheduler_is_said(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.distributed.CONNECT_SECONDS", 0.5)
    cluster.address = "tcp://127.0.0.1:1"
    with pytest.raises(UsageError, match=r"no Dask scheduler at tcp://127.0.0.1:1"):
        shared(tmp_path, cluster, PerVuIterations(users=2))


def works(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0


NAMESPACE = "readiness-load"


@pytest.fixture
def hosts(cluster: Cluster) -> Iterator[Cluster]:
    """A scheduler and a worker here, and a worker on another host: a network namespace behind a pair of interfaces."""
    commands = (
        f"ip netns add {NAMESPACE}",
        f"ip link add rload0 type veth peer name rload1 netns {NAMESPACE}",
        "ip address add 10.213.0.1/24 dev rload0",
        "ip link set rload0 up",
        f"ip -n {NAMESPACE} address add 10.213.0.2/24 dev rload1",
        f"ip -n {NAMESPACE} link set rload1 up",
        f"ip -n {NAMESPACE} link set lo up",
    )
    try:
        for command in commands:
            if not works(command.split()):
                pytest.skip(f"network namespaces are not allowed here: {command}")
        cluster.schedule("10.213.0.1")
        cluster.work("--host", "10.213.0.1")
        cluster.work("--host", "10.213.0.2", prefix=("ip", "netns", "exec", NAMESPACE))
        yield cluster
    finally:
        cluster.end()
        works(f"ip netns delete {NAMESPACE}".split())
        works(["ip", "link", "delete", "rload0"])


def test_two_hosts(tmp_path: Path, hosts: Cluster) -> None:
    """Each host reaches the service by its own way, and half of the load comes from each."""
    found, peers = _from_hosts(tmp_path, hosts)
    assert found.result.calls == 200
    assert found.result.failed == 0
    assert found.result.incomplete == ()
    assert {peer: len(calls) for peer, calls in peers.items()} == {"10.213.0.1": 100, "10.213.0.2": 100}


def test_a_host_whose_cable_is_pulled_is_said_at_once(tmp_path: Path, hosts: Cluster) -> None:
    """Nobody closes a connection then: only the missing signs of life tell."""
    noticed: list[tuple[float, str]] = []
    pulled = [0.0]

    async def pull(peers: dict[str, list[str]]) -> None:
        await until(lambda: len(peers.get("10.213.0.2", [])) >= 50)
        pulled[0] = time.monotonic()
        assert works(["ip", "link", "set", "rload0", "down"])
        await until(lambda: any("10.213.0.2" in text for _, text in noticed))
        assert works(["ip", "link", "set", "rload0", "up"])

    found, _ = _from_hosts(
        tmp_path, hosts, pull, notice=lambda text: noticed.append((time.monotonic(), text)), seconds=6.0
    )
    at, text = next((at, text) for at, text in noticed if "10.213.0.2" in text)
    assert at - pulled[0] <= 5.0
    assert "gives no sign of life" in text
    assert max(worker.silent for worker in found.workers) >= 1.0
    assert found.result.calls == 600, "every call is counted: those that the cable held up as late or failed ones"


def _from_hosts(
    folder: Path,
    hosts: Cluster,
    disturb: Callable[[dict[str, list[str]]], Awaitable[None]] | None = None,
    seconds: float = 2.0,
    **options: Any,
) -> tuple[SharedResult, dict[str, list[str]]]:
    peers: dict[str, list[str]] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            peers.setdefault(writer.get_extra_info("peername")[0], []).append(line)
            writer.write(answer())

    async def drive() -> SharedResult:
        async with serving(handle, "10.213.0.1") as origin:
            disturbing = asyncio.ensure_future(disturb(peers)) if disturb else None
            load = Load(parse_origin(origin), ConstantArrivalRate(rate=100, seconds=seconds), MIX)
            found = await run_distributed(load, hosts.address, folder, machines=2, **options)
            if disturbing is not None:
                await disturbing
            return found

    return asyncio.run(drive()), peers
