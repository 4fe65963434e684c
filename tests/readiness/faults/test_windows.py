"""Five windows: each call belongs to the one it began in, the fault is armed for exactly two, and a slow probe holds up nobody."""

import asyncio
from pathlib import Path
from typing import Any

from readiness.exchange import Reply
from readiness.faults.windows import WINDOWS, Probe, five_windows
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording


class Switch:
    """A fault that calls can see."""

    name = "switch"

    def __init__(self) -> None:
        self.armed = False
        self.hits = 0

    async def arm(self) -> None:
        """On."""
        self.armed = True

    async def disarm(self) -> None:
        """Off."""
        self.armed = False

    def witness(self) -> dict[str, Any]:
        """How many saw it."""
        return {"hits": self.hits} if self.hits else {}


def test_what_is_seen_in_each_window(tmp_path: Path) -> None:
    fault = Switch()

    async def quick() -> Reply:
        fault.hits += fault.armed
        return Reply(503 if fault.armed else 200, {}, b"", 0.0)

    async def slow() -> Reply:
        await asyncio.sleep(0.3)
        return Reply(0, {}, b"", 0.3, "timeout")

    async def run() -> dict[str, dict[str, dict[str, Any]]]:
        recorder = Recorder(tmp_path, "windowed")
        with recorder.ending():
            probes = (Probe("quick", quick), Probe("strict", quick, (204,)), Probe("slow", slow))
            return await five_windows(recorder, fault, probes, seconds=1.0, prefix="first: ")

    found = asyncio.run(run())
    assert tuple(found) == WINDOWS
    for name in WINDOWS:
        one = found[name]["quick"]
        faulty = name in ("onset", "during")
        assert one["calls"] >= 2, f"nobody called in {name}"
        assert one["good"] == (0 if faulty else one["calls"]), name
        assert one["failures"] == ({"status 503": one["calls"]} if faulty else {})
        assert found[name]["strict"]["good"] == 0
    assert sum(found[name]["slow"]["failures"].get("timeout", 0) for name in WINDOWS) >= 3
    assert max(found[name]["slow"]["slowest"] for name in WINDOWS) >= 0.3
    recording = read_recording(tmp_path, "windowed")
    assert [name for name, _ in recording.phases] == [f"first: {name}" for name in WINDOWS]
    (window,) = recording.windows
    asked = [found[name][probe]["calls"] for name in ("onset", "during") for probe in ("quick", "strict")]
    assert window.witness["hits"] == sum(asked)
