"""How hard one worker of a shared load works: its CPU and how late its event loop is, as the generator of a run is watched."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

LOOK_SECONDS = 0.05
"""Between two looks at the loop, as measure.resources has it for a generator of one process."""
CPU_SECONDS = 0.2
LAG_SECONDS = 1.0


@dataclass(frozen=True)
class Effort:
    """Readings over time; ``at`` in seconds after the common begin of all workers."""

    cpu_at: list[float] = field(default_factory=list)
    cpu_cores: list[float] = field(default_factory=list)
    lag_at: list[float] = field(default_factory=list)
    lag_seconds: list[float] = field(default_factory=list)
    """The longest stall of each second."""


@asynccontextmanager
async def watched(begin: float) -> AsyncIterator[Effort]:
    """Take readings of this process while the block runs; ``begin`` is the common instant (``time.monotonic``)."""
    found = Effort()
    task = asyncio.ensure_future(_look(found, begin))
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look(found: Effort, begin: float) -> None:
    cpu, since, second, longest = _cpu(), monotonic(), monotonic(), 0.0
    while True:
        asked = monotonic() + LOOK_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
        now = monotonic()
        longest = max(longest, now - asked)
        if now - since >= CPU_SECONDS:
            found.cpu_at.append(now - begin)
            found.cpu_cores.append((_cpu() - cpu) / (now - since))
            cpu, since = _cpu(), now
        if now - second >= LAG_SECONDS:
            found.lag_at.append(now - begin)
            found.lag_seconds.append(longest)
            second, longest = now, 0.0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
