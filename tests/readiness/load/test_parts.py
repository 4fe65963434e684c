"""Parts of a load together are the load: nothing doubled, nothing missing, each at its own time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.load.client import ClientOptions
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.journeys import Call, Calls
from readiness.load.origin import parse_origin
from readiness.load.parts import measure, parts_of, shares_of
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.ramp import Ramp
from readiness.load.ramping_arrival_rate import RampingArrivalRate
from readiness.load.ramping_vus import RampingVus
from readiness.load.session import Load
from readiness.load.shared_iterations import SharedIterations

STAGES = st.lists(st.tuples(st.floats(0.1, 5.0), st.floats(0.0, 60.0)), min_size=1, max_size=4).map(tuple)


def load_of(executor: Executor, connections: int = 0) -> Load:
    return Load(parse_origin("http://localhost"), executor, Calls((Call(),)), ClientOptions(connections=connections))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.floats(0.0, 60.0), STAGES, st.integers(1, 7))
def test_arrivals_of_all_parts_are_those_of_the_whole(
    start: float, stages: tuple[tuple[float, float], ...], of: int
) -> None:
    whole, parts = Ramp(start, stages), [Ramp(start, stages, (place, of)) for place in range(of)]
    together = sorted(part.at(number) for part in parts for number in range(part.total))
    assert together == [whole.at(number) for number in range(whole.total)]
    assert max(part.total for part in parts) - min(part.total for part in parts) <= 1


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.floats(0.0, 60.0), STAGES, st.integers(1, 7))
def test_users_of_all_parts_are_those_of_the_whole(
    start: float, stages: tuple[tuple[float, float], ...], of: int
) -> None:
    whole, parts = Ramp(start, stages), [Ramp(start, stages, (place, of)) for place in range(of)]
    together = sorted(list(part.spans(user)) for part in parts for user in range(part.users))
    assert together == sorted(list(whole.spans(user)) for user in range(whole.users))


@pytest.mark.parametrize(
    "executor",
    [
        ConstantVus(users=7),
        RampingVus(stages=((1.0, 7), (1.0, 2))),
        SharedIterations(users=7, iterations=40),
        PerVuIterations(users=7, iterations=6),
        ConstantArrivalRate(rate=33, seconds=1.0, max_users=100),
        RampingArrivalRate(stages=((1.0, 33), (0.5, 0)), max_users=100),
    ],
    ids=lambda executor: type(executor).__name__,
)
@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_what_is_asked_of_all_parts_is_what_is_asked(executor: Executor, workers: int) -> None:
    parts = parts_of(load_of(executor), workers)
    whole, dealt = measure(executor), [measure(part.executor) for part in parts]
    assert len(parts) == workers
    assert sum(one.amount for one in dealt) == whole.amount
    assert sum(one.users for one in dealt) == whole.users
    assert {one.seconds for one in dealt} == {whole.seconds}
    assert not [problem for part in parts for problem in part.executor.validate()]
    assert shares_of(parts) == [one.amount / whole.amount for one in dealt]


def test_connections_are_divided_and_no_worker_goes_without() -> None:
    parts = parts_of(load_of(ConstantVus(users=20), connections=5), 3)
    assert [part.client.connections for part in parts] == [2, 2, 1]
    assert len(parts_of(load_of(ConstantVus(users=20), connections=2), 3)) == 2
    assert [part.client.connections for part in parts_of(load_of(ConstantVus(users=20)), 3)] == [0, 0, 0]


def test_an_executor_of_somebody_else_is_refused() -> None:
    class Own:
        pass

    with pytest.raises(ValueError, match="Own cannot be dealt out; right would be one of k6's six executors"):
        parts_of(load_of(Own()), 2)  # type: ignore[arg-type]
