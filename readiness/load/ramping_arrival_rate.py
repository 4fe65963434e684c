"""Open model: iterations begin at a rate that goes up and down in stages."""

from dataclasses import dataclass

from readiness.load.crew import MOST_USERS, Enlist
from readiness.load.open_model import MOST_RATE, Arrivals
from readiness.load.pace import Pace
from readiness.load.ramp import WHOLE, Part, Ramp, problems_of


@dataclass(frozen=True)
class RampingArrivalRate:
    """From ``start_rate`` in straight lines to the rate of each of the ``stages`` (seconds, starts per second).

    Users, waiting and ``graceful_stop`` as for ConstantArrivalRate.
    """

    stages: tuple[tuple[float, float], ...] = ()
    start_rate: float = 0.0
    max_users: int = 10_000
    graceful_stop: float = 30.0
    part: Part = WHOLE

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        wrong = problems_of(self.stages, "starts per second", MOST_RATE)
        wrong += (
            [] if 0 <= self.start_rate <= MOST_RATE else [f"start_rate: {self.start_rate:g}; from 0 to {MOST_RATE:g}"]
        )
        wrong += [] if 1 <= self.max_users <= MOST_USERS else [f"max_users: {self.max_users}; from 1 to {MOST_USERS}"]
        return wrong + (
            [] if self.graceful_stop >= 0 else [f"graceful_stop: {self.graceful_stop:g}; must be 0 or more"]
        )

    def describe(self) -> str:
        """Say in one sentence what happens."""
        steps = ", ".join(f"{rate:g} within {seconds:g} s" for seconds, rate in self.stages)
        return f"from {self.start_rate:g} starts per second to {steps}, by at most {self.max_users} users"

    async def run(self, enlist: Enlist) -> Pace:
        """Run it."""
        ramp = Ramp(self.start_rate, self.stages, self.part)
        arrivals = Arrivals(ramp, enlist, max_users=self.max_users, executor="ramping_arrival_rate")
        return await arrivals.run(self.graceful_stop)
