"""Closed model: a fixed number of iterations, taken by whichever user is free."""

from dataclasses import dataclass
from time import monotonic

from readiness.load.crew import MOST_USERS, Crew, Enlist, Iteration
from readiness.load.pace import Pace, PaceKeeper


@dataclass(frozen=True)
class SharedIterations:
    """``iterations`` together by ``users``, within at most ``max_seconds``."""

    users: int = 1
    iterations: int = 1
    max_seconds: float = 600.0

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = [] if 1 <= self.users <= MOST_USERS else [f"users: {self.users}; from 1 to {MOST_USERS}"]
        enough = self.iterations >= self.users
        wrong += [] if enough else [f"iterations: {self.iterations}; at least one for each of {self.users} users"]
        return wrong + ([] if self.max_seconds > 0 else [f"max_seconds: {self.max_seconds:g}; must be above 0"])

    def describe(self) -> str:
        """Say in one sentence what happens."""
        return f"{self.iterations} iterations shared by {self.users} users, within {self.max_seconds:g} s"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        keeper, crew = PaceKeeper("shared_iterations", self.iterations), Crew()
        keeper.users = self.users

        async def work(iterate: Iteration) -> None:
            while keeper.started < self.iterations:
                keeper.started += 1
                await iterate(monotonic())

        for number in range(self.users):
            crew.start(work(enlist(number)))
        keeper.cut = await crew.finish(keeper.begin + self.max_seconds)
        return keeper.pace(monotonic() - keeper.begin)
