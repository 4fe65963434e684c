"""Drawings: whatever the numbers are, a place on the page; what is drawn is what was measured."""

import re
from math import inf, nan
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model import FaultWindow, Series
from readiness.report import Interval, LoadSummary, PhaseLoad, Result, ScenarioSummary, Timeline, TrendPoint
from reports.html import _charts, _load, _plots
from tests.reports import loads, past
from tests.reports.samples import ready, result, series

ANY = st.floats() | st.sampled_from([0.0, 1e308, -1e308, 5e-324, inf, -inf, nan])
PLAIN: Result = result("x", "performance")


def heights_of(path: str) -> list[float]:
    """Follow a line from its beginning, step by step."""
    heights = []
    for stretch in path.split("M")[1:]:
        begin, _, steps = stretch.partition("l")
        heights.append(float(begin.split()[1]))
        for step in steps.split()[1::2]:
            heights.append(heights[-1] + float(step))
    return heights


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(ANY, ANY), max_size=30), ANY, ANY)
def test_every_series_can_be_drawn(points: list[tuple[float, float]], armed: float, limit: float) -> None:
    given = Series("t", "s", tuple(at for at, _ in points), tuple(value for _, value in points))
    drawn = _plots.series_plot(
        given, [FaultWindow("f", armed, limit)], PLAIN.model_copy(update={"unit": "s", "limit": limit})
    )
    if drawn is not None:
        assert not re.search("nan|inf", drawn.lines[0].path)
        assert all(0 <= span.start <= 100 for span in drawn.windows)


@settings(deadline=None, derandomize=True)
@given(ANY, ANY, ANY)
def test_every_value_has_a_place_on_its_gauge(value: float, objective: float, limit: float) -> None:
    drawn = _charts.gauge(PLAIN.model_copy(update={"value": value, "objective": objective, "limit": limit}))
    assert drawn is None or 0 <= drawn.value <= 100


def test_the_gauge_has_the_worse_side_on_the_right_in_both_directions() -> None:
    def place(value: float, objective: float, limit: float) -> float:
        drawn = _charts.gauge(PLAIN.model_copy(update={"value": value, "objective": objective, "limit": limit}))
        assert drawn is not None
        return drawn.value

    for objective, limit in ((0.5, 2.0), (400.0, 250.0)):
        assert place(objective, objective, limit) == _charts.OBJECTIVE_AT
        assert place(limit, objective, limit) == _charts.LIMIT_AT
    assert place(3.0, 0.5, 2.0) > _charts.LIMIT_AT
    assert place(100.0, 400.0, 250.0) > _charts.LIMIT_AT
    assert place(inf, 0.5, 2.0) == 100
    assert place(0.0, 400.0, 250.0) == 100


def test_no_spike_is_lost_when_a_long_series_is_thinned() -> None:
    values = [0.2] * 100_000
    values[31_337], values[77_777] = 9.0, -4.0
    drawn = _plots.series_plot(Series("t", "s", tuple(map(float, range(100_000))), tuple(values)), [], PLAIN)
    assert drawn is not None
    assert len(drawn.lines[0].path) < 20_000
    assert "least -4, median 0.2, greatest 9" in drawn.summary
    heights = heights_of(drawn.lines[0].path)
    assert max(heights) == _plots.PLOT_HEIGHT
    assert min(heights) < _plots.PLOT_HEIGHT * 0.06
    assert "100,000 points" in drawn.note


def test_values_that_are_not_finite_leave_a_gap() -> None:
    drawn = _plots.series_plot(Series("t", "s", (0.0, 1.0, 2.0, 3.0), (1.0, nan, 2.0, 3.0)), [], PLAIN)
    assert drawn is not None
    assert drawn.lines[0].path.count("M") == 2
    assert "1 not finite: a gap" in drawn.note


