"""What is known of the workers that share a load: while it runs, whether each of them lives, and at its end what came of each."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from readiness.load.effort import Effort
from readiness.load.live import Glimpse
from readiness.load.merging import merged
from readiness.load.session import LoadResult

SILENT = 1.0
"""Seconds without a sign of life that are worth a word; a worker gives one five times as often."""
LOOK = 0.1
"""Seconds between two looks for silence."""

APART = 0.1
"""Seconds between the first begin and the last one that are worth a word."""

Notice = Callable[[str], None]
"""Is told at once of a worker that died or fell silent."""
Show = Callable[[Glimpse], None]
"""Gets the last moment of all workers, every second."""


@dataclass(frozen=True)
class WorkerResult:
    """What came of one worker's part."""

    name: str
    share: float
    """Of the whole load, 0 to 1."""
    result: LoadResult
    spool: Path
    began: float = 0.0
    """Seconds after the common instant at which it really began."""
    lost: str = ""
    """Why its part is not whole; "" where it is."""
    silent: float = 0.0
    """Longest time without a sign of life, in seconds."""
    effort: Effort = field(default_factory=Effort)
    """How hard its process worked."""
    uncertainty: float = 0.0
    """By how many seconds its clock may differ from the common one; 0 on one machine."""


@dataclass(frozen=True)
class SharedResult:
    """What came of a load that several workers shared."""

    result: LoadResult
    workers: tuple[WorkerResult, ...]
    begin: float = 0.0
    """The common instant (``time.monotonic`` of this machine), where the workers are this machine's."""

    @property
    def missing_share(self) -> float:
        """Share of the load, 0 to 1, whose workers did not reach their end."""
        return sum(worker.share for worker in self.workers if worker.lost)

    @property
    def skew(self) -> float:
        """Seconds between the first worker's begin and the last one's, as far as the clocks can tell."""
        began = [worker.began for worker in self.workers if not worker.lost]
        return max(began) - min(began) if began else 0.0


def shared_result(workers: Sequence[WorkerResult], notice: Notice | None = None) -> SharedResult:
    """Add up what came of all workers; ``notice`` is told where they did not begin together."""
    incomplete = tuple(worker.lost for worker in workers if worker.lost)
    found = SharedResult(merged([worker.result for worker in workers], incomplete), tuple(workers))
    if notice is not None and found.skew > APART:
        notice(f"the workers began up to {found.skew:.1f} s apart: the load was not the asked one meanwhile")
    return found


async def watch(pulses: Sequence["Pulse"], show: Show | None) -> None:
    """Look for silence, and show how it goes once a second, without end."""
    shown = monotonic()
    while True:
        await asyncio.sleep(LOOK)
        for pulse in pulses:
            pulse.look()
        if show is not None and monotonic() - shown >= 1.0:
            shown = monotonic()
            if glimpses := [pulse.glimpse for pulse in pulses if pulse.glimpse]:
                show(together(glimpses))


def together(glimpses: Sequence[Glimpse]) -> Glimpse:
    """Return the last moment of all workers: rates and failures are sums, percentiles those of the slowest worker."""

    def slowest(values: list[float]) -> float:
        return max((value for value in values if not math.isnan(value)), default=math.nan)

    return Glimpse(
        seconds=max(glimpse.seconds for glimpse in glimpses),
        rate=sum(glimpse.rate for glimpse in glimpses),
        p50=slowest([glimpse.p50 for glimpse in glimpses]),
        p95=slowest([glimpse.p95 for glimpse in glimpses]),
        p99=slowest([glimpse.p99 for glimpse in glimpses]),
        failed=sum(glimpse.failed for glimpse in glimpses),
    )


class Pulse:
    """Signs of life of one worker; a silence is said once, until it ends."""

    def __init__(self, name: str, share: float, notice: Notice | None) -> None:
        self.name, self.share = name, share
        self.glimpse: Glimpse | None = None
        self.longest = 0.0
        """Longest silence so far, in seconds."""
        self.heard = math.inf
        self._notice, self._said = notice, False

    def beat(self, glimpse: Glimpse | None = None) -> None:
        """It was heard."""
        self.longest = max(self.longest, monotonic() - self.heard)
        self.heard, self._said = monotonic(), False
        self.glimpse = glimpse or self.glimpse

    def look(self) -> None:
        """Say when it has been silent for too long: until it is heard again, nobody knows whether it sends its part."""
        silent = monotonic() - self.heard
        self.longest = max(self.longest, silent)
        if silent >= SILENT and not self._said:
            self._said = True
            self.tell(f"{self.name} ({self.share:.0%} of the load) gives no sign of life")

    def end(self) -> None:
        """It is through, or lost: nothing more is expected of it."""
        self.heard, self.glimpse = math.inf, None

    def lose(self, how: str) -> str:
        """It is lost: say so, and return what was said."""
        self.end()
        text = f"{self.name} {how}: {self.share:.0%} of the load is missing from then on"
        self.tell(text)
        return text

    def tell(self, text: str) -> None:
        """Hand a sentence to whoever listens."""
        if self._notice is not None:
            self._notice(text)
