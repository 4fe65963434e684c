"""The load mix of a described target: pick an operation, send it through the adapter, verify the answer, record the sample."""

from collections.abc import Sequence
from time import monotonic

from readiness.exchange import Reply
from readiness.load.crew import Iteration
from readiness.load.executor import Executor
from readiness.load.pace import Pace
from readiness.measure.recorder import Recorder
from readiness.model import Sample
from readiness.targeting import Operation, Target


async def drive(
    executor: Executor, target: Target, recorder: Recorder, operations: Sequence[Operation] | None, timeout: float
) -> Pace:
    """Drive the load mix of a target (or these operations), and record how the generator itself did."""
    if wrong := executor.validate():
        raise ValueError("; ".join(wrong))
    mix = tuple(operations or target.spec.load_mix)
    begin = monotonic() - recorder.now

    async def iterate(intended: float) -> None:
        await send_one(target, recorder, pick(recorder, mix), intended - begin, timeout=timeout)

    def enlist(_: int) -> Iteration:
        return iterate

    phase = recorder.phase_name
    pace = await executor.run(enlist)
    recorder.fact(f"pace {phase}", pace.to_json())
    return pace


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
