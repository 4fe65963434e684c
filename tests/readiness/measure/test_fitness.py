"""A machine is fit only where it is known to be; each limit decides at its boundary, and only foreign work counts."""

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.fitness import IDLE_SHARE, LIMITS, fitness_of, halves_ratio, phases_of, readings_of, spread_ratio
from readiness.measure.recording import Readings, Recording, Samples
from readiness.model import Sample

SECONDS = 10.0
CALM = {
    "generator_cpu_cores": 0.3,
    "generator_lag_seconds": 0.002,
    "machine_steal_share": 0.0,
    "machine_throttled_share": 0.0,
    "machine_idle_share": 0.3,
    "machine_other_share": 0.01,
}
SERIES_OF = {
    "generator_cpu_cores": "generator_cpu_cores",
    "generator_lag_seconds": "generator_lag_seconds",
    "steal_share": "machine_steal_share",
    "throttled_share": "machine_throttled_share",
    "other_share": "machine_other_share",
}
TIMES = st.lists(st.floats(1e-4, 1e-2), min_size=12, max_size=60).map(np.array)


def call(phase: str = "steady") -> Sample:
    return Sample(1.0, 0.1, 0.0, "quote", phase, 200, "")


def over_time(values: Sequence[float], begin: float = 0.0) -> Readings:
    at = tuple(begin + 0.2 * (number + 1) for number in range(len(values)))
    return Readings("", at, tuple(values))


def loaded(
    changes: dict[str, Sequence[float] | None] | None = None,
    *,
    control: Sequence[float] | None = None,
    facts: dict[str, Any] | None = None,
    phases: tuple[tuple[str, float], ...] = (("steady", 0.0),),
    scenario: str = "some_load",
) -> Recording:
    """A recording of ten seconds of load on a calm machine, with some series changed or (None) left out."""
    series: dict[str, Sequence[float] | None] = {name: [value] * 50 for name, value in CALM.items()}
    noise = random.Random(7)
    series["machine_control_seconds"] = control or [0.0005 * noise.uniform(0.97, 1.03) for _ in range(50)]
    series |= changes or {}
    readings = {name: over_time(values) for name, values in series.items() if values is not None}
    calls = Samples(tuple(call(name) for name, _ in phases))
    return Recording(scenario, calls, facts or {}, readings, phases=phases, seconds=SECONDS)


def test_a_calm_machine_is_fit() -> None:
    fitness = fitness_of([loaded()])
    assert (fitness.fit, fitness.reasons) == (True, ())
    assert fitness.limits == LIMITS
    assert fitness.readings["generator_cpu_cores"] == pytest.approx(0.3)
    assert fitness.readings["other_share"] == pytest.approx(0.01)
    assert fitness.readings["control_seconds"] == pytest.approx(0.0005, rel=0.03)
    assert fitness.readings["control_ratio"] == pytest.approx(1.0, abs=0.03)
    assert None not in fitness.readings.values()


@pytest.mark.parametrize("name", SERIES_OF)
def test_each_limit_decides_at_its_boundary(name: str) -> None:
    idle = {"machine_idle_share": [0.3] * 32}  # a power of two: the mean is exact
    at_limit = fitness_of([loaded({**idle, SERIES_OF[name]: [LIMITS[name]] * 32})])
    assert (at_limit.fit, at_limit.readings[name]) == (True, LIMITS[name])
    beyond = fitness_of([loaded({**idle, SERIES_OF[name]: [LIMITS[name] * 1.01] * 32})])
    assert not beyond.fit
    assert len(beyond.reasons) == 1
    assert beyond.reasons[0].startswith("some_load: ")


def test_two_busy_neighbours_are_named() -> None:
    fitness = fitness_of([loaded({"machine_idle_share": [0.0] * 50, "machine_other_share": [0.6] * 50})])
    assert fitness.reasons == (
        "some_load: other processes took 60% of the machine while less than half of it was idle (limit 10%)",
    )


@pytest.mark.parametrize(("idle", "counted"), [(IDLE_SHARE, 0.0), (IDLE_SHARE - 0.01, 0.4)])
def test_others_do_not_matter_while_half_of_the_machine_idles(idle: float, counted: float) -> None:
    found = readings_of(loaded({"machine_idle_share": [idle] * 50, "machine_other_share": [0.4] * 50}))
    assert found["other_share"] == pytest.approx(counted)


