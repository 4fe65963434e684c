"""Its data is damaged while it is down: does it notice, or does it serve and confirm what nobody ever wrote?

Copies of the files that it stores in are damaged, and put back afterwards; the amount that was written before is read.
"""

import os
import time
from pathlib import Path
from typing import Any

from readiness import (
    Counter,
    Damaged,
    FaultUnavailableError,
    Recorder,
    Target,
    TargetError,
    own_folder,
    scenario,
)

ADDITIONS = 20
KINDS = ("flip", "truncate")
CLOCK_GRAIN_SECONDS = 0.01  # a file's time may lag behind the clock by a tick
NOT_DATA = (".log", ".pid", ".trace", ".so", ".board", ".lock")


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"kinds": 1},
    deadline=300.0,
    least="standard",
)
async def damaged_data(target: Target, recorder: Recorder, *, kinds: int = 2) -> None:
    """Write, stop in good order, damage the largest file that the writes changed (``kinds``: bits flipped, then cut in half),
    start.
    """
    recorder.phase("write")
    rounds: list[dict[str, Any]] = []
    began, file = time.time() - CLOCK_GRAIN_SECONDS, None
    try:
        counter = await Counter.prepared(target, "damaged data")
        for _ in range(ADDITIONS):
            await counter.add()
        amount = await counter.amount()
        folder = own_folder(target)
        for kind in KINDS[:kinds]:
            recorder.phase(kind)
            await _stop(target)
            file = file or _largest(folder, began)
            if file is None:
                recorder.fact("problem", "it changes no file of its own when it is written to")
                return
            rounds.append(
                {
                    "kind": kind,
                    "file": file.name,
                    **await _damaged(target, recorder, counter, Damaged(folder, file, kind=kind)),
                }
            )
            recorder.fact("damage", {"amount": str(amount), "rounds": rounds})
        recorder.phase("put back")
        await target.process.start()
        recorder.fact("put back", str(await counter.amount()))
    except (FaultUnavailableError, TargetError) as problem:
        recorder.fact("problem", str(problem)[:500])


async def _damaged(target: Target, recorder: Recorder, counter: Counter, fault: Damaged) -> dict[str, Any]:
    """How the start on damaged data went, and what it says of the amount where it does start."""
    async with recorder.fault(fault):
        try:
            await target.process.start()
        except TargetError as problem:
            return {"started": False, "said": str(problem)[-300:]}
        reply = await counter.read()
        amount = await counter.amount()
        await _stop(target)
        return {
            "started": True,
            "status": reply.status,
            "error": reply.error,
            "amount": None if amount is None else str(amount),
        }


async def _stop(target: Target) -> None:
    target.process.terminate()
    if await target.process.wait(target.spec.stop_seconds + 2.0) is None:
        target.process.kill()


def _largest(folder: Path, began: float) -> Path | None:
    """The largest file that changed since, no log and not ours; one that writes leave alone has nothing of them to lose."""
    found = [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]
    kept = [file for file in found if not file.name.endswith(NOT_DATA) and not file.is_symlink()]
    changed = [file for file in kept if file.stat().st_size and file.stat().st_mtime >= began]
    return max(changed, key=lambda file: file.stat().st_size, default=None)
