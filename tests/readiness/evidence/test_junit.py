"""A JUnit file: each case a result, and nothing that is missing, cut off or hostile passes."""

from pathlib import Path

import pytest

from tests.readiness.evidence_files import only, read_text, word, words

CASES = """<testsuites><testsuite name="s" tests="6" timestamp="2026-11-20T10:00:00">
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
