"""What a scenario records is what a check reads, also when the scenario was killed while it wrote."""

import asyncio
import math
import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import RecordingError
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Readings, Recording, read_recording
from readiness.model import Sample


class Switch:
    """A fault that notes what was done to it."""

    name = "switch"

    def __init__(self, proof: dict[str, Any] | None = None, *, stuck: bool = False) -> None:
        self.calls: list[str] = []
        self._proof = {"thrown": 1} if proof is None else proof
        self._stuck = stuck

    async def arm(self) -> None:
        self.calls.append("arm")
        if self._stuck:
            raise OSError("stuck")

    async def disarm(self) -> None:
        self.calls.append("disarm")

    def witness(self) -> dict[str, Any]:
        return self._proof


SAMPLES = [
    Sample(0.2, 0.30, 0.0, "b'uy", "peak", 200, ""),
    Sample(0.1, 0.10, 0.05, "quote", "warm-up", 200, ""),
    Sample(0.3, 1.00, 0.0, "quote", "peak", 0, "timeout"),
    Sample(0.4, 0.20, 0.0, "quote", "peak", 503, "status 503"),
    Sample(0.5, 0.20, 0.0, "quote", "peak", 503, "status 503"),
]


def written(folder: Path) -> Recording:
    recorder = Recorder(folder, "some")
    with recorder.ending():
        recorder.phase("warm-up", 1.0)
        recorder.fact("orders", {"sent": 3, "ids": ["a", "ä"]})
        recorder.fact("orders", {"sent": 4, "ids": []})
        recorder.phase("peak")
        for sample in SAMPLES:
            recorder.sample(sample)
        recorder.readings("rss_bytes", "B", [0.1, 0.2], [5.0, 7.0])
        recorder.readings("rss_bytes", "B", [0.3], [6.0])
    return read_recording(folder, "some")


def test_round_trip(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert found.complete
    assert found.seconds > 0
    assert found.samples.rows == tuple(sorted(SAMPLES))
    assert found.facts == {"orders": {"sent": 4, "ids": []}}, "the last one of a name counts"
    assert found.readings == {"rss_bytes": Readings("B", (0.1, 0.2, 0.3), (5.0, 7.0, 6.0))}
    assert [name for name, _ in found.phases] == ["warm-up", "peak"]


def test_what_a_check_asks_of_samples(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert (found.samples.n, found.measured.n) == (5, 4), "warm-up is not measured"
    assert found.samples.where(operation="quote", phase="peak").n == 3
    assert found.measured.errors == {"status 503": 2, "timeout": 1}
    assert found.measured.error_rate.value == 0.75
    assert found.latency.largest == 1.0
    assert found.samples.late.largest == 0.05
    assert found.measured.seconds == pytest.approx(1.1), "from 0.2 to 1.3"
    assert found.measured.throughput == pytest.approx(1 / 1.1), "failures are no throughput"


def test_no_samples(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "idle")
    with recorder.ending():
        recorder.fact("x", None)
    found = read_recording(tmp_path, "idle")
    assert found.complete
    assert (found.samples.n, found.samples.throughput) == (0, 0.0)
    assert math.isnan(found.samples.error_rate.value)


def test_a_killed_line_costs_only_itself(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "some.jsonl"
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:2]) + whole[2][:25])
    found = read_recording(tmp_path, "some")
    assert found.facts == {"orders": {"sent": 3, "ids": ["a", "ä"]}}
    assert not found.complete
    assert found.seconds == 0.0