def test_own_work_may_fill_the_machine() -> None:
    assert fitness_of([loaded({"machine_idle_share": [0.0] * 50, "machine_other_share": [0.02] * 50})]).fit


def test_without_load_there_is_nothing_to_judge() -> None:
    idle = Recording("inspection", readings={"machine_other_share": over_time([0.9] * 50)})
    warming = Recording("warming", Samples((call("warm up"),)), phases=(("warm up", 0.0),), seconds=SECONDS)
    for recordings in ([], [idle], [warming]):
        fitness = fitness_of(recordings)
        assert (fitness.fit, fitness.reasons, fitness.readings) == (True, (), {})


def test_load_of_which_nothing_was_read_is_unfit() -> None:
    blind = Recording("blind", Samples((call(),)), phases=(("steady", 0.0),), seconds=SECONDS)
    fitness = fitness_of([loaded(), blind])
    assert not fitness.fit
    assert fitness.reasons == ("blind: nothing is known about the machine",)


def test_a_reading_that_is_no_number_is_none() -> None:
    nothing = {name: [math.nan] * 50 for name in CALM}
    found = fitness_of([loaded(nothing, control=[math.nan] * 50)])
    assert not found.fit, "nothing is known, which is not in order"
    assert set(found.readings.values()) == {None}
    assert not fitness_of([loaded({**nothing, "machine_steal_share": [0.5] * 50})]).fit


def test_what_a_system_does_not_offer_decides_nothing() -> None:
    missing: dict[str, Sequence[float] | None] = {"machine_steal_share": None, "machine_throttled_share": None}
    fitness = fitness_of([loaded(missing)])
    assert fitness.fit
    assert fitness.readings["steal_share"] is None


def test_the_worst_recording_counts() -> None:
    calm, stolen = loaded(), loaded({"machine_steal_share": [0.2] * 50}, scenario="stolen_from")
    for recordings in ([calm, stolen], [stolen, calm]):
        fitness = fitness_of(recordings)
        assert fitness.readings["steal_share"] == pytest.approx(0.2)
        assert fitness.reasons == ("stolen_from: the hypervisor gave 20% of the CPU time to other machines (limit 5%)",)


def test_only_measured_phases_count() -> None:
    phases = (("warm up", 0.0), ("steady", 4.0), ("warm rest", 8.0))
    values = [0.9] * 20 + [0.1] * 20 + [0.9] * 10  # 4 s, 4 s, 2 s
    found = readings_of(loaded({"generator_cpu_cores": values, "machine_steal_share": values}, phases=phases))
    assert found["generator_cpu_cores"] == pytest.approx(0.1)
    assert found["steal_share"] == pytest.approx(0.1)


def test_the_busiest_phase_counts_for_the_generator() -> None:
    phases = (("one", 0.0), ("two", 4.0))
    found = readings_of(loaded({"generator_cpu_cores": [0.1] * 20 + [0.9] * 30}, phases=phases))
    assert found["generator_cpu_cores"] == pytest.approx(0.9)


def test_a_moment_is_no_claim_about_the_generator() -> None:
    """A closed model against a quick service: the generator is busy to the last for the tenth of a second that it takes."""
    phases = (("users 1", 0.0), ("users 50", 0.4), ("warm rest", 0.8))
    readings = {"generator_cpu_cores": [0.99] * 4 + [0.1] * 46}
    assert readings_of(loaded(readings, phases=phases))["generator_cpu_cores"] is None
    longer = (("users 1", 0.0), ("users 50", 0.4), ("warm rest", 1.0))
    readings = {"generator_cpu_cores": [0.99] * 5 + [0.1] * 45}
    assert readings_of(loaded(readings, phases=longer))["generator_cpu_cores"] == pytest.approx(0.99)


def test_load_that_was_over_before_a_reading_is_judged_by_the_whole_recording() -> None:
    phases = (("steady", 0.05), ("warm rest", 0.1))
    found = readings_of(loaded({"machine_steal_share": [0.3] * 50}, phases=phases))
    assert found["steal_share"] == pytest.approx(0.3)


