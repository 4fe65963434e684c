"""SIGTERM while requests are being answered: what a rolling deployment does to every instance."""

import asyncio
import time
import uuid
from typing import Any

from readiness import Operation, Recorder, Reply, Target, Terminated, scenario


@scenario(suite="production_readiness", effect="disrupt", capabilities=("http", "process"), full={"requests": 40})
async def graceful_shutdown(
    target: Target,
    recorder: Recorder,
    *,
    requests: int = 8,
    request_seconds: float = 1.0,
    lead_seconds: float = 0.4,
    shortest: float = 0.05,
) -> None:
    """``requests`` of about ``request_seconds`` are under way at SIGTERM, ``lead_seconds`` after they were sent.

    What takes less than ``shortest`` seconds cannot be caught under way: SIGTERM may come before the target has read it.
    """
    recorder.phase("choose")
    operation, usual = await _slowest(target, request_seconds)
    if operation is None:
        recorder.fact("problem", "no operation that only reads is described, so none can be under way at SIGTERM")
        return
    recorder.fact("operation", {"name": operation.name, "usual_seconds": usual})
    if usual < shortest:
        short = (
            f"the slowest read, {operation.name}, takes {usual * 1000:.1f} ms: too short to be under way for certain"
        )
        recorder.fact("problem", f"{short} at SIGTERM; describe a read of about a second and name it `slow`")
        return
    recorder.phase("terminate")
    tasks = [asyncio.create_task(_call(target, operation, request_seconds)) for _ in range(requests)]
    await asyncio.sleep(min(lead_seconds, usual / 2))
    in_flight = [not task.done() for task in tasks]
    begin = time.monotonic()
    async with recorder.fault(Terminated(target.process)):
        status = await target.process.wait(target.spec.stop_seconds + 2.0)
        ended = time.monotonic() - begin
        replies = await asyncio.gather(*tasks)
    rows = [
        {"in_flight": flying, "status": reply.status, "error": reply.error, "seconds": reply.seconds}
        for flying, reply in zip(in_flight, replies, strict=True)
    ]
    told: dict[str, Any] = {"exit_status": status, "seconds": ended, "stop_seconds": target.spec.stop_seconds}
    recorder.fact("shutdown", {**told, "expect": list(operation.expect), "requests": rows})


async def _slowest(target: Target, seconds: float) -> tuple[Operation | None, float]:
    """The operation named ``slow`` where there is one, else the read that took longest just now."""
    timed: list[tuple[float, int]] = []
    for index, operation in enumerate(target.spec.operations):
        if operation.name == "slow":
            return operation, seconds
        if operation.effect == "read" and not operation.dependency:
            reply = await _call(target, operation, seconds)
            if not reply.error and reply.status in operation.expect:
                timed.append((reply.seconds, index))
    if not timed:
        return None, 0.0
    longest, index = max(timed)
    return target.spec.operations[index], longest


async def _call(target: Target, operation: Operation, seconds: float) -> Reply:
    return await target.call(operation, seconds=seconds, unique=uuid.uuid4().hex, timeout=seconds + 15.0)