def test_the_limit_is_drawn_only_where_it_has_the_same_unit_and_is_near() -> None:
    near = PLAIN.model_copy(update={"unit": "s", "limit": 1.5})
    assert (drawn := _plots.series_plot(series(), [], near)) is not None
    assert drawn.limit_at is not None
    for update in ({"unit": "MB", "limit": 1.5}, {"unit": "s", "limit": 900.0}, {"unit": "s", "limit": None}):
        assert (drawn := _plots.series_plot(series(), [], PLAIN.model_copy(update=update))) is not None
        assert drawn.limit_at is None


def test_phases_last_until_the_next_one() -> None:
    scenario = ScenarioSummary(
        scenario="x", suite="y", title="z", status="finished", seconds=100.0, phases=(("warm", 0.0), ("run", 25.0))
    )
    drawn = _charts.timeline(scenario)
    assert drawn is not None
    assert [(span.start, span.end) for span in drawn.phases] == [(0.0, 25.0), (25.0, 100.0)]
    assert _charts.timeline(scenario.model_copy(update={"phases": ()})) is None


# --- load ---------------------------------------------------------------------------------------------------------------


def scenario(load: LoadSummary, *windows: FaultWindow) -> ScenarioSummary:
    return ScenarioSummary(
        scenario="x", suite="y", title="z", status="finished", seconds=61.0, load=load, windows=windows
    )


def test_a_load_is_drawn_over_time_and_as_a_histogram() -> None:
    shown = _load.load_of(scenario(loads.hurt(), loads.CRASH), "s")
    assert shown is not None
    assert [plot.name for plot in shown.plots] == ["s-rate", "s-time", "s-latency"]
    assert shown.plots[0].note == "300 points drawn as 60; the least and the greatest stay"
    assert shown.percentiles == ("50", "90", "95", "99")
    assert shown.errors == (("refused", 187), ("timeout", 25))
    assert [span.start for span in shown.plots[0].windows] == [round(1800 / 61, 2)]


def test_of_few_calls_only_the_latency_is_drawn() -> None:
    few, enough = (loads.steady(samples=samples) for samples in (_load.FEW_CALLS - 1, _load.FEW_CALLS))
    shown, all_shown = _load.load_of(scenario(few), "s"), _load.load_of(scenario(enough), "s")
    assert shown is not None
    assert all_shown is not None
    assert [plot.name for plot in shown.plots] == ["s-time"]
    assert [plot.name for plot in all_shown.plots] == ["s-rate", "s-time", "s-latency"]
    assert shown.phases, "the table says what they were"


def test_users_are_drawn_only_where_several_numbers_of_them_were_tried() -> None:
    shown = _load.load_of(scenario(loads.growing()), "s")
    assert shown is not None
    users = next(plot for plot in shown.plots if plot.name == "s-users")
    assert users.numbers is not None
    assert users.numbers["x"] == [1, 2, 5, 10, 20, 35, 50]
    assert users.summary == "most at 35 users: 862 answers per second"
    assert users.lines[0].path.startswith("M0 ")
    assert users.bottom == "0"
    assert users.lines[0].dots.count("h0") == 7
    assert _load.concurrency_plot(loads.growing().phases[:1], "s") is None


def test_the_timeline_leaves_a_gap_where_no_call_ended() -> None:
    line = Timeline(
        bin_seconds=1.0,
        rate=(1.0, 0.0, 1.0, 1.0),
        errors=(0.0,) * 4,
        p50=(0.1, None, 0.1, 0.2),
        p95=(None,) * 4,
        p99=(0.3,) * 4,
    )
    shown = _load.timeline_plots(loads.steady().model_copy(update={"timeline": line}), (), "s")
    assert shown[1] is not None
    assert shown[1].summary == "95th percentile: not measured"
    assert shown[1].lines[2].path.count("M") == 2
    assert shown[1].numbers is not None
    assert shown[1].numbers["lines"][2]["y"] == [0.1, None, 0.1, 0.2]


