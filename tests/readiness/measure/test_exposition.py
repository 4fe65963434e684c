"""Prometheus' text format, line by line."""

import pytest

from readiness import read_exposition

TEXT = """
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{route="/a b",status="200"} 7
calls_total{route="/",status="404"} 2 1700000000000
up 1
temperature NaN
ratio +Inf
"""


def test_every_series_is_read_with_its_labels() -> None:
    read = read_exposition(TEXT)
    assert (read.duplicates, read.unreadable) == ([], [])
    assert read.series['calls_total{route="/a b",status="200"}'] == 7.0
    assert read.series["ratio"] == float("inf")
    assert set(read.series) - {"ratio"} == {
        'calls_total{route="/a b",status="200"}', 'calls_total{route="/",status="404"}', "up", "temperature",
    }  # fmt: skip


def test_a_total_sums_the_label_sets_of_one_metric() -> None:
    read = read_exposition(TEXT)
    assert read.total("calls_total") == 9.0
    assert read.total("calls") is None


@pytest.mark.parametrize("line", ["calls_total", "calls_total{a=1", "1up 1", "up one", "<html>"])
def test_what_is_no_series_is_told(line: str) -> None:
    assert read_exposition(f"up 1\n{line}\n").unreadable == [line]


def test_a_series_that_comes_twice_is_told() -> None:
    assert read_exposition("up 1\nup 2\n").duplicates == ["up"]