def test_whose_work_is_whose_depends_on_where_the_target_is() -> None:
    busy: dict[str, Sequence[float] | None] = {"generator_cpu_cores": [1.0] * 50, "machine_other_share": [0.8] * 50}
    apart = fitness_of([loaded(busy, facts={"machine": {"target": "apart"}})])
    assert [reason.split(" used")[0] for reason in apart.reasons] == ["some_load: the load generator"]
    assert apart.readings["other_share"] is None, "the target's own work is among that of others"
    inside = fitness_of([loaded(busy, facts={"machine": {"target": "inside"}})])
    assert inside.readings["generator_cpu_cores"] is inside.readings["generator_lag_seconds"] is None
    assert [reason.split(" took")[0] for reason in inside.reasons] == ["some_load: other processes"]


def test_a_control_that_differs_from_itself_is_unfit() -> None:
    abba = [0.0005, 0.0007, 0.0007, 0.0005] * 12
    fitness = fitness_of([loaded(control=abba)])
    assert fitness.readings["control_ratio"] == pytest.approx(1.4)
    assert fitness.reasons == (
        "some_load: fixed work took 1.40 times as long as itself (limit 1.1): noise looks like a change here",
    )


def test_cores_that_change_their_speed_are_unfit() -> None:
    fitness = fitness_of([loaded(control=[0.0005] * 24 + [0.0011] * 24)])
    assert fitness.readings["control_spread_ratio"] == pytest.approx(2.2)
    assert [reason.split(":")[1].split(" took")[0] for reason in fitness.reasons] == [" fixed work"]


def test_too_few_controls_say_nothing() -> None:
    assert halves_ratio(np.full(10, 0.001)) is None, "five pairs bound no median with 95 %"
    assert halves_ratio(np.full(12, 0.001)) == 1.0
    assert halves_ratio(np.empty(0)) is None
    assert spread_ratio(np.full(9, 0.001)) is None
    assert spread_ratio(np.full(10, 0.001)) == 1.0


@settings(derandomize=True, deadline=None)
@given(times=TIMES, factor=st.floats(0.1, 10))
def test_a_faster_machine_is_as_fit(times: Any, factor: float) -> None:
    first, second = halves_ratio(times), halves_ratio(times * factor)
    assert first is not None
    assert second is not None
    assert first >= 1.0
    assert second == pytest.approx(first)
    assert spread_ratio(times * factor) == pytest.approx(spread_ratio(times))


@settings(derandomize=True, deadline=None)
@given(times=TIMES)
def test_swapping_the_halves_changes_nothing(times: Any) -> None:
    even = times[: len(times) // 2 * 2]
    swapped = even.reshape(-1, 2)[:, ::-1].ravel()
    assert halves_ratio(swapped) == pytest.approx(halves_ratio(even))


def test_noise_alone_seldom_alarms() -> None:
    """A/A of 1 000 quiet machines: 5 % noise, 12 s of control."""
    source = np.random.default_rng(5)
    ratios = [halves_ratio(0.0005 * np.exp(source.normal(0, 0.05, 60))) for _ in range(1000)]
    assert sum(ratio is None or ratio > LIMITS["control_ratio"] for ratio in ratios) == 0
    assert sum(ratio == 1.0 for ratio in ratios) >= 900, "the interval holds 1 in 95 of 100"


def test_phases_have_ends() -> None:
    recording = Recording("x", phases=(("warm up", 0.5), ("steady", 2.0)), seconds=9.0)
    assert list(phases_of(recording)) == [("warm up", 0.5, 2.0), ("steady", 2.0, 9.0)]
    assert list(phases_of(Recording("x"))) == []
    cut_off = Recording("x", phases=(("steady", 2.0),), complete=False)
    assert list(phases_of(cut_off)) == [("steady", 2.0, math.inf)]


def test_load_without_a_phase_is_judged_by_all_readings() -> None:
    assert readings_of(loaded({"machine_steal_share": [0.3] * 50}, phases=()))["steal_share"] == pytest.approx(0.3)
