"""It is started while its dependencies refuse connections, and they come back a moment later.

After a power cut everything starts at once, and nothing in an order.
"""

import asyncio
import contextlib
import time

from readiness import Recorder, Target, TargetError, scenario


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "network", "health"),
    full={"absent_seconds": 10.0},
    deadline=180.0,
    least="standard",
)
async def dependency_absent(
    target: Target, recorder: Recorder, *, absent_seconds: float = 1.0, recovery_seconds: float = 30.0
) -> None:
    """They are away until ``absent_seconds`` after they were first missed; then it has ``recovery_seconds``."""
    recorder.phase("stop")
    target.process.terminate()
    if await target.process.wait(target.spec.stop_seconds) is None:
        target.process.kill()
    toxics = [proxy.toxic("refuse") for proxy in target.proxies.values()]
    recorder.phase("start without", absent_seconds)
    async with contextlib.AsyncExitStack() as faults:
        for toxic in toxics:
            # A dependency that is only asked when it is needed is not missed: that is no harm, and no proof.
            await faults.enter_async_context(recorder.fault(toxic, optional=True))
        starting = asyncio.create_task(target.process.start())
        begin = time.monotonic()
        end = begin + target.spec.start_seconds
        while not starting.done() and not any(toxic.witness() for toxic in toxics) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        missed = time.monotonic() - begin
        await asyncio.sleep(absent_seconds)
        ready = await _ready(target)
        alive = bool(target.process.pids())
    recorder.fact("without", {"missed_after": missed, "ready": ready, "alive": alive, "away": absent_seconds})
    recorder.fact("witnesses", [toxic.witness() for toxic in toxics])
    recorder.phase("there again")
    begin, ready_after = time.monotonic(), None
    while target.process.pids() and (past := time.monotonic() - begin) < recovery_seconds:
        if await _ready(target):
            ready_after = past
            break
        await asyncio.sleep(0.1)
    problem = ""
    try:
        starting.cancel()
        await starting
    except TargetError as error:
        problem = str(error)[-500:]
    except asyncio.CancelledError:  # it still waited for a target that is not ready, or had just been told so
        pass
    status = None if target.process.pids() else await target.process.wait(1.0)
    told = {"ready_after": ready_after, "alive": bool(target.process.pids()), "exit_status": status}
    recorder.fact("again", {**told, "waited": recovery_seconds, "problem": problem})


async def _ready(target: Target) -> bool:
    reply = await target.get(target.spec.health.ready or "/", timeout=2.0)
    return not reply.error and reply.status < 400
