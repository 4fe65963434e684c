"""Closed model: a number of users that goes up and down in stages."""

import asyncio
from dataclasses import dataclass
from time import monotonic

from readiness.load.crew import MOST_USERS, Crew, Enlist
from readiness.load.pace import Pace, PaceKeeper
from readiness.load.ramp import WHOLE, Part, Ramp, problems_of


@dataclass(frozen=True)
class RampingVus:
    """From ``start_users`` in straight lines to the number of each of the ``stages`` (seconds, users).

    A user who is too many ends after the iteration he is in; whoever is not through ``graceful_stop`` seconds after the last
    stage is cut off.
    """

    stages: tuple[tuple[float, float], ...] = ()
    start_users: int = 0
    graceful_stop: float = 30.0
    part: Part = WHOLE

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = problems_of(self.stages, "users", MOST_USERS)
        wrong += (
            [] if 0 <= self.start_users <= MOST_USERS else [f"start_users: {self.start_users}; from 0 to {MOST_USERS}"]
        )
        return wrong + (
            [] if self.graceful_stop >= 0 else [f"graceful_stop: {self.graceful_stop:g}; must be 0 or more"]
        )

    def describe(self) -> str:
        """Say in one sentence what happens."""
        steps = ", ".join(f"{users:g} within {seconds:g} s" for seconds, users in self.stages)
        return f"from {self.start_users} users to {steps}"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        ramp = Ramp(self.start_users, self.stages, self.part)
        keeper, crew = PaceKeeper("ramping_vus"), Crew()

        async def work(number: int) -> None:
            iterate = None
            for begin, end in ramp.spans(number):
                await asyncio.sleep(keeper.begin + begin - monotonic())
                iterate = iterate or enlist(number)
                while (now := monotonic()) < keeper.begin + end:
                    keeper.started += 1
                    await iterate(now)

        keeper.users = ramp.users
        for number in range(keeper.users):
            crew.start(work(number))
        if keeper.users:
            keeper.cut = await crew.finish(keeper.begin + ramp.seconds + self.graceful_stop)
        return keeper.pace(ramp.seconds)
