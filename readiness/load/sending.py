"""One call of a load phase: pick an operation, send it, verify the answer, record the sample."""

import asyncio
from collections.abc import Sequence

from readiness.exchange import Reply
from readiness.measure.recorder import Recorder
from readiness.model import Sample
from readiness.targeting import Operation, Target


def pick(recorder: Recorder, operations: Sequence[Operation]) -> Operation:
    """Pick an operation by weight; equal weights where none is given."""
    weights = [operation.weight for operation in operations]
    return recorder.random.choices(operations, weights if any(weights) else None)[0]


def failure(operation: Operation, reply: Reply) -> str:
    """Return the kind of failure of a reply, empty for a verified answer."""
    if reply.error:
        return reply.error
    return "" if reply.status in operation.expect else f"status {reply.status}"


async def send_one(
    target: Target, recorder: Recorder, operation: Operation, intended: float, *, timeout: float = 10.0
) -> None:
    """Send one call; latency counts from ``intended`` (seconds since the recording began)."""
    phase = recorder.phase_name
    late = max(0.0, recorder.now - intended)
    reply = await target.call(operation, timeout=timeout, unique=f"{recorder.random.getrandbits(64):016x}")
    error = failure(operation, reply)
    recorder.sample(Sample(intended, recorder.now - intended, late, operation.name, phase, reply.status, error))


async def drain(tasks: set[asyncio.Task[None]]) -> None:
    """Wait for every call under way and let the first unexpected exception through."""
    if tasks:
        await asyncio.gather(*tasks)
