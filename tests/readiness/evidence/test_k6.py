"""A summary of k6: each threshold a result, held against the value that k6 itself states."""

from pathlib import Path
from typing import Any

import pytest

from tests.readiness.evidence_files import only, read_data, word, words

RAN = {"iterations": {"count": 10, "rate": 1.0}}


def exported(**thresholds: bool) -> dict[str, Any]:
    """As --summary-export writes it: true where the threshold failed."""
    return {"metrics": {**RAN, "http_req_duration": {"avg": 100.0, "p(95)": 431.2, "thresholds": thresholds}}}


def summed(metric: dict[str, Any]) -> dict[str, Any]:
    """As handleSummary gets it."""
    return {"metrics": {"iterations": {"values": {"count": 10}}, "m": metric}}


def test_the_two_forms_say_opposite_things_in_the_same_place(tmp_path: Path) -> None:
    both = exported(**{"p(95)<500": False, "p(95)<400": True})
    assert words(read_data(tmp_path, both, "k6")) == {
        "http_req_duration.p95_lt_500": "passed", "http_req_duration.p95_lt_400": "failed",
    }  # fmt: skip
    newer = summed({"values": {"p(95)": 431.2}, "thresholds": {"p(95)<500": {"ok": True}}})
    assert word(only(read_data(tmp_path, newer, "k6"))) == "passed"


def test_a_threshold_that_contradicts_its_own_value_is_an_error(tmp_path: Path) -> None:
    entry = only(read_data(tmp_path, exported(**{"p(95)<400": False}), "k6"))
    assert word(entry) == "broken"
    assert "met" in entry.outcome.reason
    assert "431.2" in entry.outcome.reason


@pytest.mark.parametrize(("bar", "ok"), [("p(95)<431.2", False), ("p(95)<=431.2", True), ("p(95)>=431.2", True)])
def test_the_boundary_is_that_of_the_sign(tmp_path: Path, bar: str, ok: bool) -> None:
    said = summed({"values": {"p(95)": 431.2}, "thresholds": {bar: {"ok": ok}}})
    assert word(only(read_data(tmp_path, said, "k6"))) == ("passed" if ok else "failed")


def test_a_rate_is_its_value_in_the_exported_form(tmp_path: Path) -> None:
    checks = {"metrics": {**RAN, "checks": {"value": 0.5, "passes": 1, "fails": 1, "thresholds": {"rate>0.9": True}}}}
    entry = only(read_data(tmp_path, checks, "k6"))
    assert word(entry) == "failed"
    assert entry.outcome.reason.endswith("the value is 0.5")


def test_a_threshold_over_nothing_is_no_pass(tmp_path: Path) -> None:
    nothing = {"metrics": {**RAN, "checks": {"value": 0, "passes": 0, "fails": 0, "thresholds": {"rate<0.1": False}}}}
    assert word(only(read_data(tmp_path, nothing, "k6"))) == "unknown"
    zeros = {"avg": 0, "min": 0, "med": 0, "max": 0, "p(95)": 0}  # as k6 1.1.0 writes http_req_duration{name:none}
    trend = summed({"type": "trend", "values": zeros, "thresholds": {"p(95)<1": {"ok": True}}})
    assert word(only(read_data(tmp_path, trend, "k6"))) == "unknown"


@pytest.mark.parametrize(
    ("values", "became"),
    [
        ({}, "unknown"),
        (None, "unknown"),
        ({"p(95)": 0, "p(99)": 0}, "unknown"),
        ({"avg": 0.0}, "unknown"),
        ({"p(95)": 0, "p(99)": 0.2}, "passed"),
        ({"p(95)": 0, "count": 7}, "passed"),
    ],
)
def test_a_trend_of_nothing_is_no_pass_whatever_was_exported_of_it(
    tmp_path: Path, values: dict[str, float] | None, became: str
) -> None:
    """`summaryTrendStats` may leave out any statistic, `max` too."""
    trend = summed({"type": "trend", "values": values, "thresholds": {"p(95)<1": {"ok": True}}})
    assert word(only(read_data(tmp_path, trend, "k6"))) == became


def test_a_counter_of_nothing_is_a_value(tmp_path: Path) -> None:
    counter = summed({"type": "counter", "values": {"count": 0, "rate": 0}, "thresholds": {"count<1": {"ok": True}}})
    assert word(only(read_data(tmp_path, counter, "k6"))) == "passed"


@pytest.mark.parametrize(
    ("data", "became"),
    [
        ({"metrics": {**RAN, "http_req_duration": {"avg": 1.0}}}, "unknown"),
        ({"metrics": {"m": {"avg": 1.0, "thresholds": {"avg<2": False}}}}, "unknown"),
        ({"metrics": {**RAN, "m": {"thresholds": {"avg<2": "yes"}}}}, "broken"),
        ({"metrics": {**RAN, "m": {"thresholds": ["avg<2"]}}}, "broken"),
        ({"metrics": 7}, "broken"),
        ({}, "broken"),
    ],
)
def test_what_proves_nothing_never_passes(tmp_path: Path, data: dict[str, Any], became: str) -> None:
    assert word(only(read_data(tmp_path, data, "k6"))) == became
