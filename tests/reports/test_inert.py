"""Whatever a target says, in any of its names and sentences, stays text in every format that a pipeline reads."""

import json
import re
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from readiness.report import Report, Waiver
from reports._markup import safe
from reports._wording import clean
from reports.badge import badge
from reports.comment import comment
from reports.github import command, github
from reports.junit import junit
from reports.markdown import markdown
from reports.openmetrics import openmetrics
from reports.sarif import sarif
from tests.reports import samples

# Surrogates and controls included; half of the cases are made of what means something to one of the formats.
ANY = st.text(st.characters(exclude_categories=()), max_size=40)
SPECIAL = st.lists(
    st.sampled_from([
        "::", "%0A", "\n", "\r", ",", '"', "\\", "{", "}", "#", "# EOF", "]]>", "<", ">", "&", "](", "[x](http://e)", "@a",
        "#1", "GH-2", "www.e.x", "http://e.x", "|", "`", "*", "_", "~~", "$x$", "- ", "1. ", "<!--", "-->", "\x1b[31m",
        "##[error]", "\u2028", "\u202e", "\ud800", "x",
    ]),
    max_size=8,
).map("".join)  # fmt: skip
TEXT = st.one_of(ANY, SPECIAL)
MANY = settings(derandomize=True, deadline=None, max_examples=200)


def saying(text: str) -> Report:
    """A report in which everything that can say something says ``text``."""
    said = {"title": text, "reason": text, "reproduce": text, "location": text, "unit": text, "suite": text}
    measured = {"value": 2.0, "limit": 1.0, "objective": 0.5}
    failed = samples.result(f"check {text}", "security", "FAIL", "blocker", **said, **measured)
    accepted = samples.result(f"waived {text}", "security", "FAIL", "critical", waived=True, **said)
    waiver = Waiver(id=text, check=accepted.check, reason=text, owner=text, expires=text)
    results = [failed, accepted]
    return samples.report(
        results, "NOT READY", {}, target=text, run=text, reason=text, timestamp=text, waivers=(waiver,),
        deployment_blockers=(failed.check,), detailed_results=samples.suites_of(results) | {
            text: samples.suites_of(results)["stress_testing"].model_copy(update={"status": "FAILED", "results": tuple(results)})
        },
    )  # fmt: skip


def files(report: Report, reporter: object) -> dict[str, str]:
    assert callable(reporter)
    made = reporter(report)
    assert not isinstance(made, str)
    return dict(made)


@MANY
@given(TEXT)
@example("](javascript:alert(1))")
def test_markdown_renders_it_as_the_text_that_it_is(text: str) -> None:
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .render(f"| {safe(text)} x |\n| --- |")
    )
    cell = re.search(r"<th>(.*)</th>", html)
    assert cell, html
    assert "<" not in cell[1]
    # GitHub looks for mentions and issues in what was rendered, for addresses in what was written.
    assert not re.search(r"(?i)@\w|#\d|\bwww\.\w|\bgh-\d", unescape(cell[1]))
    assert not re.search(r"(?i)[a-z]://", safe(text))


@MANY
@given(TEXT)
@pytest.mark.parametrize("reporter", [markdown, comment], ids=["summary", "comment"])
def test_a_page_has_the_elements_that_we_wrote(reporter: object, text: str) -> None:
    (page,) = files(saying(text), reporter).values()
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(page)
    assert set(re.findall(r"</?([a-z][a-z0-9]*)", html)) <= {
        "blockquote", "h2", "h3", "p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "ul", "li",
    }  # fmt: skip


@MANY
@given(TEXT, TEXT)
def test_a_workflow_command_is_one_line_and_reads_back(title: str, message: str) -> None:
    line = command("error", title, message)
    assert len(line.split("\n")) == len(line.split("\r")) == 1
    match = re.fullmatch(r"::error title=([^:,]*)::(.*)", line)
    assert match
    assert unquote(match[1]) == clean(title, 200)
    assert match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == message


@MANY
@given(TEXT)
def test_annotations_are_as_many_as_findings(text: str) -> None:
    (lines,) = files(saying(text), github).values()
    assert len(lines.splitlines()) == 1 + len(saying(text).results)


@MANY
@given(TEXT)
def test_metrics_stay_valid(text: str) -> None:
    (page,) = files(saying(text), openmetrics).values()
    found = {family.name: family.samples for family in text_string_to_metric_families(page)}
    holding = [sample.labels["check"] for sample in found["readiness_check_status"] if sample.value == 1]
    assert len(holding) == len(set(holding)) == len(saying(text).results)


@MANY
@given(TEXT)
def test_sarif_stays_json_without_a_link(text: str) -> None:
    (page,) = files(saying(text), sarif).values()
    (run,) = json.loads(page)["runs"]
    assert len(run["results"]) == len(saying(text).results)
    assert not [found for found in run["results"] if "](" in found["message"]["text"]]
    page.encode()


@MANY
@given(TEXT)
def test_xml_stays_well_formed(text: str) -> None:
    (picture,) = files(saying(text), badge).values()
    assert len(list(ElementTree.fromstring(picture).iter())) == 7
    for suite in files(saying(text), junit).values():
        assert ElementTree.fromstring(suite).find("testsuite") is not None
        suite.encode()
