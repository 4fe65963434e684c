"""The load mix of a described target: pick an operation, send it through the adapter, verify the answer, record the sample."""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from readiness.exchange import Reply
from readiness.load.crew import Iteration
from readiness.load.executor import Executor
from readiness.load.pace import Pace
from readiness.measure.blocks import Counter
from readiness.measure.recorder import Recorder
from readiness.measure.stopping import Stopper
from readiness.model import Sample
from readiness.targeting import Operation, Target


async def drive(
    executor: Executor,
    target: Target,
    recorder: Recorder,
    operations: Sequence[Operation] | None,
    timeout: float,
    until: Stopper | None = None,
) -> Pace:
    """Drive the load mix of a target (or these operations), and record how the generator itself did.

    ``until`` sees every call of the phase; that the executor then ends is the executor's own matter (``enough``).
    """
    if wrong := executor.validate():
        raise ValueError("; ".join(wrong))
    mix = tuple(operations or target.spec.load_mix)
    begin = monotonic() - recorder.now

    async def call(intended: float) -> Sample:
        return await send_one(target, recorder, pick(recorder, mix), intended - begin, timeout=timeout)

    async def iterate(intended: float) -> None:
        await call(intended)

    if until is None:
        return await _run(executor, recorder, iterate)
    phase, counter = recorder.phase_name, until.counter()
    pace = await _run(executor, recorder, observed(until, counter, monotonic(), call))
    for block in [] if until.decided else counter.rest(pace.seconds):  # the last look is at the end
        until.observe(block)
    recorder.fact(f"stop {phase}", until.facts())
    return pace


async def _run(executor: Executor, recorder: Recorder, iterate: Iteration) -> Pace:
    """Let every user do the same, and record how the generator itself did."""
    phase = recorder.phase_name

    def enlist(_: int) -> Iteration:
        return iterate

    pace = await executor.run(enlist)
    recorder.fact(f"pace {phase}", pace.to_json())
    return pace


def observed(until: Stopper, counter: Counter, begin: float, call: Callable[[float], Awaitable[Sample]]) -> Iteration:
    """Make an iteration that calls and tells the stopper of a phase, begun at ``begin`` (``time.monotonic``), how it went."""

    async def iterate(intended: float) -> None:
        at = max(0.0, intended - begin)
        counter.started(at)
        sample = await call(intended)
        counter.ended(at, sample.latency, bool(sample.error))
        for block in counter.done():
            until.observe(block)

    return iterate


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
) -> Sample:
    """Send one call and return what was recorded; latency counts from ``intended`` (seconds since the recording began)."""
    phase = recorder.phase_name
    late = max(0.0, recorder.now - intended)
    reply = await target.call(operation, timeout=timeout, unique=f"{recorder.random.getrandbits(64):016x}")
    error = failure(operation, reply)
    sample = Sample(intended, recorder.now - intended, late, operation.name, phase, reply.status, error)
    recorder.sample(sample)
    return sample
