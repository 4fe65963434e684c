"""A load in parts, one for each worker process or machine: together they are the load, evenly mixed and with nothing doubled.

Arrivals and users are dealt out like cards: of ``k`` parts, part ``i`` gets every k-th from number ``i`` on. Each keeps the
number that it has in the whole, and with it its time, its seed and its data.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from readiness.load.alarm import alarm
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.crew import Enlist, Iteration
from readiness.load.executor import Executor
from readiness.load.pace import Pace
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.ramp import Part, Ramp, count_of_part
from readiness.load.ramping_arrival_rate import RampingArrivalRate
from readiness.load.ramping_vus import RampingVus
from readiness.load.session import Load
from readiness.load.shared_iterations import SharedIterations

ArrivalRate = ConstantArrivalRate | RampingArrivalRate


@dataclass(frozen=True)
class Measure:
    """How much an executor asks for: arrivals, users or iterations; ``users`` at once at most; and for how many seconds at most."""

    amount: int
    users: int
    seconds: float


@dataclass(frozen=True)
class PlacedExecutor:
    """The executor of one part: begins at a common instant (``time.monotonic``), and its users have the numbers of the whole."""

    executor: Executor
    part: Part
    begin: float
    began: Callable[[float], None]
    """Told how many seconds after the common instant it really began."""

    def validate(self) -> list[str]:
        """Return everything that is wrong."""
        return self.executor.validate()

    def describe(self) -> str:
        """Say in one sentence what happens."""
        place, of = self.part
        return f"part {place + 1} of {of}: {self.executor.describe()}"

    async def run(self, enlist: Enlist) -> Pace:
        """Wait for the instant, then run it."""
        place, of = self.part

        def renumbered(number: int) -> Iteration:
            return enlist(place + number * of)

        await _until(self.begin)
        self.began(monotonic() - self.begin)
        return await self.executor.run(renumbered)


def parts_of(load: Load, most: int) -> list[Load]:
    """Deal a load out to at most ``most`` workers; fewer where there are not enough users (or connections) for each to have one."""
    limit = load.client.connections
    count = max(1, min(most, measure(load.executor).users, limit or most))
    return [_part(load, (place, count)) for place in range(count)]


def shares_of(parts: list[Load]) -> list[float]:
    """Return which share of the whole each part asks for; together 1."""
    amounts = [measure(part.executor).amount for part in parts]
    return [amount / sum(amounts) for amount in amounts] if any(amounts) else [1 / len(parts)] * len(parts)


def measure(executor: Executor) -> Measure:
    """Say how much an executor asks for; ``ValueError`` for one that is not of this folder."""
    match executor:
        case ConstantVus():
            return Measure(executor.users, executor.users, executor.seconds + executor.graceful_stop)
        case RampingVus():
            ramp = Ramp(executor.start_users, executor.stages, executor.part)
            return Measure(ramp.users, ramp.users, ramp.seconds + executor.graceful_stop)
        case PerVuIterations():
            return Measure(executor.users * executor.iterations, executor.users, executor.max_seconds)
        case SharedIterations():
            return Measure(executor.iterations, executor.users, executor.max_seconds)
        case ConstantArrivalRate() | RampingArrivalRate():
            ramp = _arrivals(executor)
            return Measure(ramp.total, executor.max_users, ramp.seconds + executor.graceful_stop)
    raise ValueError(f"{type(executor).__name__} cannot be dealt out; right would be one of k6's six executors")


def _arrivals(executor: ArrivalRate) -> Ramp:
    if isinstance(executor, RampingArrivalRate):
        return Ramp(executor.start_rate, executor.stages, executor.part)
    return Ramp(executor.rate, ((executor.seconds, executor.rate),), executor.part)


def _part(load: Load, part: Part) -> Load:
    connections = count_of_part(load.client.connections, part)
    client = replace(load.client, connections=connections)
    return replace(load, executor=_part_of_executor(load.executor, part), client=client)


def _part_of_executor(executor: Executor, part: Part) -> Executor:
    match executor:
        case ConstantVus() | PerVuIterations():
            return replace(executor, users=count_of_part(executor.users, part))
        case SharedIterations():
            users, iterations = count_of_part(executor.users, part), count_of_part(executor.iterations, part)
            return replace(executor, users=users, iterations=iterations)
        case ConstantArrivalRate() | RampingArrivalRate():
            return replace(executor, part=part, max_users=count_of_part(executor.max_users, part))
        case RampingVus():
            return replace(executor, part=part)
    raise ValueError(f"{type(executor).__name__} cannot be dealt out; right would be one of k6's six executors")


async def _until(when: float) -> None:
    """Wait until ``when``, to some ten microseconds where the platform can."""
    if when <= monotonic():
        return
    rung = asyncio.Event()
    bell = alarm(rung.set)
    bell.set(when)
    try:
        await rung.wait()
    finally:
        bell.close()