def test_a_scenario_that_raises_is_not_complete(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "broken")

    def drive() -> None:
        with recorder.ending():
            recorder.fact("seen", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        drive()
    found = read_recording(tmp_path, "broken")
    assert found.facts == {"seen": 1}
    assert not found.complete


@pytest.mark.parametrize("raised", [None, RuntimeError, asyncio.CancelledError])
def test_a_fault_is_disarmed_whatever_happens(tmp_path: Path, raised: type[BaseException] | None) -> None:
    recorder, fault = Recorder(tmp_path, "faulty"), Switch()

    async def drive() -> None:
        async with recorder.fault(fault):
            assert fault.calls == ["arm"]
            await asyncio.sleep(0.02)
            if raised:
                raise raised

    with recorder.ending(), pytest.raises(raised) if raised else nullcontext():
        asyncio.run(drive())
    assert fault.calls == ["arm", "disarm"]
    found = read_recording(tmp_path, "faulty")
    window = found.window("switch")
    assert window is not None
    assert window.witness == {"thrown": 1}
    assert window.disarmed - window.armed >= 0.02
    assert found.window("other") is None


@pytest.mark.parametrize(("proof", "windows"), [({}, []), ({"thrown": 1}, ["switch"])])
def test_an_optional_fault_leaves_a_window_only_where_it_acted(
    tmp_path: Path, proof: dict[str, Any], windows: list[str]
) -> None:
    recorder, fault = Recorder(tmp_path, "optional"), Switch(proof)

    async def run() -> None:
        async with recorder.fault(fault, optional=True):
            assert fault.calls == ["arm"]

    with recorder.ending():
        asyncio.run(run())
    assert fault.calls == ["arm", "disarm"]
    assert [window.fault for window in read_recording(tmp_path, "optional").windows] == windows


def test_a_fault_that_cannot_be_armed_is_disarmed(tmp_path: Path) -> None:
    recorder, fault = Recorder(tmp_path, "stuck"), Switch({}, stuck=True)

    async def drive() -> None:
        async with recorder.fault(fault):
            pytest.fail("it was not armed")

    with recorder.ending(), pytest.raises(OSError, match="stuck"):
        asyncio.run(drive())
    assert fault.calls == ["arm", "disarm"]
    assert [w.witness for w in read_recording(tmp_path, "stuck").windows] == [{}]


def test_growth_and_peak() -> None:
    readings = Readings("B", tuple(range(20)), (1.0, 1.0, 9.0, 1.0, *[5.0] * 12, 7.0, 7.0, 7.0, 0.0))
    assert readings.peak == 9.0
    assert readings.growth == 6.0, "medians of the first and last fifth"
    assert math.isnan(Readings("B", (1.0,), (1.0,)).growth)
    assert math.isnan(Readings().peak)


def test_resources_of_a_process_are_sampled(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "resources")

    async def drive() -> None:
        async with recorder.resources([os.getpid()], hertz=50.0):
            async with asyncio.timeout(20):
                while (tmp_path / "resources.jsonl").read_text().count('"series": "cpu_cores"') < 2:
                    await asyncio.sleep(0.05)

    with recorder.ending():
        asyncio.run(drive())
    found = read_recording(tmp_path, "resources").readings
    assert {"rss_bytes", "cpu_cores", "descriptors", "threads"} <= found.keys()
    assert found["rss_bytes"].peak > 1e6
    assert found["descriptors"].peak >= 3
    assert len(found["cpu_cores"].values) >= 2


def test_the_random_source_repeats_per_seed_and_scenario(tmp_path: Path) -> None:
    def first(scenario: str, seed: int) -> float:
        recorder = Recorder(tmp_path, scenario, seed=seed)
        with recorder.ending():
            return recorder.random.random()

    assert first("a", 1) == first("a", 1)
    assert len({first("a", 1), first("a", 2), first("b", 1)}) == 3


# --- evidence that was damaged afterwards


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A whole recording with one call."""
    recorder = Recorder(tmp_path, "some")
    with recorder.ending():
        recorder.phase("steady")
        recorder.sample(Sample(0.1, 0.2, 0.0, "quote", "steady", 200, ""))
    assert read_recording(tmp_path, "some").complete
    return tmp_path


def test_lost_calls_do_not_read_as_a_run_without_failures(kept: Path) -> None:
    (kept / "some.parquet").unlink()
    found = read_recording(kept, "some")
    assert (found.samples.n, found.complete) == (0, False)


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1\x00\x00PAR1"])
def test_a_damaged_file_of_calls_is_named(kept: Path, content: bytes) -> None:
    (kept / "some.parquet").write_bytes(content)
    with pytest.raises(RecordingError, match=r"some\.parquet is damaged"):
        read_recording(kept, "some")


@pytest.mark.parametrize(
    "line",
    [
        b"{half a line",
        b"\xff\xfe",
        b'{"kind": "window", "fault": "latency"}',
        b'{"kind": "readings", "series": "rss_bytes"}',
        b'{"kind": "readings", "series": "rss_bytes", "unit": "By", "at": [1], "values": ["much"]}',
        b'{"kind": "readings", "series": "rss_bytes", "unit": "By", "at": [1], "values": [1, 2]}',
        b'{"kind": "fact"}',
    ],
)
def test_a_damaged_line_is_not_passed_over(kept: Path, line: bytes) -> None:
    first, *rest = (kept / "some.jsonl").read_bytes().splitlines(keepends=True)
    (kept / "some.jsonl").write_bytes(first + line + b"\n" + b"".join(rest))
    with pytest.raises(RecordingError, match=r"some\.jsonl is damaged"):
        read_recording(kept, "some")
