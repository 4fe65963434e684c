"""The name service is gone for a while: is that said, does it stay alive, and does it find its dependencies again?

Each dependency is addressed by the name `localhost`, which then cannot be resolved; connections that exist are cut, so that
it has to ask.
"""

import asyncio
import uuid
from typing import Any

from readiness import (
    FaultUnavailableError,
    NamesLost,
    Probe,
    Recorder,
    Shim,
    Target,
    TargetError,
    five_windows,
    own_folder,
    scenario,
)

PROBE_SECONDS = 3.0
LOCAL = "127.0.0.1"


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("network", "health"),
    full={"seconds": 5.0},
    deadline=120.0,
    least="standard",
)
async def name_loss(target: Target, recorder: Recorder, *, seconds: float = 1.0, patience: float = 10.0) -> None:
    """Five windows of ``seconds``; afterwards it has ``patience`` seconds to be ready again."""
    recorder.phase("restart")
    try:
        shim = Shim(own_folder(target))
        named = {
            dependency.variable: dependency.address.replace(f"{LOCAL}:{{port}}", target.proxies[name].address).replace(
                LOCAL, "localhost"
            )
            for name, dependency in target.spec.dependencies.items()
        }
        await target.process.start(environment={**shim.environment(target.spec.environment), **named})
        if not shim["programs"]:
            raise FaultUnavailableError(
                "the library was not loaded: it is a static program, or one that drops its environment"
            )
    except (FaultUnavailableError, TargetError) as problem:
        recorder.fact("problem", str(problem)[:500])
        return
    ready = target.spec.health.ready or target.spec.health.live or "/"
    probes = [Probe("ready", lambda: target.get(ready, timeout=PROBE_SECONDS))]
    if live := target.spec.health.live:
        probes.append(Probe("alive", lambda: target.get(live, timeout=PROBE_SECONDS)))
    cutting = asyncio.create_task(_cut(target, shim))
    try:
        windows = await five_windows(recorder, NamesLost(shim), probes, seconds=seconds)
    finally:
        cutting.cancel()
    recorder.fact("windows", windows)
    recorder.fact("after", await _ready_again(target, recorder, ready, patience))


async def _cut(target: Target, shim: Shim) -> None:
    """Cut connections as soon as names are lost, and use the dependencies so that they are missed."""
    while not shim["names_lost"]:
        await asyncio.sleep(0.02)
    for proxy in target.proxies.values():
        toxic = proxy.toxic("refuse")
        await toxic.arm()
        await toxic.disarm()
    while True:
        for operation in target.spec.load_mix[:3]:
            await target.call(operation, unique=uuid.uuid4().hex, timeout=PROBE_SECONDS)
        await asyncio.sleep(0.1)


async def _ready_again(target: Target, recorder: Recorder, path: str, patience: float) -> dict[str, Any]:
    begin = recorder.now
    reply = await target.get(path, timeout=PROBE_SECONDS)
    while (reply.error or reply.status >= 400) and recorder.now - begin < patience:
        await asyncio.sleep(0.1)
        reply = await target.get(path, timeout=PROBE_SECONDS)
    good = not reply.error and reply.status < 400
    told = {"alive": bool(target.process.pids()), "last": reply.error or reply.status, "patience": patience}
    return {**told, "seconds": recorder.now - begin if good else None}
