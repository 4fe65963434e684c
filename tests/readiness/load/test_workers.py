"""A load by several processes: nothing doubled, nothing lost, and who dies is noticed and said."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import UsageError
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.journeys import Call, Calls, Script
from readiness.load.live import Glimpse
from readiness.load.merging import write_merged
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load
from readiness.load.shared_iterations import SharedIterations
from readiness.load.team import SharedResult, together
from readiness.load.workers import run_workers
from readiness.measure.histogram import Histogram
from readiness.measure.sample_file import read_samples
from readiness.measure.sample_log import read_spool
from tests.readiness.load.serving import answer, request_of, serving

MIX = Calls((Call(path="/often", name="often", weight=3), Call("POST", "/seldom", "seldom", body=b"{}", weight=1)))


class CountingServer:
    """Counts what it answered."""

    def __init__(self, delay: float = 0.0) -> None:
        self.answered: Counter[str] = Counter()
        self._delay = delay

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            if self._delay:
                await asyncio.sleep(self._delay)
            self.answered[line.split()[1]] += 1
            writer.write(answer(b'{"ok": true}'))


def shared(
    folder: Path, server: CountingServer, executor: Executor, workers: int, journey: Any = MIX, **options: Any
) -> SharedResult:
    async def drive() -> SharedResult:
        async with serving(server.handle) as origin:
            load = Load(parse_origin(origin), executor, journey)
            return await run_workers(load, workers, folder, **options)

    return asyncio.run(drive())


def test_calls_are_counted_exactly_as_the_server_counts_them(tmp_path: Path) -> None:
    server = CountingServer()
    found = shared(tmp_path, server, PerVuIterations(users=7, iterations=30), 3)
    assert found.result.calls == 210 == sum(server.answered.values())
    calls = {name: sum(n for kind, n in found.result.counts.items() if kind.operation == name) for name in MIXED}
    assert calls == {"often": server.answered["/often"], "seldom": server.answered["/seldom"]}
    assert (found.result.failed, found.result.incomplete, found.missing_share) == (0, (), 0)
    assert [worker.result.calls for worker in found.workers] == [90, 60, 60], "users are dealt out: 3, 2 and 2"
    assert [worker.share for worker in found.workers] == pytest.approx([90 / 210, 60 / 210, 60 / 210])


MIXED = ("often", "seldom")


def test_histograms_and_samples_of_all_workers_are_the_same_calls(tmp_path: Path) -> None:
    found = shared(tmp_path, CountingServer(), SharedIterations(users=6, iterations=400), 2)
    write_merged([worker.spool for worker in found.workers], tmp_path / "all.parquet")
    samples = read_samples(tmp_path / "all.parquet")
    assert len(samples) == 400 == found.result.calls
    for name in MIXED:
        latencies = [sample.latency for sample in samples if sample.operation == name]
        rebuilt, merged = Histogram(latencies), found.result.operations[name]
        assert list(merged.buckets()) == list(rebuilt.buckets()), f"{name}: a bucket lost or gained a call"
        assert (merged.smallest, merged.largest) == (min(latencies), max(latencies))
        assert merged.mean == pytest.approx(sum(latencies) / len(latencies))
    spooled = [sample for worker in found.workers for sample in read_spool(worker.spool)]
    assert sorted(spooled) == sorted(samples), "the file holds other samples than the spools"


def test_arrivals_are_dealt_out_over_the_same_schedule(tmp_path: Path) -> None:
    found = shared(tmp_path, CountingServer(), ConstantArrivalRate(rate=200, seconds=1.0), 3)
    assert found.result.pace is not None
    assert (found.result.pace.asked, found.result.pace.started) == (200, 200)
    samples = sorted(sample for worker in found.workers for sample in read_spool(worker.spool))
    assert len(samples) == 200
    gaps = [later.at - sooner.at for sooner, later in pairwise(samples)]
    # the parts begin within the skew of one another; within each, arrivals are 15 ms apart to the microsecond
    assert sum(gaps) == pytest.approx(199 / 200, abs=found.skew + 0.005)
    assert 0 <= found.skew < 0.5
    for worker in found.workers:
        own = sorted(sample.at for sample in read_spool(worker.spool))
        assert [at - own[0] for at in own] == pytest.approx([n * 3 / 200 for n in range(len(own))], abs=1e-6)


def test_users_keep_the_numbers_and_the_choices_of_the_whole(tmp_path: Path) -> None:
    script = tmp_path / "who.py"
    script.write_text(
        "async def journey(user):\n    await user.get(f'/{user.number}/{user.random.getrandbits(32)}', name='who')\n"
    )
    seen = []
    for workers in (1, 3):
        server = CountingServer()
        shared(tmp_path, server, PerVuIterations(users=5, iterations=2), workers, Script.read(f"{script}:journey"))
        seen.append(server.answered)
    assert seen[0] == seen[1], "the same seed makes other choices when the load is shared"
    assert len(seen[0]) == 10, "two users share a number or a seed"


def test_rows_of_a_feed_are_dealt_out_too(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("name\n" + "".join(f"n{number}\n" for number in range(12)))
    script = tmp_path / "feeding.py"
    script.write_text(
        "from readiness.load.feed import Feed\n"
        f"names = Feed.read({str(rows)!r}, 'unique')\n"
        "async def journey(user):\n    await user.get('/' + names.next()['name'], name='row')\n"
    )
    server = CountingServer()
    shared(tmp_path, server, PerVuIterations(users=3, iterations=4), 3, Script.read(f"{script}:journey"))
    assert server.answered == Counter({f"/n{number}": 1 for number in range(12)}), "a row was used twice"


def test_more_workers_than_users_are_not_started(tmp_path: Path) -> None:
    found = shared(tmp_path, CountingServer(), PerVuIterations(users=2, iterations=3), 5)
    assert len(found.workers) == 2
    assert found.result.calls == 6


def test_the_defect_of_a_journey_is_raised(tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text("async def journey(user):\n    await user.get('/')\n    raise KeyError('cart')\n")
    with pytest.raises(UsageError, match=r"KeyError: 'cart' .*wrong.py, line 3"):
        shared(tmp_path, CountingServer(), ConstantVus(users=2, seconds=30), 2, Script.read(f"{script}:journey"))
    assert not children_of(os.getpid()), "a worker outlived the defect"


def test_a_stop_keeps_what_was_measured(tmp_path: Path) -> None:
    server = CountingServer(0.01)

    async def drive() -> SharedResult:
        stop = asyncio.Event()
        async with serving(server.handle) as origin:
            load = Load(parse_origin(origin), ConstantVus(users=4, seconds=60), MIX)
            stopping = asyncio.ensure_future(stop_when_it_runs(stop))
            found = await run_workers(load, 2, tmp_path, stop=stop)
            await stopping
            return found

    async def stop_when_it_runs(stop: asyncio.Event) -> None:
        await until(lambda: sum(server.answered.values()) >= 100)
        stop.set()

    found = asyncio.run(drive())
    assert found.result.pace is None
    assert 0 < found.result.calls <= sum(server.answered.values())
    assert sum(server.answered.values()) - found.result.calls <= 4, "only calls under way may be missing"


def test_a_stop_before_the_begin_is_no_defect(tmp_path: Path) -> None:
    async def drive() -> SharedResult:
        stop = asyncio.Event()
        stop.set()
        async with serving(CountingServer().handle) as origin:
            load = Load(parse_origin(origin), ConstantVus(users=4, seconds=60), MIX)
            return await run_workers(load, 2, tmp_path, stop=stop)

    found = asyncio.run(drive())
    assert (found.result.pace, found.result.incomplete) == (None, ())
    assert found.result.calls < 1000, "a load of a minute was not stopped early"


def test_a_worker_that_is_killed_is_noticed_at_once_and_its_share_is_said(tmp_path: Path) -> None:
    noticed: list[tuple[float, str]] = []
    killed = 0.0

    async def kill_second() -> None:
        nonlocal killed
        await until(lambda: (tmp_path / "worker-2.spool").is_file())
        await asyncio.sleep(1.0)
        pid = next(pid for pid in children_of(os.getpid()) if str(tmp_path / "worker-2.spool") in open_files(pid))
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)

    found, server = disturbed(tmp_path, kill_second, lambda text: noticed.append((time.monotonic(), text)))
    ((at, text),) = [(at, text) for at, text in noticed if "is missing" in text]
    assert at - killed <= 3.0  # it would be missed after 40 s at the latest
    assert "worker 2 of 3 was ended by SIGKILL" in text
    assert "33% of the load is missing" in text
    assert found.missing_share == pytest.approx(1 / 3)
    assert found.result.incomplete
    assert "worker 2 of 3 was ended by SIGKILL" in found.result.incomplete[0]
    assert found.result.to_json()["incomplete"] == list(found.result.incomplete)
    lost = found.workers[1].result.calls
    assert lost > 0, "what it had measured before is kept"
    assert 0 <= sum(server.answered.values()) - found.result.calls <= 60, "more than its last 0.2 s are missing"
    assert [worker.result.calls for worker in found.workers if not worker.lost] == [100, 100]
    assert all(worker.silent < 2.0 for worker in found.workers), "signs of life do not arrive"


def test_the_spool_of_an_earlier_load_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a worker dies before it has begun one of its own."""
    shared(tmp_path, CountingServer(), PerVuIterations(users=2, iterations=2), 2)
    monkeypatch.setattr("readiness.load.workers.PROGRAM", "import os; os.abort()")
    told: list[str] = []
    found = shared(tmp_path, CountingServer(), PerVuIterations(users=2, iterations=2), 2, notice=told.append)
    assert (found.result.calls, found.missing_share) == (0, 1.0)
    assert ["was ended by SIGABRT before the begin" in text for text in told] == [True, True]


