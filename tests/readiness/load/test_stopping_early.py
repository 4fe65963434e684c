"""A phase ends when its limits are decided: nothing more is started, what is under way is counted, and why is recorded."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from readiness.exchange import Reply, Request
from readiness.load.constant_arrival_rate import constant_arrival_rate
from readiness.measure.recorder import Recorder
from readiness.measure.stopping import ErrorLimit, LatencyLimit, Stopper
from readiness.targeting import Target
from tests.readiness.load.test_executors import OFTEN, SPEC, Sender


class Answering(Sender):
    """Answers after 10 ms with one status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self._status = status

    async def send(self, request: Request) -> Reply:
        await asyncio.sleep(0.01)
        return Reply(self._status, {}, b"", 0.01)


@pytest.fixture
def recorder(tmp_path: Path) -> Any:
    made = Recorder(tmp_path, "some", users=4)
    made.phase("steady")
    with made.ending():
        yield made


def stopper(shortest: float) -> Stopper:
    limits = (LatencyLimit(95, 5.0), ErrorLimit(0.05))
    return Stopper(limits, (0.5, 1.0, 3.0), shortest=shortest, longest=3.0, block=0.05)


def phase(
    recorder: Recorder, tmp_path: Path, status: int, until: Stopper, seconds: float = 3.0
) -> tuple[dict[str, Any], dict[str, Any]]:
    async def drive() -> None:
        target = Target(SPEC, Answering(status))
        await constant_arrival_rate(target, recorder, rate=400, seconds=seconds, operations=OFTEN, until=until)

    asyncio.run(drive())
    lines = [json.loads(line) for line in (tmp_path / "some.jsonl").read_text().splitlines()]
    facts = {line["name"]: line["value"] for line in lines if line["kind"] == "fact"}
    return facts["stop steady"], facts["pace steady"]


def test_a_healthy_phase_ends_at_its_shortest_duration(recorder: Recorder, tmp_path: Path) -> None:
    stop, pace = phase(recorder, tmp_path, 200, stopper(shortest=1.0))
    assert (stop["verdict"], stop["seconds"]) == ("passed", 1.0)
    assert "no stall longer than 0.5 s" in stop["claim"]
    assert 400 <= len(recorder.samples) == pace["started"] < 1100, "the rest of 1200 was never due"
    assert pace["not_started"] < 100, "what is not due is not missing"
    assert pace["cut"] == 0


def test_a_broken_phase_ends_at_the_first_look(recorder: Recorder, tmp_path: Path) -> None:
    stop, _ = phase(recorder, tmp_path, 500, stopper(shortest=1.0))
    assert (stop["verdict"], stop["seconds"]) == ("failed", 0.5)
    assert "errors <= 5 %" in stop["reason"]
    assert 200 <= len(recorder.samples) < 1100


@pytest.mark.parametrize("seconds", [1.0, 0.98])
@pytest.mark.parametrize(("status", "verdict"), [(200, "passed"), (500, "failed")])
def test_the_last_look_is_at_the_end(
    recorder: Recorder, tmp_path: Path, seconds: float, status: int, verdict: str
) -> None:
    """Nobody starts after the end, so that nobody's start says that the last blocks are done; of 0.98 s the last is short."""
    until = Stopper((ErrorLimit(0.05),), (seconds,), shortest=seconds, longest=seconds, block=0.05)
    stop, pace = phase(recorder, tmp_path, status, until, seconds)
    assert (stop["verdict"], stop["seconds"]) == (verdict, seconds)
    assert len(recorder.samples) == pace["asked"] == round(400 * seconds)


def test_an_undecided_phase_goes_to_its_end(recorder: Recorder, tmp_path: Path) -> None:
    never = Stopper((ErrorLimit(1e-6),), (0.5, 3.0), shortest=0.5, longest=3.0, block=0.05)
    stop, pace = phase(recorder, tmp_path, 200, never)
    assert stop["verdict"] == "undecided"
    assert len(recorder.samples) == pace["asked"] == 1200
