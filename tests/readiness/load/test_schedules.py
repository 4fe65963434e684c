"""The six executors with iterations that only wait: how many, by whom, since when, and what is said of it."""

import asyncio
from time import monotonic

import pytest

from readiness.load.alarm import KernelAlarm, LoopAlarm
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.crew import Iteration
from readiness.load.executor import Executor
from readiness.load.pace import Pace
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.ramping_arrival_rate import RampingArrivalRate
from readiness.load.ramping_vus import RampingVus
from readiness.load.shared_iterations import SharedIterations

EXECUTORS: list[Executor] = [
    ConstantVus(3, 0.3),
    RampingVus(((0.2, 3), (0.2, 0))),
    SharedIterations(3, 20),
    PerVuIterations(3, 5),
    ConstantArrivalRate(50, 0.4),
    RampingArrivalRate(((0.4, 100),)),
]


class Crowd:
    """Users whose iterations take a fixed time; remembers who began when."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.seconds = seconds
        self.begun: list[tuple[int, float, float]] = []
        self.at_once = self.most = self.through = 0

    def enlist(self, number: int) -> Iteration:
        async def iterate(intended: float) -> None:
            self.begun.append((number, intended, monotonic()))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await asyncio.sleep(self.seconds)
            self.at_once -= 1
            self.through += 1

        return iterate


def run(executor: Executor, crowd: Crowd) -> Pace:
    assert executor.validate() == []
    return asyncio.run(executor.run(crowd.enlist))


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: type(executor).__name__)
def test_every_start_is_counted_and_comes_to_its_end(executor: Executor) -> None:
    crowd = Crowd()
    pace = run(executor, crowd)
    assert pace.started == len(crowd.begun) == crowd.through > 0
    assert (pace.cut, crowd.at_once) == (0, 0)
    assert crowd.most <= pace.users
    assert all(began >= intended for _, intended, began in crowd.begun)


@pytest.mark.parametrize("defect", [ZeroDivisionError, TimeoutError])
@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: type(executor).__name__)
def test_a_defect_ends_everything_and_is_not_swallowed(executor: Executor, defect: type[Exception]) -> None:
    """Not even one that looks like the end of our own waiting."""

    def enlist(_: int) -> Iteration:
        async def iterate(intended: float) -> None:
            await asyncio.sleep(0.01)
            raise defect

        return iterate

    with pytest.raises(defect):
        asyncio.run(executor.run(enlist))


@pytest.mark.parametrize(
    "executor",
    [ConstantVus(2, 0.1, 0.1), RampingVus(((0.1, 2),), 2, 0.1), SharedIterations(2, 9, 0.1), PerVuIterations(2, 9, 0.1),
     ConstantArrivalRate(20, 0.1, graceful_stop=0.1), RampingArrivalRate(((0.1, 20),), 20, graceful_stop=0.1)],
    ids=lambda executor: type(executor).__name__,
)  # fmt: skip
def test_who_is_not_through_in_time_is_cut_off_and_counted(executor: Executor) -> None:
    crowd = Crowd(seconds=30.0)
    pace = run(executor, crowd)
    assert (pace.started, pace.cut, crowd.through) == (2, 2, 0)


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: type(executor).__name__)
def test_an_executor_that_is_cancelled_leaves_nobody_behind(executor: Executor) -> None:
    crowd = Crowd(seconds=0.05)

    async def drive() -> None:
        task = asyncio.ensure_future(executor.run(crowd.enlist))
        await asyncio.sleep(0.12)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        begun = len(crowd.begun)
        await asyncio.sleep(0.2)
        assert len(crowd.begun) == begun
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(drive())


def test_shared_iterations_are_shared_and_per_user_ones_are_not() -> None:
    crowd = Crowd()
    assert run(SharedIterations(4, 10), crowd).started == 10
    crowd = Crowd()
    run(PerVuIterations(3, 4), crowd)
    assert sorted(number for number, _, _ in crowd.begun) == sorted([0, 1, 2] * 4)


def test_users_come_and_go_with_the_ramp() -> None:
    crowd = Crowd(seconds=0.005)
    pace = run(RampingVus(((1.5, 3), (1.5, 0))), crowd)
    begin = min(intended for _, intended, _ in crowd.begun)
    assert {number for number, _, _ in crowd.begun} == {0, 1, 2}
    for number, intended, _ in crowd.begun:
        # the ramp has more than n users from 0.5 n until 3 - 0.5 n; who begins at its first instant begins a moment late
        assert 0.5 * number - 0.05 <= intended - begin < 3.0 - 0.5 * number, (
            f"user {number} at {intended - begin:.3f} s"
        )
    assert pace.users == 3


def test_the_schedule_does_not_depend_on_the_answers() -> None:
    """Iterations of 300 ms at 100 per second: each begins at its time, by as many users as it takes."""
    crowd = Crowd(seconds=0.3)
    pace = run(ConstantArrivalRate(100, 0.5), crowd)
    intended = sorted(i for _, i, _ in crowd.begun)
    assert [round(i - intended[0], 6) for i in intended] == [round(n / 100, 6) for n in range(50)]
    assert (pace.asked, pace.started, pace.not_started, pace.queued) == (50, 50, 0, 0)
    assert crowd.most >= 20


def test_who_finds_all_users_busy_keeps_his_time() -> None:
    """Two users at 50 ms can begin 40 per second, 100 were asked: the rest waits, and its wait counts."""
    crowd = Crowd(seconds=0.05)
    pace = run(ConstantArrivalRate(100, 0.5, max_users=2), crowd)
    assert crowd.most == pace.users == 2
    assert pace.started == 50
    assert pace.queued > 30
    assert 10 < pace.longest_queue <= 50
    waits = [began - intended for _, intended, began in sorted(crowd.begun, key=lambda one: one[1])]
    assert waits[-1] > 0.4, "the last one waits for all before it"
    assert pace.late_most == pytest.approx(max(waits), rel=0.05, abs=0.01)
    assert "50 arrivals" in pace.saturated
    assert "found all 2 users busy" in pace.saturated


def test_what_could_not_be_started_is_counted_and_said() -> None:
    crowd = Crowd(seconds=0.05)
    pace = run(ConstantArrivalRate(1000, 0.3, max_users=2, graceful_stop=0.2), crowd)
    assert pace.asked == 300
    assert pace.started == len(crowd.begun) < 60
    assert pace.not_started == 300 - pace.started
    assert f"of 300 arrivals {pace.started} were started" in pace.saturated
    assert "1000 per second" in pace.saturated


def pace(**changes: float) -> Pace:
    facts = {"asked": 1000, "started": 1000, "seconds": 10.0, "took": 10.0, "users": 5, **changes}
    return Pace(executor="constant_arrival_rate", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (pace(), ""),
        (pace(started=995), ""),
        (pace(started=994), "the machine gave the generator too little time"),
        (pace(late_p99=0.002), ""),
        (pace(late_p99=0.0021), "at most 2.1 ms late"),
        (pace(started=500, cpu=0.97), "used 97% of its core"),
        (pace(started=500, cpu=0.2, queued=400), "400 arrivals found all 5 users busy"),
        (pace(asked=0, started=0), ""),
    ],
)
def test_a_rate_that_was_not_held_is_said(found: Pace, said: str) -> None:
    assert bool(found.saturated) == bool(said)
    assert said in found.saturated


@pytest.mark.parametrize(
    ("executor", "problems"),
    [
        (ConstantVus(0, 0, -1), 3),
        (RampingVus((), -1, -1), 3),
        (SharedIterations(0, -1, 0), 3),
        (PerVuIterations(0, 0, 0), 3),
        (ConstantArrivalRate(0, 0, 0, -1), 4),
        (RampingArrivalRate((), -1, 0, -1), 4),
    ],
)
def test_validation_returns_every_problem(executor: Executor, problems: int) -> None:
    assert len(executor.validate()) == problems


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: type(executor).__name__)
def test_a_sentence_says_what_happens(executor: Executor) -> None:
    said = executor.describe()
    assert len(said.split()) > 5
    assert any(
        figure in said for figure in ("3 users", "20 iterations", "5 iterations", "50 starts", "0 starts", "0 users")
    )


@pytest.mark.parametrize("kind", [KernelAlarm, LoopAlarm])
def test_alarms_ring_at_their_time_and_not_after_they_are_closed(kind: type[KernelAlarm] | type[LoopAlarm]) -> None:
    async def drive() -> list[float]:
        rung: list[float] = []
        alarm = kind(lambda: rung.append(monotonic()))
        begin = monotonic()
        alarm.set(begin + 5.0)
        alarm.set(begin + 0.03)  # the later one counts
        await asyncio.sleep(0.1)
        assert len(rung) == 1
        alarm.set(monotonic() - 1.0)  # the past rings at once
        await asyncio.sleep(0.05)
        assert len(rung) == 2
        alarm.set(monotonic() + 0.02)
        alarm.close()
        await asyncio.sleep(0.05)
        return [at - begin for at in rung]

    rung = asyncio.run(drive())
    assert len(rung) == 2
    assert rung[0] >= 0.03, "never before its time"