def test_a_worker_that_stands_still_is_said_and_catches_up(tmp_path: Path) -> None:
    noticed: list[str] = []

    async def freeze_first() -> None:
        await until(lambda: (tmp_path / "worker-1.spool").is_file())
        pid = next(pid for pid in children_of(os.getpid()) if str(tmp_path / "worker-1.spool") in open_files(pid))
        os.kill(pid, signal.SIGSTOP)
        try:
            await until(lambda: any("worker 1 of 3" in text for text in noticed))
        finally:
            os.kill(pid, signal.SIGCONT)

    found, server = disturbed(tmp_path, freeze_first, noticed.append)
    assert any("worker 1 of 3 (33% of the load) gives no sign of life" in text for text in noticed)
    assert found.workers[0].silent >= 1.0
    assert found.result.incomplete == ()
    assert found.result.calls == 300 == sum(server.answered.values())
    assert found.result.pace is not None
    assert found.result.pace.saturated, "a standstill of a second passed for a rate that was held"


def test_workers_end_with_who_started_them(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from readiness.load.constant_vus import ConstantVus\n"
        "from readiness.load.journeys import Call, Calls\n"
        "from readiness.load.origin import parse_origin\n"
        "from readiness.load.session import Load\n"
        "from readiness.load.workers import run_workers\n"
        "load = Load(parse_origin(sys.argv[1]), ConstantVus(2, 60), Calls((Call(),)))\n"
        "asyncio.run(run_workers(load, 2, pathlib.Path(sys.argv[2])))\n"
    )

    async def drive() -> None:
        async with serving(CountingServer(0.01).handle) as origin:
            parent = subprocess.Popen([sys.executable, "-c", program, origin, str(tmp_path)])
            await until(lambda: (tmp_path / "worker-2.spool").is_file())
            children = children_of(parent.pid)
            assert len(children) == 2
            parent.kill()
            parent.wait()
            await until(lambda: not any(runs(pid) for pid in children))

    asyncio.run(drive())


