"""The disk is full, and then slow: what the target says, what it keeps, and whether it goes on without help.

The target is started again with a library in front of its C library that refuses to let files grow and makes syncs
slow (see docs/faults.md). A reader, a writer and a look whether it lives go on all the time, each by itself.
"""

import asyncio
from typing import Any

from readiness import (
    Counter,
    DiskFull,
    FaultUnavailableError,
    Probe,
    Recorder,
    Reply,
    Shim,
    SlowDisk,
    Target,
    TargetError,
    five_windows,
    own_folder,
    scenario,
)

PROBE_SECONDS = 3.0


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"seconds": 0.4},
    full={"seconds": 3.0},
    least="standard",
)
async def disk_trouble(
    target: Target, recorder: Recorder, *, seconds: float = 0.7, sync_seconds: float = 0.5, patience: float = 5.0
) -> None:
    """Five windows of ``seconds`` with a full disk, then five in which each sync takes ``sync_seconds`` longer.

    The writer may fail for ``patience`` seconds after the disk has room again.
    """
    recorder.phase("restart")
    try:
        shim = Shim(own_folder(target))
        await target.process.start(environment=shim.environment(target.spec.environment))
        if not shim["programs"]:
            raise FaultUnavailableError(
                "the library was not loaded: it is a static program, or one that drops its environment"
            )
        counter = await Counter.prepared(target, "disk trouble")
    except (FaultUnavailableError, TargetError) as problem:
        recorder.fact("problem", str(problem)[:500])
        return
    before = await counter.amount()
    path = target.spec.health.live or target.spec.health.ready or "/"
    probes = (
        Probe("alive", lambda: target.get(path, timeout=PROBE_SECONDS)),
        Probe("read", lambda: counter.read(PROBE_SECONDS), target.spec.operation("counter.read").expect),
        Probe("write", lambda: counter.add(PROBE_SECONDS), target.spec.operation("counter.add").expect),
    )
    recorder.fact("full", await five_windows(recorder, DiskFull(shim), probes, seconds=seconds, prefix="full: "))
    recorder.fact("after full", await _writes_again(target, counter, recorder, patience))
    if target.process.pids():  # else there is nobody to be slowed down
        slow = SlowDisk(shim, seconds=sync_seconds)
        recorder.fact("slow", await five_windows(recorder, slow, probes, seconds=seconds, prefix="slow: "))
        recorder.fact("slow options", {"sync_seconds": sync_seconds, "path": path})
    recorder.phase("restart without")
    recorder.fact("kept", await _kept(target, counter, str(before)))


async def _writes_again(target: Target, counter: Counter, recorder: Recorder, patience: float) -> dict[str, Any]:
    """Whether it lives, and the seconds until a write succeeds; None where none did."""
    begin = recorder.now
    reply = await counter.add(PROBE_SECONDS)
    expected = target.spec.operation("counter.add").expect
    while not _good(reply, expected) and recorder.now - begin < patience:
        await asyncio.sleep(0.1)
        reply = await counter.add(PROBE_SECONDS)
    good = _good(reply, expected)
    told = {"alive": bool(target.process.pids()), "last": reply.error or reply.status, "patience": patience}
    return {**told, "seconds": recorder.now - begin if good else None}


def _good(reply: Reply, expected: tuple[int, ...]) -> bool:
    return not reply.error and reply.status in expected


async def _kept(target: Target, counter: Counter, before: str) -> dict[str, Any]:
    """Kill it, so that only what reached its files is left, start it as usual, and read the amount."""
    target.process.kill()
    try:
        await target.process.start()
    except TargetError as problem:
        return {"problem": str(problem)[:500]}
    after = await counter.amount()
    return {"before": before, "after": None if after is None else str(after), **counter.sums()}
