"""An instance at rest, told to stop, started again several times on its port, interrupted, and beside a second one.

A stop without load is what every deployment does to an instance that was taken out of the rotation before.
"""

import asyncio
import os
import signal
import time
from typing import Any

import psutil

from readiness import Recorder, Target, TargetError, connect, hang_up, scenario


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "process", "logs"),
    quick={"idle_seconds": 1.5},
    full={"starts": 10, "idle_seconds": 20.0},
    least="standard",
)
async def start_stop(
    target: Target,
    recorder: Recorder,
    *,
    starts: int = 2,
    idle_seconds: float = 2.0,
    conflict_seconds: float = 8.0,
    most_stop_seconds: float = 15.0,
) -> None:
    """Idle for ``idle_seconds``, then ``starts`` times stopped and started; a copy on the same port gets ``conflict_seconds``.

    The last stop is an interrupt, the others are SIGTERM.
    """
    recorder.phase("idle", idle_seconds)
    await target.disconnect()
    await asyncio.sleep(0.5)
    async with recorder.resources(target.process.pids(), prefix="idle "):
        await asyncio.sleep(idle_seconds)
    recorder.fact("listening", _listening(target))
    recorder.phase("conflict", conflict_seconds)
    recorder.fact("conflict", await _conflict(target, conflict_seconds))
    rounds = []
    for number in range(starts):
        recorder.phase(f"round {number + 1}")
        how = signal.SIGINT if number == starts - 1 else signal.SIGTERM
        rounds.append(await _round(target, how, most_stop_seconds))
        if rounds[-1]["problem"]:
            break
    recorder.fact("rounds", rounds)


async def _round(target: Target, how: signal.Signals, most: float) -> dict[str, Any]:
    """Stop it while a client is connected, look what is left, and start it again at once."""
    process = target.process
    tree, mark = process.pids(), len(process.logs())
    _, writer = await connect(target)
    begin = time.monotonic()
    if how == signal.SIGTERM:
        process.terminate()
    else:
        os.kill(tree[0], how)
    status = await process.wait(most)
    told: dict[str, Any] = {"signal": how.name, "status": status, "stop_seconds": time.monotonic() - begin}
    await asyncio.sleep(0.3)
    told["left"] = [pid for pid in tree if _lives(pid)]
    told["said"] = len(process.logs()[mark:].strip())
    told["problem"] = ""
    if status is None:
        process.kill()
        await process.wait(5.0)
    begin = time.monotonic()
    try:
        await process.start()
    except TargetError as error:
        told["problem"] = str(error)[:500]
    told["start_seconds"] = time.monotonic() - begin
    await hang_up(writer)
    return told


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _listening(target: Target) -> dict[str, Any]:
    """The addresses at which its processes wait for connections, without the port that it was given."""
    own, found = int(target.adapter.handle()["port"]), set()
    try:
        for pid in target.process.pids():
            for one in psutil.Process(pid).net_connections("tcp"):
                if one.status == psutil.CONN_LISTEN and one.laddr.port != own:
                    found.add(f"{one.laddr.ip}:{one.laddr.port}")
    except psutil.Error as problem:
        return {"known": False, "problem": type(problem).__name__, "others": []}
    return {"known": True, "problem": "", "others": sorted(found)}


async def _conflict(target: Target, seconds: float, *, control_seconds: float = 15.0) -> dict[str, Any]:
    """A copy on a port of its own, which must get ready, else the end of the next one says nothing; then one on the taken port."""
    path = target.spec.health.live or target.spec.health.ready or "/"
    right = await target.process.trial({}, seconds=control_seconds)
    before = await target.get(path, timeout=2.0)
    trial = await target.process.trial({}, seconds=seconds, port=int(target.adapter.handle()["port"]))
    reply = await target.get(path, timeout=2.0)
    return {
        "right": right.ready, "before": before.status, "exit_status": trial.exit_status, "seconds": trial.seconds,
        "output": trial.output[-300:], "first_status": reply.status,
    }  # fmt: skip
