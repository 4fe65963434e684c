"""A target over its runs: which runs, which lines, and what is a trend."""

import csv
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness.archive import opened, write_summary
from readiness.errors import UsageError
from readiness.history import BLOCKS, History, Line, history, write_values
from readiness.model import Category, Status
from readiness.report import Result, Scope
from tests.readiness.results import result
from tests.readiness.runs import run, seconds

START = datetime(2026, 1, 1, tzinfo=UTC)


def keep(folder: Path, number: int, results: Sequence[Result], **more: Any) -> None:
    """A run a day, as a summary on disk."""
    id = more.pop("id", f"run-{number:05}")
    made = run(results, id=id, timestamp=(START + timedelta(days=number)).isoformat(), **more)
    (folder / id).mkdir(parents=True)
    write_summary(folder / id, made)


def read(folder: Path, **asked: Any) -> History:
    with opened(folder) as archive:
        found = history(archive, **asked)
    assert found is not None
    return found


def line_of(found: History, name: str) -> Line:
    return next(line for line in found.lines if line.name == name)


def over_time(folder: Path, values: Sequence[float], **more: Any) -> Line:
    for number, value in enumerate(values):
        keep(folder, number, [seconds("latency", value, **more)])
    return line_of(read(folder), "latency")


# --- trends ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drift", "bars", "trend"),
    [(0.5, (0.5, 2.0), "worse"), (-0.3, (0.5, 2.0), "better"), (0.5, (400.0, 200.0), "better"), (-0.3, (400.0, 200.0), "worse"),
     (0.5, (2.0, 2.0), "up"), (-0.3, (2.0, 2.0), "down"), (0.0, (0.5, 2.0), "none")],
)  # fmt: skip
def test_a_drift_beyond_the_noise_is_a_trend(
    tmp_path: Path, drift: float, bars: tuple[float, float], trend: str
) -> None:
    chance = random.Random(7)
    values = [0.2 * (1 + drift * number / 29) * chance.uniform(0.97, 1.03) for number in range(30)]
    line = over_time(tmp_path, values, objective=bars[0], limit=bars[1])
    assert line.trend == trend
    assert line.change.low <= 0.2 * drift <= line.change.high, "the interval holds what was put in"
    assert (line.runs, line.last, line.unit) == (30, values[-1], "s")


def test_noise_alone_is_seldom_a_trend(tmp_path: Path) -> None:
    chance = random.Random(11)
    for number in range(40):
        keep(tmp_path, number, [seconds(f"check_{place}", chance.lognormvariate(-2, 0.3)) for place in range(40)])
    trends = [line.trend for line in read(tmp_path).lines if line.kind == "check"]
    assert len(trends) == 40
    assert trends.count("none") >= 34, "about 1 in 20 may look like one"


def test_one_outlier_makes_no_trend(tmp_path: Path) -> None:
    assert over_time(tmp_path, [0.2] * 19 + [9.0]).trend == "none"


def test_few_runs_have_no_trend(tmp_path: Path) -> None:
    line = over_time(tmp_path, [0.1 * (1 + number) for number in range(9)])
    assert (line.trend, line.change.n, line.change.needed) == ("too few runs", 9, 10)
    keep(tmp_path, 9, [seconds("latency", 1.0)])
    assert line_of(read(tmp_path), "latency").trend == "worse"


def test_one_run_is_a_history(tmp_path: Path) -> None:
    keep(tmp_path, 0, [seconds("latency", 0.2), result("holds"), result("unknown", "UNKNOWN")])
    found = read(tmp_path)
    assert (found.first, found.verdicts, found.selection.runs) == (found.last, ("INCONCLUSIVE",), 1)
    assert [line.name for line in found.lines] == ["score", "performance", "reliability", "latency", "holds", "unknown"]
    assert line_of(found, "unknown").last is None
    assert line_of(found, "unknown").status == "UNKNOWN"
    assert {line.trend for line in found.lines} == {"too few runs"}


def test_many_runs_are_folded_into_blocks_by_their_medians(tmp_path: Path) -> None:
    runs = 2 * BLOCKS + 50
    values = [1000.0 if number % 5 == 0 else 0.1 + 0.001 * number for number in range(runs)]
    line = over_time(tmp_path, values)
    assert len(line.points) == BLOCKS
    assert line.runs == runs
    known = [point for point in line.points if point is not None and point < 10]
    assert known == sorted(known), "the outliers are gone and the order is kept"
    assert line.change.value == pytest.approx(0.25, rel=0.1)


def test_a_check_without_values_is_followed_by_how_often_it_passed(tmp_path: Path) -> None:
    for number in range(20):
        status: Status = "FAIL" if number >= 10 else "PASS"
        keep(tmp_path, number, [result("holds", status), result("waits", "UNKNOWN" if number % 2 else "WARN")])
    found = read(tmp_path)
    holds, waits = line_of(found, "holds"), line_of(found, "waits")
    assert (holds.unit, holds.last, holds.median, holds.status, holds.trend) == ("passed", 0.0, 0.5, "FAIL", "worse")
    assert (waits.last, waits.median, waits.runs, waits.status) == (1.0, 1.0, 10, "UNKNOWN")
    assert holds.change.value == -1.0
    assert -1.0 <= holds.change.low < holds.change.high < -0.5
    assert waits.points[:2] == (1.0, None)
    assert waits.trend == "none"


