"""The load mix of a target that several processes send: every call is recorded, each worker is watched, none may be lost."""

import asyncio
import json
import math
import os
import signal
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from readiness.load.constant_arrival_rate import constant_arrival_rate
from readiness.load.shared_mix import mix_of
from readiness.measure.fitness import readings_of
from readiness.measure.load_summary import load_summary
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Readings, Recording, Samples, read_recording
from readiness.measure.stopping import LatencyLimit, Stopper
from readiness.model import Sample
from readiness.targeting import Identity, Operation, Target, TargetSpec
from tests.readiness.load.serving import answer, request_of, serving

OPERATIONS = (
    Operation(name="read", path="/read", weight=3, identity="trader"),
    Operation(name="write", method="POST", path="/write/{account}", weight=1, expect=(201,),
              headers={"Idempotency-Key": "{unique}"}, body={"id": "{unique}", "of": "{account}"}),
)  # fmt: skip


class Adapter:
    """What the load needs of an adapter: where the target answers."""

    process = None

    def handle(self) -> dict[str, Any]:
        return {}


def target_at(origin: str, operations: tuple[Operation, ...] = OPERATIONS) -> Target:
    spec = TargetSpec(address=origin, operations=operations, identities={"trader": Identity(value="Bearer token")})
    adapter: Any = Adapter()
    return Target(spec, adapter, {"account": "a7"})


