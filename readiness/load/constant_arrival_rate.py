"""Open model: calls start at fixed times, whatever the target does. No arrival is dropped; latency counts from the intended start."""

import asyncio
from collections.abc import Sequence

from readiness.load.sending import drain, pick, send_one
from readiness.measure.recorder import Recorder
from readiness.targeting import Operation, Target


async def constant_arrival_rate(
    target: Target,
    recorder: Recorder,
    *,
    rate: float,
    seconds: float,
    operations: Sequence[Operation] | None = None,
    timeout: float = 10.0,
) -> None:
    """Start ``rate`` calls per second for ``seconds``; the mix of the target unless ``operations`` are given."""
    mix = tuple(operations or target.spec.load_mix)
    begin = recorder.now
    under_way: set[asyncio.Task[None]] = set()
    for number in range(round(rate * seconds)):
        intended = begin + number / rate
        if (wait := intended - recorder.now) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(send_one(target, recorder, pick(recorder, mix), intended, timeout=timeout))
        under_way.add(task)
        task.add_done_callback(lambda done: under_way.discard(done) if not done.exception() else None)
    await drain(under_way)
