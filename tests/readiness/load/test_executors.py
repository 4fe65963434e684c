"""Open and closed model: what is counted, from when, and how many at once."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from readiness.exchange import Reply, Request
from readiness.load.client import HttpClient
from readiness.load.constant_arrival_rate import constant_arrival_rate
from readiness.load.per_vu_iterations import per_vu_iterations
from readiness.measure.recorder import Recorder
from readiness.targeting import Operation, Target, TargetSpec
from tests.readiness.load.serving import answer, request_of, serving

SPEC = TargetSpec(
    address="http://127.0.0.1",
    operations=(
        Operation(name="often", path="/often", weight=3),
        Operation(name="seldom", path="/seldom", weight=1, expect=(201,)),
        Operation(name="never", path="/never"),
    ),
)
OFTEN = SPEC.operations[:1]


class Sender:
    """An adapter that only sends."""

    process = None
    proxies: Mapping[str, Any] = {}

    def __init__(self, client: HttpClient | None = None) -> None:
        self._client = client
        self.open_calls = 0
        self.most = 0

    async def send(self, request: Request) -> Reply:
        self.open_calls += 1
        self.most = max(self.most, self.open_calls)
        try:
            if self._client is not None:
                return await self._client.send(request)
            await asyncio.sleep(0.01)
            return Reply(201 if request.path == "/seldom" else 200, {}, b"", 0.01)
        finally:
            self.open_calls -= 1

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def disconnect(self) -> None: ...
    async def attach(self, handle: dict[str, Any]) -> None: ...
    def offers(self) -> frozenset[str]:
        return frozenset()

    def handle(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def recorder(tmp_path: Path) -> Any:
    made = Recorder(tmp_path, "some", users=4)
    made.phase("peak")
    with made.ending():
        yield made


def test_open_model_counts_from_the_intended_start_while_the_server_stalls(recorder: Recorder) -> None:
    opened: list[float] = []

    async def drive() -> None:
        stall = asyncio.Event()

        def end_stall() -> None:
            opened.append(time.monotonic())
            stall.set()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                await request_of(reader)
                await stall.wait()
                writer.write(answer())

        async with serving(handle) as origin:
            client = HttpClient(origin)
            asyncio.get_running_loop().call_later(0.6, end_stall)
            opened.append(time.monotonic())
            await constant_arrival_rate(Target(SPEC, Sender(client)), recorder, rate=50, seconds=1.0, operations=OFTEN)
            await client.close()

    asyncio.run(drive())
    samples = sorted(recorder.samples)
    assert len(samples) == 50, "no arrival is dropped"
    assert all(not sample.error for sample in samples)
    begin = samples[0].at
    assert [round(sample.at - begin, 6) for sample in samples] == [round(n / 50, 6) for n in range(50)]
    # the stall of 0.6 s is seen by every call that fell into it, by each as long as it really waited
    for sample in samples[:25]:
        assert sample.latency == pytest.approx(opened[1] - opened[0] - (sample.at - begin), abs=0.15)
    assert sum(sample.latency > 0.2 for sample in samples) >= 18, "a closed model would have seen one or two"


def test_open_model_counts_the_generators_own_delay(recorder: Recorder) -> None:
    async def drive() -> None:
        asyncio.get_running_loop().call_later(0.1, time.sleep, 0.3)
        await constant_arrival_rate(Target(SPEC, Sender()), recorder, rate=40, seconds=0.6, operations=OFTEN)

    asyncio.run(drive())
    samples = sorted(recorder.samples)
    assert len(samples) == 24
    assert 0.2 <= max(sample.late for sample in samples) < 5.0
    assert all(sample.latency >= sample.late for sample in samples)
    assert sum(sample.late > 0.05 for sample in samples) >= 8


def test_open_model_caps_the_calls_under_way_and_offers_all_the_same(recorder: Recorder) -> None:
    sender = Sender()
    drive = constant_arrival_rate(Target(SPEC, sender), recorder, rate=400, seconds=0.2, operations=OFTEN, max_users=3)
    pace = asyncio.run(drive)
    assert (sender.most, pace.users, len(recorder.samples)) == (3, 3, 80)
    assert pace.queued > 0, "400 calls of 10 ms a second keep four users busy"


def test_closed_model_counts_each_call_and_caps_users(recorder: Recorder) -> None:
    sender = Sender()
    asyncio.run(per_vu_iterations(Target(SPEC, sender), recorder, users=20, iterations=5))
    assert len(recorder.samples) == 20, "4 of the 20 users, 5 calls each"
    assert sender.most == 4


def test_fewer_users_than_the_cap_are_all_there(recorder: Recorder) -> None:
    sender = Sender()
    asyncio.run(per_vu_iterations(Target(SPEC, sender), recorder, users=3, iterations=2))
    assert (len(recorder.samples), sender.most) == (6, 3)


def test_the_mix_follows_the_weights_and_each_operation_its_own_status(recorder: Recorder) -> None:
    asyncio.run(per_vu_iterations(Target(SPEC, Sender()), recorder, users=4, iterations=60))
    names = [sample.operation for sample in recorder.samples]
    assert set(names) == {"often", "seldom"}
    assert 0.62 < names.count("often") / len(names) < 0.88
    assert not [sample for sample in recorder.samples if sample.error]
    assert {sample.phase for sample in recorder.samples} == {"peak"}


def test_an_unexpected_status_is_a_failure(recorder: Recorder) -> None:
    wrong = [Operation(name="wrong", path="/seldom", expect=(200,))]
    asyncio.run(per_vu_iterations(Target(SPEC, Sender()), recorder, users=1, iterations=2, operations=wrong))
    assert [(sample.status, sample.error) for sample in recorder.samples] == [(201, "status 201")] * 2


def test_a_defect_of_an_adapter_is_not_swallowed(recorder: Recorder) -> None:
    class Broken(Sender):
        async def send(self, request: Request) -> Reply:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(constant_arrival_rate(Target(SPEC, Broken()), recorder, rate=20, seconds=0.2))