def test_bars_are_densities_so_that_a_wide_bucket_does_not_tower() -> None:
    drawn = _load.histogram_plot(((0.01, 0.02, 50), (0.02, 0.08, 100)), "s")
    assert drawn is not None
    assert drawn.numbers is not None
    assert [bar[2:] for bar in drawn.numbers["bars"]] == [[50, 1.0], [100, 1.0]]


def test_merged_bars_keep_every_call() -> None:
    buckets = loads.histogram(10_000, buckets=200)
    drawn = _load.histogram_plot(buckets, "s")
    assert drawn is not None
    assert drawn.numbers is not None
    assert len(drawn.numbers["bars"]) <= _load.MOST_BARS < len(buckets)
    assert sum(bar[2] for bar in drawn.numbers["bars"]) == 10_000
    assert drawn.summary.startswith("10,000 calls: p50 0.05")


def test_a_percentile_is_marked_only_where_the_calls_can_bound_it() -> None:
    def reached(samples: int) -> list[str]:
        return list(_load.bucket_percentiles(((0.01, 0.02, samples),)))

    for key, needed in _load.PERCENTILES.items():
        assert key not in reached(needed - 1)
        assert key in reached(needed)


def test_a_percentile_is_the_high_end_of_its_bucket() -> None:
    buckets = ((0.0, 1.0, 94), (1.0, 2.0, 5), (2.0, 4.0, 1))
    assert _load.bucket_percentiles(buckets) == {"50": 1.0, "95": 2.0}


def test_marks_that_stand_too_near_get_rows_of_their_own() -> None:
    marks = _load._apart([_plots.Mark(str(at), at) for at in (10.0, 12.0, 14.0, 15.0, 40.0)])
    assert [(mark.label, mark.row) for mark in marks] == [("10.0", 0), ("12.0", 1), ("14.0", 2), ("40.0", 0)]


def test_the_trend_ends_with_this_run_and_shows_an_undecided_one_as_a_gap() -> None:
    drawn = _load.trend_plot(ready())
    assert drawn is not None
    assert drawn.numbers is not None
    assert len(drawn.numbers["y"]) == len(ready().trend) + 1
    assert drawn.numbers["y"].count(None) == 1
    assert drawn.lines[0].path.count("M") == 2
    assert drawn.numbers["y"][-1] == round((ready().overall_score or 0) * 100, 3)
    assert _load.trend_plot(ready().model_copy(update={"trend": ()})) is None


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(ANY, ANY, st.integers(0, 10**9)), max_size=12), st.lists(ANY, max_size=12), ANY)
def test_every_load_can_be_drawn(buckets: list[Any], column: list[float], width: float) -> None:
    values = tuple(column)
    load = LoadSummary(
        phases=(PhaseLoad(phase="p", begin=width, seconds=width, samples=1, errors=0, rate=width, users=3),),
        timeline=Timeline(bin_seconds=width, rate=values, errors=values, p50=values, p95=values, p99=values),
        histogram=tuple(buckets),
        errors_by_kind={},
        generator={"cpu_cores": width},
    )
    shown = _load.load_of(scenario(load, FaultWindow("f", width, inf)), "s")
    assert shown is not None
    for plot in shown.plots:
        for path in (plot.area, *(line.path for line in plot.lines)):
            assert not re.search("[a-gi-km-z]", path)
        assert all(0 <= place.at <= 100 for place in (*plot.ticks, *plot.marks))


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.none() | ANY, ANY, ANY), min_size=1, max_size=8))
def test_every_trend_can_be_drawn(runs: list[tuple[float | None, float, float]]) -> None:
    points = tuple(
        TrendPoint(
            run=f"r{index}",
            timestamp="t",
            verdict="READY",
            score=score,
            interval=Interval(low=low, high=high),
            category_scores={},
        )
        for index, (score, low, high) in enumerate(runs)
    )
    drawn = _load.trend_plot(ready().model_copy(update={"trend": points}))
    assert drawn is None or not re.search("[a-gi-km-z]", drawn.area + drawn.lines[0].path)
    assert past.trend()