def test_a_check_that_fails_now_and_then_has_no_trend(tmp_path: Path) -> None:
    for number in range(20):
        keep(tmp_path, number, [result("flaky", "FAIL" if number % 3 == 0 else "PASS")])
    line = line_of(read(tmp_path), "flaky")
    assert line.trend == "none"
    assert line.median == pytest.approx(13 / 20)


def test_another_unit_is_another_quantity(tmp_path: Path) -> None:
    for number in range(6):
        in_ms = number < 3
        keep(tmp_path, number, [seconds("latency", 200.0 if in_ms else 0.2, unit="ms" if in_ms else "s", limit=2000.0)])
    line = line_of(read(tmp_path), "latency")
    assert (line.unit, line.median, line.runs) == ("s", 0.2, 3)
    assert line.points == (None, None, None, 0.2, 0.2, 0.2)


def test_a_check_that_came_later_keeps_its_place_in_time(tmp_path: Path) -> None:
    for number in range(4):
        keep(tmp_path, number, [result("always")] + [seconds("late", 0.2)] * (number >= 2))
    assert line_of(read(tmp_path), "late").points == (None, None, 0.2, 0.2)


# --- which runs -----------------------------------------------------------------------------------------------------


def test_only_runs_that_are_alike_are_put_in_a_row_and_the_others_are_said(tmp_path: Path) -> None:
    part = Scope(partial=True, selected=("security",), sentence="A part.")
    for number in range(3):
        keep(tmp_path, number, [seconds("latency", 0.2)])
    keep(tmp_path, 3, [seconds("latency", 0.9)], target="shop")
    keep(tmp_path, 4, [seconds("latency", 0.9)], scope=part)
    keep(tmp_path, 5, [seconds("latency", 0.9)], environment={"profile": "quick"})
    keep(tmp_path, 6, [seconds("latency", 0.9)], interrupted=True)
    keep(tmp_path, 7, [seconds("latency", 0.2)], environment={"cpus": 8})
    found = read(tmp_path)
    chosen = found.selection
    assert (chosen.target, chosen.scope, chosen.profile, chosen.runs) == ("desk", "", "standard", 4)
    assert chosen.left_out == (
        "1 interrupted", "1 of another part", "1 of the target shop", "1 with the profile quick",
    )  # fmt: skip
    assert found.machines == 2
    assert line_of(found, "latency").median == 0.2
    assert read(tmp_path, profile="quick").selection.runs == 1
    assert read(tmp_path, target="shop").selection.runs == 1


def test_a_whole_run_is_preferred_to_a_later_part_and_a_part_is_shown_where_there_is_no_more(tmp_path: Path) -> None:
    part = Scope(partial=True, selected=("security",), sentence="A part.")
    keep(tmp_path, 1, [result("x")], scope=part)
    assert read(tmp_path).selection.scope == "security"
    keep(tmp_path, 0, [result("x")])
    assert read(tmp_path).selection.scope == ""


def test_the_last_runs_are_the_newest_by_the_clock(tmp_path: Path) -> None:
    for number, id in ((3, "a"), (1, "b"), (2, "c"), (0, "d")):
        keep(tmp_path, number, [seconds("latency", 0.1 + number)], id=id)
    line = line_of(read(tmp_path), "latency")
    assert line.points == pytest.approx((0.1, 1.1, 2.1, 3.1))
    two = read(tmp_path, last=2)
    assert line_of(two, "latency").points == pytest.approx((2.1, 3.1))
    assert two.selection.left_out == ("2 that are older",)


def test_nothing_is_the_history_of_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        assert history(archive) is None
    keep(tmp_path, 0, [result("x")], interrupted=True)
    with opened(tmp_path) as archive:
        assert history(archive) is None


def test_names_that_are_not_there_are_refused_with_the_nearest(tmp_path: Path) -> None:
    keep(tmp_path, 0, [seconds("latency", 0.2)])
    with pytest.raises(UsageError, match=r"--target dask: .*did you mean 'desk'"):
        read(tmp_path, target="dask")
    with pytest.raises(UsageError, match=r"--check latenzy: .*did you mean 'latency'"):
        read(tmp_path, checks=("latenzy",))


def test_a_category_and_single_checks_may_be_asked_for(tmp_path: Path) -> None:
    keep(
        tmp_path,
        0,
        [seconds("latency", 0.2), result("tokens", category="security"), result("tls", category="security")],
    )
    category: Category = "security"
    assert [line.name for line in read(tmp_path, category=category).lines] == ["security", "tls", "tokens"]
    assert [line.name for line in read(tmp_path, checks=("tokens",)).lines] == ["tokens"]


def test_the_values_behind_it_come_in_order(tmp_path: Path) -> None:
    for number in range(2):
        keep(tmp_path, number, [seconds("latency", 0.2 + number), result("holds")])
    path, all_of_them = tmp_path / "some.csv", tmp_path / "all.csv"
    with opened(tmp_path) as archive:
        history(archive)
        write_values(archive, path, "performance", ("latency",))
        write_values(archive, all_of_them)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [(row["run"], row["check"], row["status"], row["value"], row["unit"]) for row in rows] == [
        ("run-00000", "latency", "PASS", "0.2", "s"), ("run-00001", "latency", "PASS", "1.2", "s"),
    ]  # fmt: skip
    assert len(all_of_them.read_text().splitlines()) == 1 + 4
