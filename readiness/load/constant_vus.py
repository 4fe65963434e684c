"""Closed model: a fixed number of users, each beginning anew as soon as he is through, for a fixed time."""

from dataclasses import dataclass
from time import monotonic

from readiness.load.crew import MOST_USERS, Crew, Enlist, Iteration
from readiness.load.pace import Pace, PaceKeeper


@dataclass(frozen=True)
class ConstantVus:
    """``users`` for ``seconds``; whoever is not through ``graceful_stop`` seconds later is cut off."""

    users: int = 1
    seconds: float = 10.0
    graceful_stop: float = 30.0

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = [] if 1 <= self.users <= MOST_USERS else [f"users: {self.users}; from 1 to {MOST_USERS}"]
        wrong += [] if self.seconds > 0 else [f"seconds: {self.seconds:g}; must be above 0"]
        return wrong + (
            [] if self.graceful_stop >= 0 else [f"graceful_stop: {self.graceful_stop:g}; must be 0 or more"]
        )

    def describe(self) -> str:
        """Say in one sentence what happens."""
        return f"{self.users} users, one call or journey after the other, for {self.seconds:g} s"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        keeper, crew = PaceKeeper("constant_vus"), Crew()
        keeper.users = self.users
        end = keeper.begin + self.seconds

        async def work(iterate: Iteration) -> None:
            while (now := monotonic()) < end:
                keeper.started += 1
                await iterate(now)

        for number in range(self.users):
            crew.start(work(enlist(number)))
        keeper.cut = await crew.finish(end + self.graceful_stop)
        return keeper.pace(self.seconds)
