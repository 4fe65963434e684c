"""What counts as served, refused and waiting under overload."""

from readiness import Sample, Samples
from scenarios.stress_testing import burst as scenario


def told(*calls: tuple[float, float, int], asked: int | None = None) -> dict[str, float]:
    """(due at, latency, status) of calls that were due within 1 s and came to an end."""
    rows = [
        Sample(5.0 + at, latency, 0.0, "quote", "overload", status, "" if status == 200 else f"status {status}")
        for at, latency, status in calls
    ]
    return scenario._under_excess(Samples(tuple(rows)), len(calls) if asked is None else asked, 1.0)


def test_what_keeps_up_does_what_is_offered() -> None:
    calm = told(*((place / 100, 0.01, 200) for place in range(100)))
    assert calm == {"calls": 100, "served": 100, "refused": 0, "waiting": 0, "goodput": 95.0}


def test_what_is_served_later_counts_over_the_time_that_it_took() -> None:
    queued = told(*((place / 100, place / 100, 200) for place in range(100)))  # half as fast as it is offered
    assert queued["served"] == 100
    assert queued["waiting"] == 49
    assert queued["goodput"] == 50.5  # 95 answers in 1.88 s


def test_a_good_beginning_is_not_the_whole() -> None:
    broken = told(*((place / 1000, 0.01, 200) for place in range(10)), *((0.5, 10.0, 0) for _ in range(90)))
    assert broken["goodput"] == 10.0, "10 good answers in the first 20 ms are 10 in the whole second"


def test_one_straggler_does_not_stand_for_all() -> None:
    assert told(*((place / 100, 0.01, 200) for place in range(99)), (0.5, 9.0, 200))["goodput"] == 95.0


def test_only_a_quick_refusal_is_one() -> None:
    assert told((0.0, 1.0, 503), (0.0, 0.1, 429), (0.0, 1.1, 503), (0.0, 0.1, 500), (0.0, 0.1, 200))["refused"] == 2


def test_what_came_to_no_end_was_asked_and_is_waiting() -> None:
    seen = told((0.0, 0.1, 200), (0.0, 0.1, 200), asked=10)
    assert (seen["calls"], seen["served"], seen["waiting"]) == (10, 2, 8)


def test_nothing_served_is_no_goodput() -> None:
    assert told((0.0, 10.0, 0))["goodput"] == 0.0
    assert told() == {"calls": 0, "served": 0, "refused": 0, "waiting": 0, "goodput": 0.0}
