"""Prometheus' text format, line by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

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


LABELS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.floats(), max_size=6)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(LABELS)
def test_it_reads_what_the_official_parser_reads(values: dict[str, float]) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("temperature", "Any.", ["place"], registry=registry)
    for place, value in values.items():
        gauge.labels(place).set(value)
    text = generate_latest(registry).decode()
    theirs = [sample.value for family in text_string_to_metric_families(text) for sample in family.samples]
    read = read_exposition(text)
    assert (read.duplicates, read.unreadable) == ([], [])
    assert [repr(value) for value in read.series.values()] == [repr(value) for value in theirs]