def test_a_worker_imports_no_heavy_library(tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text(
        "import json, sys\nfrom pathlib import Path\n"
        "async def journey(user):\n    await user.get('/')\n"
        f"    Path({str(tmp_path / 'modules')!r}).write_text(json.dumps(sorted(sys.modules)))\n"
    )
    shared(tmp_path, CountingServer(), PerVuIterations(), 1, Script.read(f"{script}:journey"))
    modules = set(json.loads((tmp_path / "modules").read_text()))
    assert "httptools" in modules
    assert not modules & {"numpy", "pandas", "pydantic", "duckdb", "psutil", "rich", "yaml", "multiprocessing"}


def test_the_memory_of_a_worker_is_its_own(tmp_path: Path) -> None:
    """Not that of the large program that started it."""
    large = bytearray(os.urandom(1024)) * (200 * 1024)
    found = shared(tmp_path, CountingServer(), PerVuIterations(users=2, iterations=2), 2)
    assert len(large) == 200 * 1024 * 1024
    for worker in found.workers:
        assert 10e6 < worker.result.memory < 100e6


def test_the_moment_of_all_is_not_better_than_that_of_the_slowest() -> None:
    nan = float("nan")
    found = together([Glimpse(1.0, 50.0, 0.01, nan, 0.3, 1), Glimpse(1.2, 70.0, 0.02, 0.1, 0.2, 2)])
    assert found == Glimpse(1.2, 120.0, 0.02, 0.1, 0.3, 3)


def disturbed(
    folder: Path, disturb: Callable[[], Awaitable[None]], notice: Callable[[str], None]
) -> tuple[SharedResult, CountingServer]:
    """Run 300 arrivals in 3 seconds by 3 workers while something is done to them."""
    server = CountingServer()

    async def drive() -> SharedResult:
        async with serving(server.handle) as origin:
            load = Load(parse_origin(origin), ConstantArrivalRate(rate=100, seconds=3.0), MIX)
            disturbing = asyncio.ensure_future(disturb())
            found = await run_workers(load, 3, folder, notice=notice)
            await disturbing
            return found

    return asyncio.run(drive()), server


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    found = []
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):  # a thread that ends just now
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def open_files(pid: int) -> set[str]:
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except OSError:
            continue
    return found


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
