"""A JUnit file: each case a result, and nothing that is missing, cut off or hostile passes."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness.evidence.reader import Surroundings, read_source
from tests.readiness.evidence_files import NOW, only, read_text, source_of, word, words

CASES = """<testsuites><testsuite name="s" tests="6" timestamp="2026-11-20T10:00:00Z">
<testcase classname="a.B" name="good" time="0.25"/>
<testcase classname="a.B" name="bad"><failure message="1 != 2"/></testcase>
<testcase classname="a.B" name="broken"><error>no database</error></testcase>
<testcase classname="a.B" name="later"><skipped message="not yet"/></testcase>
<testcase classname="a.B" name="flaky"><flakyFailure message="once"/></testcase>
<testcase classname="a.B" name="off" status="disabled"/>
</testsuite></testsuites>"""


def test_each_case_is_a_result(tmp_path: Path) -> None:
    reading = read_text(tmp_path, CASES, "junit")
    assert words(reading) == {
        "a.B.good": "passed", "a.B.bad": "failed", "a.B.broken": "broken", "a.B.later": "unknown", "a.B.flaky": "unknown",
        "a.B.off": "unknown",
    }  # fmt: skip
    assert reading.made == "2026-11-20T10:00:00+00:00"
    assert reading.entries[1].outcome.reason == "failed: 1 != 2"


def test_properties_set_category_and_severity(tmp_path: Path) -> None:
    said = '<property name="readiness.category" value="security"/><property name="readiness.severity" value="blocker"/>'
    case = f'<testsuite><testcase name="t"><properties>{said}</properties></testcase></testsuite>'
    entry = only(read_text(tmp_path, case, "junit"))
    assert (entry.category, entry.severity) == ("security", "blocker")


def test_the_same_name_twice_gives_two_results(tmp_path: Path) -> None:
    text = '<testsuite><testcase name="t"/><testcase name="t"><failure/></testcase><testcase name="t-2"/></testsuite>'
    reading = read_text(tmp_path, text, "junit")
    assert words(reading) == {"t": "passed", "t-2": "failed", "t-2-2": "passed"}


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&a;"/></testsuite>'


@pytest.mark.parametrize(
    ("text", "became", "why"),
    [
        ('<testsuites tests="0"></testsuites>', "unknown", "no test is no pass"),
        ("<testsuite/>", "unknown", "no test is no pass"),
        ("   ", "unknown", "empty"),
        ("<testsuite><testcase", "broken", "not readable as XML"),
        ("<html><testcase/></html>", "broken", "no JUnit file"),
        (BOMB, "broken", "document type"),
        (OUTSIDE, "broken", "document type"),
        ("\x00\x01", "broken", "not readable as XML"),
        ("<a>" * 100_000, "broken", "not readable as XML"),
        ('<?xml version="1.0" encoding="nonsense"?><testsuite/>', "broken", "not readable as XML"),
    ],
)
def test_what_cannot_be_used_never_passes(tmp_path: Path, text: str, became: str, why: str) -> None:
    entry = only(read_text(tmp_path, text, "junit"))
    assert word(entry) == became
    assert why in entry.outcome.reason


def test_a_file_that_was_cut_off_says_so(tmp_path: Path) -> None:
    reading = read_text(
        tmp_path, '<testsuites tests="9"><testsuite><testcase name="t"/></testsuite></testsuites>', "junit"
    )
    assert words(reading) == {"t": "passed", "": "unknown"}
    assert "claims 9 tests and holds 1" in reading.entries[1].outcome.reason


def test_what_broke_outside_a_case_is_told(tmp_path: Path) -> None:
    text = '<testsuite name="s"><error message="import failed"/><testcase name="t"/></testsuite>'
    assert words(read_text(tmp_path, text, "junit")) == {"t": "passed", "s.error": "broken"}


def test_too_many_cases_are_refused_as_a_whole(tmp_path: Path) -> None:
    cases = "".join(f'<testcase name="t{number}"/>' for number in range(2001))
    entry = only(read_text(tmp_path, f"<testsuite>{cases}</testsuite>", "junit"))
    assert word(entry) == "broken"


@pytest.mark.parametrize("status", ["failed", "fail", "error", "failure", "FAILED"])
def test_a_status_that_says_failed_is_a_failure_without_an_element(tmp_path: Path, status: str) -> None:
    entry = only(read_text(tmp_path, f'<testsuite><testcase name="t" status="{status}"/></testsuite>', "junit"))
    assert word(entry) == "failed"
    assert status in entry.outcome.reason


def test_a_status_outweighs_a_skip_and_an_element_a_status(tmp_path: Path) -> None:
    for child, became in (("skipped", "failed"), ("error", "broken")):
        case = f'<testcase name="t" status="failed"><{child}/></testcase>'
        text = f'<testsuite failures="1">{case}</testsuite>'
        assert words(read_text(tmp_path, text, "junit")) == {"t": became}


KEEPING = '<testsuite failures="1"><testcase name="t"/></testsuite>'


@pytest.mark.parametrize(
    ("suite", "shown"),
    [
        (KEEPING, "states 1 failures and shows 0"),
        ('<testsuite errors="2"><testcase name="t"><error/></testcase></testsuite>', "states 2 failures and shows 1"),
        (
            '<testsuites failures="1" errors="1"><testsuite><testcase name="t" status="failed"/></testsuite></testsuites>',
            "states 2 failures and shows 1",
        ),
        (f"<testsuites>{KEEPING}{KEEPING}</testsuites>", "states 2 failures and shows 0"),
    ],
)
def test_failures_that_are_stated_and_not_shown_are_told(tmp_path: Path, suite: str, shown: str) -> None:
    reading = read_text(tmp_path, suite, "junit")
    assert words(reading)[""] == "unknown"
    assert shown in reading.entries[-1].outcome.reason


@pytest.mark.parametrize(
    "suite",
    [
        '<testsuite failures="1" errors="1"><error/><testcase name="t"><failure/></testcase></testsuite>',
        '<testsuite failures="1" errors="0"><testcase name="t" status="failed"/></testsuite>',
        '<testsuite failures="²" errors="-1"><testcase name="t"/></testsuite>',
        '<testsuite failures="1"><testsuite failures="1"><testcase name="t"><failure/></testcase></testsuite></testsuite>',
    ],
)
def test_as_many_failures_as_are_stated_are_enough(tmp_path: Path, suite: str) -> None:
    assert "" not in words(read_text(tmp_path, suite, "junit"))


MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("stated", "made"),
    [
        ("2026-11-20T17:00:00", "2026-11-20T08:00:00"),  # as a wall shows it in Tokyo
        ("2026-11-20T00:00:00", "2026-11-20T00:00:00"),
        ("2026-11-20T17:00:00Z", "2026-11-20T17:00:00"),
        ("2026-11-20T17:00:00+09:00", "2026-11-20T08:00:00"),
        ("today", "2026-11-20T08:00:00"),
    ],
)
def test_a_time_without_a_zone_is_no_later_than_the_file(tmp_path: Path, stated: str, made: str) -> None:
    path = tmp_path / "file"
    path.write_text(f'<testsuite timestamp="{stated}"><testcase name="t"/></testsuite>')
    os.utime(path, (MORNING, MORNING))
    source = source_of(tmp_path, kind="junit", file="file")
    assert read_source("mine", source, Surroundings(), now=NOW).made == f"{made}+00:00"
