"""All formats come from one report: they agree on verdict, score and counts."""

import json as codec
import re
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from readiness.report import Report
from reports._wording import percent, tally, tally_sentence
from reports.console import console
from reports.html import html
from reports.json import json
from reports.junit import junit
from reports.markdown import markdown
from tests.reports.hostile import ALL


def file_of(files: str | Mapping[str, str]) -> str:
    assert not isinstance(files, str)
    text = next(iter(files.values()))
    return str(text)


@pytest.mark.parametrize("name", ALL)
def test_all_formats_agree_on_verdict_score_and_counts(name: str) -> None:
    report: Report = ALL[name]()
    terminal = " ".join(re.sub(r"[│╭╮╰╯─]", " ", str(console(report, colour=False, width=160))).split())
    page, summary = file_of(html(report)), file_of(markdown(report))
    body = codec.loads(file_of(json(report)))
    assert body["verdict"] == report.verdict
    assert re.search(rf"[✔✘◆] {report.verdict} ", terminal)
    assert f"<span>{report.verdict}</span></h1>" in page
    assert re.search(rf"^## \S+ {report.verdict}$", summary, re.MULTILINE)

    score, counts = percent(report.overall_score), tally_sentence(report.results)
    assert body["overall_score"] == report.overall_score
    assert f"Score {score}" in terminal
    assert f"<dt>Score</dt><dd>{score}</dd>" in page
    assert f"| Score | **{score}**" in summary
    for text in (terminal, page, summary):
        assert counts in text


@pytest.mark.parametrize("name", ALL)
def test_the_junit_files_hold_every_result_once_with_its_status(name: str) -> None:
    report = ALL[name]()
    files = junit(report)
    assert not isinstance(files, str)
    cases = [case for text in files.values() for case in ElementTree.fromstring(text).iter("testcase")]
    found: dict[str, int] = {}
    for case in cases:
        status = case.find("properties/property[@name='status']")
        assert status is not None
        word = status.get("value", "")
        found[word] = found.get(word, 0) + 1
    assert found == tally(report.results)


def test_every_format_repeats_itself_byte_for_byte() -> None:
    for make in ALL.values():
        for reporter in (html, json, junit, markdown, console):
            assert reporter(make()) == reporter(make())