class Service:
    """Answers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, headers, body = await request_of(reader)
            self.asked.append((first.split()[1], headers, body))
            writer.write(answer(b"{}", "201 Created" if "/write" in first else "200 OK"))


def shared(folder: Path, service: Service, **options: Any) -> Recording:
    """Two phases, the first one by two workers, the second by this process."""

    async def drive() -> None:
        async with serving(service.handle) as origin:
            recorder = Recorder(folder, "some_load", seed=7)
            with recorder.ending():
                recorder.phase("steady", 1.5)
                await constant_arrival_rate(target_at(origin), recorder, rate=200.0, seconds=1.5, workers=2, **options)

    asyncio.run(drive())
    return read_recording(folder, "some_load")


def test_every_call_of_every_worker_is_recorded(tmp_path: Path) -> None:
    service = Service()
    recording = shared(tmp_path, service)
    calls = recording.samples
    assert (calls.n, calls.failed) == (300, 0)
    assert len(service.asked) == 300
    counts = Counter(sample.operation for sample in calls.rows)
    assert set(counts) == {"read", "write"}
    assert counts["write"] == sum(path == "/write/a7" for path, _, _ in service.asked)
    assert 0.15 < counts["write"] / 300 < 0.35
    begins = sorted(sample.at for sample in calls.rows)
    lanes = Counter(round((at - begins[0]) * 1e6) % 10_000 for at in begins)
    assert sorted(lanes.values()) in ([150, 150], [300]), (
        "each worker sends every second of the 200 arrivals per second"
    )
    phase = dict(recording.phases)["steady"]
    assert phase < begins[0] < phase + 5.0, "seconds count from the recording's begin"
    ends = [sample.at + sample.latency for sample in calls.rows]
    assert all(later > sooner - 0.2 for sooner, later in pairwise(ends)), "in turn, not worker after worker"
    pace = recording.facts["pace steady"]
    assert (pace["asked"], pace["started"], pace["workers"]) == (300, 300, 2)


def test_each_call_is_built_as_the_target_describes_it(tmp_path: Path) -> None:
    service = Service()
    shared(tmp_path, service)
    keys = [headers["Idempotency-Key"] for path, headers, _ in service.asked if path == "/write/a7"]
    assert len(set(keys)) == len(keys) > 30, "what is unique is unique over all workers"
    bodies = [json.loads(body) for path, _, body in service.asked if path == "/write/a7"]
    assert {body["of"] for body in bodies} == {"a7"}
    assert sorted(body["id"] for body in bodies) == sorted(keys), "one value for a call, wherever it stands"
    assert {headers.get("Authorization") for path, headers, _ in service.asked if path == "/read"} == {"Bearer token"}


def test_what_the_workers_did_counts_as_the_generators_doing(tmp_path: Path) -> None:
    recording = shared(tmp_path, Service())
    for number in (1, 2):
        cores = recording.readings[f"worker {number} generator_cpu_cores"]
        assert len(cores.values) >= 2
        assert all(0.0 < value < 1.5 for value in cores.values)
        assert recording.readings[f"worker {number} generator_lag_seconds"].values
    assert readings_of(recording)["generator_cpu_cores"] == pytest.approx(
        max(_mean(recording, number) for number in (1, 2)), rel=0.2
    )


def _mean(recording: Recording, number: int) -> float:
    values = recording.readings[f"worker {number} generator_cpu_cores"].values
    return math.fsum(values) / len(values)


def test_no_worker_hides_behind_the_others() -> None:
    at = tuple(0.2 * i for i in range(1, 51))
    levels = {"": 0.02, "worker 1 ": 0.3, "worker 2 ": 0.97}
    readings = {f"{who}generator_cpu_cores": Readings("cores", at, (level,) * 50) for who, level in levels.items()}
    readings |= {f"{who}generator_lag_seconds": Readings("s", at, (level,) * 50) for who, level in levels.items()}
    calls = Samples((Sample(1.0, 0.1, 0.0, "read", "steady", 200, ""),))
    recording = Recording("some_load", calls, readings=readings, phases=(("steady", 0.0),), seconds=10.0)
    found = readings_of(recording)
    assert found["generator_cpu_cores"] == pytest.approx(0.97)
    assert found["generator_lag_seconds"] == pytest.approx(0.97)
    summary = load_summary(recording)
    assert summary is not None
    assert summary.generator["cpu_cores"] == pytest.approx(0.97)


def test_a_worker_that_is_lost_fails_the_scenario(tmp_path: Path) -> None:
    async def drive() -> None:
        async with serving(Service().handle) as origin:
            recorder = Recorder(tmp_path, "some_load", seed=7)
            with recorder.ending():
                recorder.phase("steady", 2.0)
                load = asyncio.ensure_future(
                    constant_arrival_rate(target_at(origin), recorder, rate=50.0, seconds=2.0, workers=2)
                )
                while not (workers := _workers()):
                    await asyncio.sleep(0.05)
                await asyncio.sleep(1.0)
                os.kill(workers[0], signal.SIGKILL)
                await load

    with pytest.raises(RuntimeError, match=r"not sent as a whole: worker \d of 2 was ended by SIGKILL"):
        asyncio.run(drive())
    assert not read_recording(tmp_path, "some_load").complete


def _workers() -> list[int]:
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if any("load.worker_process" in word for word in child.cmdline())]


def test_what_cannot_be_shared(tmp_path: Path) -> None:
    elsewhere = Operation(name="control", dependency="vendor", weight=1)
    with pytest.raises(ValueError, match="control: goes to a dependency"):
        mix_of(target_at("http://127.0.0.1:1", (elsewhere,)), (elsewhere,))
    until = Stopper((LatencyLimit(95, 2.0),), (1.0,), shortest=1.0, longest=1.0)
    recorder = Recorder(tmp_path, "some_load", seed=7)
    with pytest.raises(ValueError, match="goes to its end"), recorder.ending():
        asyncio.run(
            constant_arrival_rate(
                target_at("http://127.0.0.1:1"), recorder, rate=1.0, seconds=1.0, until=until, workers=2
            )
        )


def test_equal_shares_where_no_operation_has_a_weight() -> None:
    plain = (Operation(name="a"), Operation(name="b", path="/b"))
    assert [call.weight for call in mix_of(target_at("http://127.0.0.1:1", plain), plain).calls] == [1.0, 1.0]
