"""The whole engine against a server that does everything wrong: with every executor, each case has its name and its exact count,
nothing hangs, no descriptor is left behind."""

import asyncio
import gc
import os
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from readiness.load.client import ClientOptions
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.expect import expect
from readiness.load.journeys import Call, Calls
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.ramping_arrival_rate import RampingArrivalRate
from readiness.load.ramping_vus import RampingVus
from readiness.load.session import Load, LoadResult, Session
from readiness.load.shared_iterations import SharedIterations
from readiness.load.user import Journey, User
from readiness.load.workers import run_workers
from readiness.measure.sample_log import read_spool
from tests.readiness.load.misbehaving import LIMIT, WAYS, misbehaving

HANG = 120.0
"""Seconds after which a load that takes some is called hanging."""
OPTIONS = ClientOptions(body_limit=LIMIT, compressed=True)
GOOD_ANSWER = expect(json={"ok": True})
Kinds = Counter[tuple[str, str]]
"""Calls by way and by kind of failure."""

BY_WAY = [
    ConstantVus(users=20, seconds=1.5),
    RampingVus(stages=((1.0, 20), (0.5, 5)), start_users=5),
    SharedIterations(users=20, iterations=100),
    PerVuIterations(users=20, iterations=5),
    ConstantArrivalRate(rate=100, seconds=1.0),
    RampingArrivalRate(stages=((0.5, 150), (0.5, 50))),
]
BY_CONNECTION = [
    ConstantVus(users=10, seconds=0.5),
    RampingVus(stages=((0.5, 10),)),
    SharedIterations(users=10, iterations=200),
    PerVuIterations(users=10, iterations=20),
    ConstantArrivalRate(rate=200, seconds=1.0),
    RampingArrivalRate(stages=((1.0, 300),)),
]
BY_THOUSANDS = [
    ConstantVus(users=10, seconds=4.0),
    RampingVus(stages=((0.5, 10), (3.5, 10))),
    SharedIterations(users=10, iterations=3000),
    PerVuIterations(users=10, iterations=300),
    ConstantArrivalRate(rate=1500, seconds=2.0),
    RampingArrivalRate(stages=((2.0, 2000), (1.0, 1000))),
]


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the standard event loop and on the one that load runs on."""
    if request.param == "uvloop":
        uvloop = pytest.importorskip("uvloop")
        monkeypatch.setattr(asyncio, "run", uvloop.run)
    asyncio.run(asyncio.sleep(0))  # libuv keeps two descriptors for itself, once in a process


def name_of(executor: Executor) -> str:
    return type(executor).__name__


def by_turns(method: str) -> Journey:
    """One call by iteration, the ways one after the other. A POST is never sent again: one call, one deed."""
    turns, ways = count(), list(WAYS)

    async def journey(user: User) -> None:
        way = ways[next(turns) % len(ways)]
        patience = 0.5 if WAYS[way][1] == "timeout" else 20.0
        await user.request(method, f"/{way}", name=way, expect=GOOD_ANSWER, timeout=patience)

    return journey


def run(origin: str, executor: Executor, journey: Journey, spool: Path, timeout: float = 1.0) -> LoadResult:
    load = Load(parse_origin(origin), executor, journey, OPTIONS, timeout)

    async def drive() -> LoadResult:
        async with asyncio.timeout(HANG):
            return await Session(load, spool).run(asyncio.Event())

    return asyncio.run(drive())


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not read


def kinds_of(result: LoadResult) -> Kinds:
    kinds: Kinds = Counter()
    for kind, number in result.counts.items():
        kinds[kind.operation, kind.error] += number
    return kinds


def expected(did: Counter[str]) -> Kinds:
    return Counter({(way, WAYS[way][1]): number for way, number in did.items()})


@pytest.mark.usefixtures("loop")
@pytest.mark.parametrize("executor", BY_WAY, ids=name_of)
def test_every_case_is_named_and_counted_as_the_server_counts_it(executor: Executor, tmp_path: Path) -> None:
    with misbehaving() as served:
        before = descriptors()
        result = run(served.origin, executor, by_turns("POST"), tmp_path / "spool")
        left = descriptors() - before
    assert set(served.did) == set(WAYS), "a way was not taken"
    assert kinds_of(result) == expected(served.did)
    assert (result.stale, result.unasked) == (0, served.did["length-too-short"])
    assert result.pace is not None
    assert (result.pace.started, result.pace.cut) == (served.did.total(), 0)
    assert Counter(sample.operation for sample in read_spool(tmp_path / "spool")) == served.did
    good = {way for way, (_, kind) in WAYS.items() if not kind}
    assert {name for name, found in result.operations.items() if found.count} == good, "a failure became a latency"
    assert left == 0, f"{left} descriptors were left behind"


@pytest.mark.parametrize("executor", BY_THOUSANDS, ids=name_of)
def test_one_failure_in_a_thousand_is_counted_exactly(executor: Executor, tmp_path: Path) -> None:
    with misbehaving() as served:
        journey = Calls((Call(path="/thousandth", name="thousandth", expect=GOOD_ANSWER),))
        result = run(served.origin, executor, journey, tmp_path / "spool", 30.0)
    failed = served.did["thousandth failed"]
    assert failed == served.did["thousandth"] // 1000
    assert kinds_of(result) == {
        ("thousandth", ""): served.did["thousandth"] - failed,
        **({("thousandth", "status 500"): failed} if failed else {}),
    }
    assert failed >= 1, "too few calls to meet a failure"


def test_what_is_safe_to_send_again_is_counted_once_and_the_second_time_apart(tmp_path: Path) -> None:
    """A GET that meets a closed or reset connection that had been kept is sent again: two deeds, one call, one `stale`."""
    with misbehaving() as served:
        result = run(served.origin, PerVuIterations(users=20, iterations=20), by_turns("GET"), tmp_path / "spool")
    assert result.calls == 400
    assert result.stale > 0
    assert served.did.total() == result.calls + result.stale
    assert kinds_of(result).keys() == expected(served.did).keys()
    again = {way for way, number in served.did.items() if number != 20}
    assert again <= {"reset", "close"}, "only a connection without any answer may be tried again"


@pytest.mark.parametrize("executor", BY_CONNECTION, ids=name_of)
def test_an_early_end_of_kept_connections_harms_no_call(executor: Executor, tmp_path: Path) -> None:
    """The server answers, says that it keeps the connection, and closes it."""
    with misbehaving() as served:
        before = descriptors()
        journey = Calls((Call(path="/early-end", name="early-end", expect=GOOD_ANSWER),))
        result = run(served.origin, executor, journey, tmp_path / "spool", 30.0)
        left = descriptors() - before
    assert kinds_of(result) == {("early-end", ""): served.did["early-end"]}
    assert result.connects == result.calls, "each connection serves one call"
    assert left == 0


def test_processes_count_what_the_server_counts(tmp_path: Path) -> None:
    calls = Calls(tuple(Call("POST", f"/{way}", way, expect=GOOD_ANSWER) for way in WAYS))

    with misbehaving() as served:
        load = Load(parse_origin(served.origin), PerVuIterations(users=20, iterations=10), calls, OPTIONS, 5.0)
        before = descriptors()

        async def drive() -> LoadResult:
            async with asyncio.timeout(HANG):
                return (await run_workers(load, 2, tmp_path)).result

        result = asyncio.run(drive())
        left = descriptors() - before
    assert result.calls == 200 == served.did.total()
    assert kinds_of(result) == expected(served.did)
    assert result.unasked == served.did["length-too-short"]
    assert left == 0
