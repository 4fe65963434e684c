"""How well the generator did its own part: what was asked of it, what it started, how late, and with how much CPU."""

import resource
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from readiness.measure.histogram import Histogram

SHORTFALL = 0.005
"""Share of the asked arrivals that may be missing."""
LATE = 0.002
"""Seconds; an arrival rate is held while 99 % of the starts are at most this late."""
BUSY = 0.9
"""Share of one core from which a generator is close to its limit."""


@dataclass(frozen=True)
class Pace:
    """Facts of one phase about the generator alone; seconds and counts. A closed model asks for no arrivals (``asked`` 0)."""

    executor: str
    asked: int
    started: int
    seconds: float
    """Length of the schedule."""
    took: float
    """From its beginning to its end, or to the last start where that came later."""
    users: int
    """Most users at once."""
    cut: int = 0
    """Iterations that were ended before they were through."""
    queued: int = 0
    """Arrivals that found every user busy."""
    longest_queue: int = 0
    """Most arrivals due and not yet started at one time."""
    late_p50: float = 0.0
    late_p99: float = 0.0
    late_most: float = 0.0
    cpu: float = 0.0
    """Share of one core that this process used."""

    @property
    def not_started(self) -> int:
        """Arrivals that were due and never began: counted here, in no latency."""
        return max(0, self.asked - self.started) if self.asked else 0

    @property
    def rate(self) -> float:
        """Iterations started per second."""
        return self.started / self.took if self.took > 0 else 0.0

    @property
    def saturated(self) -> str:
        """Why what was asked was not reached, one sentence; "" where it was."""
        if not self.asked:
            return ""
        missing = self.not_started / self.asked
        if missing <= SHORTFALL and self.late_p99 <= LATE:
            return ""
        asked = f"{self.asked / self.seconds:.4g}" if self.seconds else "0"
        said = f"of {self.asked} arrivals {self.started} were started ({self.rate:.4g} of {asked} per second)"
        late = f"99 % of them at most {self.late_p99 * 1000:.3g} ms late"
        return f"the asked rate was not held: {said}, {late}: {self._reason}"

    @property
    def _reason(self) -> str:
        if self.cpu >= BUSY:
            return f"the generator used {self.cpu:.0%} of its core"
        if self.queued:
            return f"{self.queued} arrivals found all {self.users} users busy, as the answers took longer than the rate allows"
        return "the machine gave the generator too little time"

    def to_json(self) -> dict[str, Any]:
        """Return the facts and what follows from them as JSON values."""
        return {**asdict(self), "not_started": self.not_started, "rate": self.rate, "saturated": self.saturated}


class PaceKeeper:
    """Collects the pace while a phase runs."""

    def __init__(self, executor: str, asked: int = 0) -> None:
        self.executor, self.asked = executor, asked
        self.begin = self.last_start = monotonic()
        self.started = self.users = self.cut = self.queued = self.longest_queue = 0
        self._late = Histogram()
        self.late = self._late.record
        self._cpu = _cpu_seconds()

    def pace(self, seconds: float) -> Pace:
        """Return what was collected; ``seconds`` is the length of the schedule."""
        passed = monotonic() - self.begin
        cpu = (_cpu_seconds() - self._cpu) / passed if passed > 0 else 0.0
        late, some = self._late, self._late.count > 0
        return Pace(
            executor=self.executor,
            asked=self.asked,
            started=self.started,
            seconds=seconds,
            took=max(seconds, self.last_start - self.begin),
            users=self.users,
            cut=self.cut,
            queued=self.queued,
            longest_queue=self.longest_queue,
            late_p50=late.percentile(50) if some else 0.0,
            late_p99=late.percentile(99) if some else 0.0,
            late_most=late.largest if some else 0.0,
            cpu=cpu,
        )


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
