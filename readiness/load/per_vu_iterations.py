"""Closed model: each of ``users`` users makes ``iterations`` calls, one after the other."""

import asyncio
from collections.abc import Sequence

from readiness.load.sending import pick, send_one
from readiness.measure.recorder import Recorder
from readiness.targeting import Operation, Target


async def per_vu_iterations(
    target: Target,
    recorder: Recorder,
    *,
    users: int,
    iterations: int,
    operations: Sequence[Operation] | None = None,
    timeout: float = 10.0,
) -> None:
    """Let ``users`` (capped by STRESS_TEST_MAX_USERS) make ``iterations`` calls each; latency is of the closed kind."""
    mix = tuple(operations or target.spec.load_mix)

    async def user() -> None:
        for _ in range(iterations):
            await send_one(target, recorder, pick(recorder, mix), recorder.now, timeout=timeout)

    await asyncio.gather(*(user() for _ in range(min(users, recorder.users))))
