"""Each cell of the grid holds enough calls to tell what its users get done, and none lasts for ever."""

from pathlib import Path
from typing import Any

import pytest

from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.targeting import Operation, Target, TargetSpec
from scenarios.stress_testing import user_grid as module
from tests.readiness.openapi.documents import Answering, reply, run


class Elsewhere(Answering):
    """A service whose processes are not ours to see."""

    process = False


def cells(folder: Path, **options: Any) -> list[dict[str, Any]]:
    spec = TargetSpec(operations=(Operation(name="quote", path="/quote", weight=1.0),))
    target = Target(spec, Elsewhere({"/quote": reply(200, "{}")}))  # type: ignore[arg-type]
    recorder = Recorder(folder, "user_grid")

    async def drive() -> None:
        with recorder.ending():
            await module.user_grid(target, recorder, **options)

    run(drive())
    found: list[dict[str, Any]] = read_recording(folder, "user_grid").facts["cells"]
    return found


def test_few_users_call_until_there_is_enough_to_tell(tmp_path: Path) -> None:
    counts = {(cell["users"], cell["operations"]): cell["calls"] for cell in cells(tmp_path, users=(1, 10, 50))}
    assert counts == {(1, 5): 100, (1, 15): 105, (10, 5): 100, (10, 15): 150, (50, 5): 250, (50, 15): 750}


def test_a_slow_cell_is_driven_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1e-9)
    assert [cell["calls"] for cell in cells(tmp_path, users=(1, 10))] == [5, 15, 50, 150]
