"""The load of a comparison: same calls for both, quads as ordered, on disk as they happen, and read back."""

import asyncio
import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from readiness.errors import TargetError
from readiness.exchange import Reply, Request
from readiness.interleaving import PairedRandom, cpu_seconds, interleave, late_share, read_quads
from readiness.measure.pairs import Design, order_of
from readiness.measure.recording import read_recording
from readiness.targeting import Operation, Target, TargetSpec

SPEC = TargetSpec(
    address="http://127.0.0.1",
    operations=(
        Operation(name="often", path="/often", weight=3),
        Operation(name="seldom", path="/seldom/{unique}", weight=1),
    ),
)
DESIGN = Design(rate=400, block_seconds=0.05, warm_seconds=0.05, quads=3)


class Process:
    """What a comparison asks of a target's process; it is this one."""

    def pids(self) -> list[int]:
        return [os.getpid()]


class Version:
    """An adapter whose calls take so long, and fail with a status."""

    proxies: Mapping[str, Any] = {}

    def __init__(self, seconds: float = 0.0, status: int = 200) -> None:
        self.process: Any = Process()
        self.paths: list[str] = []
        self._seconds, self._status = seconds, status

    async def send(self, request: Request) -> Reply:
        self.paths.append(request.path)
        await asyncio.sleep(self._seconds)
        return Reply(self._status, {}, b"", self._seconds)

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def disconnect(self) -> None: ...
    async def attach(self, handle: dict[str, Any]) -> None: ...
    def handle(self) -> dict[str, Any]:
        return {}


def measured(folder: Path, baseline: Version, candidate: Version, design: Design = DESIGN) -> list[int]:
    """Interleave; returns what was told."""
    targets = {"baseline": Target(SPEC, baseline), "candidate": Target(SPEC, candidate)}
    told: list[int] = []
    asyncio.run(interleave(targets, design, folder, told.append))
    return told


def test_both_versions_get_the_same_calls_in_the_drawn_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The candidate is late on purpose: that must not change what it is asked.
    baseline, candidate = Version(), Version(0.03)
    assert measured(tmp_path, baseline, candidate) == [1, 2, 3]
    assert sorted(baseline.paths) == sorted(candidate.paths)
    unique = [path for path in baseline.paths if path.startswith("/seldom")]
    assert len(set(unique)) == len(unique) > 0, "no unique value comes twice"
    for number in (1, 2, 3):
        recording = read_recording(tmp_path, f"quad_{number:04}")
        order = recording.facts["order"]
        assert order == order_of(DESIGN.seed, number)
        letters = "".join("A" if name.startswith("baseline") else "B" for name, _ in recording.phases)
        assert letters == order
        for turn in (1, 2):
            asked = [
                [row.operation for row in recording.samples.where(phase=f"{version} {turn}").rows]
                for version in ("baseline", "candidate")
            ]
            assert asked[0] == asked[1]
            assert len(asked[0]) == 20


def test_quads_are_read_back_and_half_written_ones_are_left_out(tmp_path: Path) -> None:
    measured(tmp_path, Version(), Version(0.02))
    quads = read_quads(tmp_path)
    assert [quad.order for quad in quads] == [order_of(DESIGN.seed, number) for number in (1, 2, 3)]
    for quad in quads:
        assert all(block.calls == 20 and block.failed == 0 for block in (*quad.baseline, *quad.candidate))
        assert all(block.median >= 0.019 for block in quad.candidate)
        assert all(block.cpu_seconds > 0 for block in (*quad.baseline, *quad.candidate))
    last = tmp_path / "quad_0003.jsonl"
    lines = last.read_text().splitlines()
    assert json.loads(lines[-1])["kind"] == "end"
    last.write_text("\n".join(lines[:-1]))
    assert read_quads(tmp_path) == quads[:2]


def test_the_first_look_that_decides_ends_the_load(tmp_path: Path) -> None:
    design = replace(DESIGN, quads=20, rate=200)
    measured(tmp_path, Version(), Version(0.03), design)
    assert len(read_quads(tmp_path)) == 10


def test_a_baseline_that_fails_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"baseline fails 20 of 20 calls: status 401 \(20\)"):
        measured(tmp_path, Version(status=401), Version())
    measured(tmp_path, Version(), Version(status=500))  # a candidate that fails is a finding
    assert {block.failed for quad in read_quads(tmp_path) for block in quad.candidate} == {20}


def test_unique_values_do_not_move_the_sequence_of_operations() -> None:
    one, other = PairedRandom("7/1/1"), PairedRandom("7/1/1")
    drawn = [one.choices("abc")[0] for _ in range(50)]
    mixed = []
    for _ in range(50):
        other.getrandbits(64)
        mixed += other.choices("abc")
    assert drawn == mixed
    assert PairedRandom("7/1/2").getrandbits(64) != PairedRandom("7/1/1").getrandbits(64)


def test_cpu_time_of_a_tree_grows_with_work_and_is_unknown_for_nobody() -> None:
    before = cpu_seconds(os.getpid())
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert cpu_seconds(os.getpid()) - before >= 0.05
    assert math.isnan(cpu_seconds(2**22 + 1)), "no such process"


def test_lateness_is_told_as_a_share_of_the_latency(tmp_path: Path) -> None:
    assert late_share(tmp_path) == 0.0

    def share(folder: Path) -> float:
        folder.mkdir()
        measured(folder, Version(0.02), Version(0.02))
        return late_share(folder)

    assert any(0 <= share(tmp_path / name) < 5 for name in ("first", "second", "third")), (
        "a machine may stop, not always"
    )
