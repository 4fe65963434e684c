"""Closed model: each user makes the same number of iterations, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from readiness.load.crew import MOST_USERS, Crew, Enlist, Iteration
from readiness.load.pace import Pace, PaceKeeper

if TYPE_CHECKING:
    from readiness.measure.recorder import Recorder
    from readiness.targeting import Operation, Target


@dataclass(frozen=True)
class PerVuIterations:
    """``iterations`` by each of ``users``, within at most ``max_seconds``."""

    users: int = 1
    iterations: int = 1
    max_seconds: float = 600.0

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = [] if 1 <= self.users <= MOST_USERS else [f"users: {self.users}; from 1 to {MOST_USERS}"]
        wrong += [] if self.iterations >= 1 else [f"iterations: {self.iterations}; at least 1"]
        return wrong + ([] if self.max_seconds > 0 else [f"max_seconds: {self.max_seconds:g}; must be above 0"])

    def describe(self) -> str:
        """Say in one sentence what happens."""
        return f"{self.iterations} iterations by each of {self.users} users, within {self.max_seconds:g} s"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        keeper, crew = PaceKeeper("per_vu_iterations", self.users * self.iterations), Crew()
        keeper.users = self.users

        async def work(iterate: Iteration) -> None:
            for _ in range(self.iterations):
                keeper.started += 1
                await iterate(monotonic())

        for number in range(self.users):
            crew.start(work(enlist(number)))
        keeper.cut = await crew.finish(keeper.begin + self.max_seconds)
        return keeper.pace(monotonic() - keeper.begin)


async def per_vu_iterations(
    target: "Target",
    recorder: "Recorder",
    *,
    users: int,
    iterations: int,
    operations: "Sequence[Operation] | None" = None,
    timeout: float = 10.0,
) -> Pace:
    """Let ``users`` (capped by STRESS_TEST_MAX_USERS) make ``iterations`` calls each; latency is of the closed kind."""
    from readiness.load.sending import drive

    executor = PerVuIterations(min(users, recorder.users), iterations, max_seconds=iterations * timeout + 600.0)
    return await drive(executor, target, recorder, operations, timeout)
