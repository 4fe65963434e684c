"""The words and numbers that every format shares."""

from datetime import date
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.policy import STANDARD
from readiness.policy_file import from_mapping
from readiness.waivers import covering, waiver_states
from reports import _wording
from tests.readiness.results import waiver
from tests.reports.samples import measured, report, result


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.7, "70.00 %"),
        (0.6999, "69.99 %"),
        (0.69999999999, "69.99 %"),
        (0.7000001, "70.00 %"),
        (1.0, "100.00 %"),
        (0.999999, "99.99 %"),
        (0.29, "29.00 %"),
        (0.0, "0.00 %"),
        (1e-9, "0.00 %"),
        (-0.001, "-0.10 %"),
        (None, "not measured"),
        (nan, "not a number"),
        (inf, "∞ × 100 %"),
    ],
)
def test_percentages_are_cut_and_never_rounded_up(share: float | None, text: str) -> None:
    assert _wording.percent(share) == text


@settings(deadline=None)
@given(st.floats(0, 1))
def test_no_share_below_a_threshold_reads_like_the_threshold(share: float) -> None:
    shown = float(_wording.percent(share).removesuffix(" %"))
    for threshold in (70.0, 80.0, 85.0, 95.0, 100.0):
        if share < threshold / 100:
            assert shown < threshold


@settings(deadline=None)
@given(st.floats() | st.integers().map(float))
def test_every_number_can_be_written(value: float) -> None:
    texts = (_wording.number(value), _wording.percent(value), _wording.duration(value), _wording.points(value))
    assert all(texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12.0, "12"),
        (1234567.0, "1,234,567"),
        (1234.56, "1,234.6"),
        (2.731, "2.731"),
        (2.5, "2.5"),
        (0.000012, "1.2e-05"),
        (inf, "∞"),
        (-inf, "−∞"),
        (nan, "not a number"),
    ],
)
def test_numbers_keep_the_digits_that_matter(value: float, text: str) -> None:
    assert _wording.number(value) == text


def test_a_value_just_beyond_the_limit_does_not_look_like_the_limit() -> None:
    close = measured("latency_p95", "performance", "FAIL", 2.0000001, 2.0)
    assert _wording.observed(close) == "2.0000001 s"
    assert _wording.required(close) == "≤ 2 s"


def test_the_side_of_the_limit_is_that_of_the_objective() -> None:
    assert _wording.required(result("x", "security", limit=250.0, objective=400.0, unit="calls/s")) == "≥ 250 calls/s"
    assert _wording.required(result("x", "security", limit=0.99, objective=1.0, unit="share")) == "≥ 99.00 %"
    assert _wording.required(result("x", "security")) == ""


@pytest.mark.parametrize(
    ("hostile", "text"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x9b31mb", "a31mb"),
        ("a\x00b\x7fc", "abc"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("a\r\nb\tc", "a b c"),
    ],
)
def test_what_steers_a_terminal_or_turns_text_around_is_removed(hostile: str, text: str) -> None:
    assert _wording.clean(hostile) == text


def test_a_megabyte_is_cut_and_says_by_how_much() -> None:
    text = _wording.clean("x" * 1_000_000)
    assert len(text) < 700
    assert "999,400 more characters" in text


def test_lines_stay_where_they_are_wanted() -> None:
    assert _wording.clean_lines("a\r\n  b\x1b[2J") == "a\n  b"


def test_the_worst_stands_first() -> None:
    states = ["PASS", "NOT_APPLICABLE", "FAIL", "UNKNOWN", "ERROR", "WARN", "INCONCLUSIVE", "SKIPPED"]
    results = [result("x", "security", status) for status in states]  # type: ignore[arg-type]
    results.append(result("a", "security", "FAIL", "blocker"))
    ordered = _wording.worst_first(results)
    assert [r.status for r in ordered[:4]] == ["FAIL", "FAIL", "ERROR", "INCONCLUSIVE"]
    assert ordered[0].severity == "blocker"
    assert _wording.tally_sentence(results).startswith(
        "2 failed, 1 error, 1 inconclusive, 1 unknown, 1 warning, 1 passed"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0 s"), (4.2, "4.2 s"), (31.26, "31.3 s"), (754.3, "12 min 34 s"), (3725.0, "1 h 02 min 05 s"), (inf, "∞")],
)
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert _wording.duration(seconds) == text


@pytest.mark.parametrize(("today", "named"), [("2026-01-15", "W2"), ("2026-02-10", "W2"), ("2026-03-01", None)])
def test_the_waiver_that_is_named_is_the_one_that_covers(today: str, named: str | None) -> None:
    given = [waiver(), waiver(id="W2", expires="2026-02-20"), waiver(id="W3", expires="2026-02-19")]
    policy = from_mapping({"waivers": [*given, waiver(id="W4", check="other", expires="2026-03-20")]}, STANDARD)
    found, day = result("latency_p95", "performance", "FAIL"), date.fromisoformat(today)
    told = report([found], "READY", {}, waivers=policy.waivers, waiver_states=waiver_states(policy, [found], day))
    covered = covering(policy, found, day)
    assert _wording.waiver_of(told, found) == covered
    assert (covered.id if covered else None) == named
