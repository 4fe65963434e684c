"""Open model: iterations begin at a fixed rate, whatever the target does; latency counts from the intended start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.load.crew import MOST_USERS, Enlist
from readiness.load.open_model import MOST_RATE, Arrivals, Enough, never
from readiness.load.pace import Pace
from readiness.load.ramp import WHOLE, Part, Ramp

if TYPE_CHECKING:
    from readiness.measure.recorder import Recorder
    from readiness.measure.stopping import Stopper
    from readiness.targeting import Operation, Target


@dataclass(frozen=True)
class ConstantArrivalRate:
    """``rate`` starts per second for ``seconds`` by as many users as it takes, at most ``max_users``.

    Who finds all of them busy waits his turn and keeps his intended start. What was not started, or not through,
    ``graceful_stop`` seconds after the last intended start is counted as such.
    """

    rate: float = 1.0
    seconds: float = 10.0
    max_users: int = 10_000
    graceful_stop: float = 30.0
    enough: Enough = never
    """Asked after each iteration: whether the phase may end before its time."""
    part: Part = WHOLE

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = (
            [] if 0 < self.rate <= MOST_RATE else [f"rate: {self.rate:g}; above 0, at most {MOST_RATE:g} per second"]
        )
        wrong += [] if self.seconds > 0 else [f"seconds: {self.seconds:g}; must be above 0"]
        wrong += [] if 1 <= self.max_users <= MOST_USERS else [f"max_users: {self.max_users}; from 1 to {MOST_USERS}"]
        return wrong + (
            [] if self.graceful_stop >= 0 else [f"graceful_stop: {self.graceful_stop:g}; must be 0 or more"]
        )

    def describe(self) -> str:
        """Say in one sentence what happens."""
        return f"{self.rate:g} starts per second for {self.seconds:g} s, by at most {self.max_users} users"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        ramp = Ramp(self.rate, ((self.seconds, self.rate),), self.part)
        arrivals = Arrivals(
            ramp, enlist, max_users=self.max_users, executor="constant_arrival_rate", enough=self.enough
        )
        return await arrivals.run(self.graceful_stop)


async def constant_arrival_rate(
    target: "Target",
    recorder: "Recorder",
    *,
    rate: float,
    seconds: float,
    operations: "Sequence[Operation] | None" = None,
    timeout: float = 10.0,
    until: "Stopper | None" = None,
    max_users: int = 10_000,
    graceful_stop: float | None = None,
    workers: int = 1,
) -> Pace:
    """Start ``rate`` calls per second for ``seconds``; the mix of the target unless ``operations`` are given.

    At most ``max_users`` calls are under way at once; those that are due meanwhile wait, and count from their time.
    ``graceful_stop`` seconds after the last one was due (a minute and the ``timeout`` without), what is under way is ended.
    With ``until`` the phase ends as soon as its limits are decided; what decided them becomes the fact "stop PHASE".
    ``workers`` processes share the load where one cannot send it; such a phase goes to its end, so ``until`` is none of theirs.
    """
    from readiness.load.sending import drive

    stop = timeout + 60.0 if graceful_stop is None else graceful_stop
    if workers > 1:
        if until is not None:
            raise ValueError("workers and until: a phase that workers share goes to its end")
        from readiness.load.shared_mix import drive_shared

        shared = ConstantArrivalRate(rate, seconds, max_users, graceful_stop=stop)
        return await drive_shared(shared, target, recorder, operations or target.spec.load_mix, timeout, workers)
    enough = never if until is None else lambda: until.decided
    executor = ConstantArrivalRate(rate, seconds, max_users, graceful_stop=stop, enough=enough)
    return await drive(executor, target, recorder, operations, timeout, until)
