"""All formats come from one report: read back, each says the same verdict, score, counts and failed checks.

A reader knows nothing of the report: it parses what a format wrote. So that the comparison is known to be able to fail,
every format is also read from a report that was tampered with, and must then be found to disagree.
"""

import json as codec
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from readiness.report import Report, Result
from reports._wording import NOT_MEASURED, STATE_WORDS, check_id, clean, percent, tally
from reports.badge import badge
from reports.comment import comment
from reports.console import console
from reports.github import github
from reports.html import html
from reports.json import json
from reports.junit import junit
from reports.markdown import markdown
from reports.openmetrics import openmetrics
from reports.sarif import sarif
from tests.reports import samples
from tests.reports.situations import SITUATIONS

SENTENCE = r"((?:\d+ [a-z ]+?(?:, )?)+|no results)"


@dataclass(frozen=True)
class Said:
    """What a format says; None where it says nothing about it."""

    verdict: str | None = None
    score: str | None = None
    statuses: dict[str, int] | None = None
    failed: Counter[str] | None = None


def files_of(made: Any) -> dict[str, str]:
    assert not isinstance(made, str)
    return dict(made)


def only(made: Any) -> str:
    (text,) = files_of(made).values()
    return text


def counted(sentence: str) -> dict[str, int]:
    """Read "2 failed, 1 error" back."""
    if sentence == "no results":
        return {}
    words = {word.lower(): status for status, word in STATE_WORDS.items()}
    counts = {}
    for part in sentence.split(", "):
        count, _, word = part.partition(" ")
        counts[words.get(word) or words[word.removesuffix("s")]] = int(count)
    return counts


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match, f"nothing like {pattern!r} in {text[:300]!r}"
    return match[1]


def read_json(report: Report) -> Said:
    body = codec.loads(only(json(report)))
    results = [one for suite in body["detailed_results"].values() for one in suite["results"]]
    failed = Counter(one["check"] for one in results if one["status"] == "FAIL")
    return Said(body["verdict"], percent(body["overall_score"]), Counter(one["status"] for one in results), failed)


def read_junit(report: Report) -> Said:
    suites = [ElementTree.fromstring(text).find("testsuite") for text in files_of(junit(report)).values()]
    if not suites:
        return Said()

    def properties(element: ElementTree.Element | None) -> dict[str, str]:
        assert element is not None
        return {one.get("name", ""): one.get("value", "") for one in element.findall("properties/property")}

    heads = [properties(suite) for suite in suites]
    (verdict,) = {head["verdict"] for head in heads}
    (score,) = {head.get("overall_score") for head in heads}
    cases = [case for suite in suites if suite is not None for case in suite.findall("testcase")]
    known = [(case.get("name", ""), properties(case)) for case in cases if case.find("properties") is not None]
    return Said(
        verdict,
        NOT_MEASURED if score is None else percent(float(score)),
        Counter(facts["status"] for _, facts in known),
        Counter(name for name, facts in known if facts["status"] == "FAIL"),
    )


def read_sarif(report: Report) -> Said:
    (run,) = codec.loads(only(sarif(report)))["runs"]
    (invocation,) = run["invocations"]
    total = run["properties"]
    listed = Counter(one["properties"]["status"] for one in run["results"])
    unlisted = {status: total["statuses"].get(status, 0) for status in ("PASS", "NOT_APPLICABLE")}
    assert not any(listed[status] for status in unlisted)
    failed = Counter(one["ruleId"] for one in run["results"] if one["properties"]["status"] == "FAIL")
    score = total.get("overallScore")
    assert invocation["exitCodeDescription"] == total["verdict"]
    return Said(total["verdict"], percent(score), {**listed, **{s: n for s, n in unlisted.items() if n}}, failed)


def cells(markdown_text: str) -> list[list[str]]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown_text)
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.map is not None:
            text = "".join(child.content for child in token.children or [])
            rows[-1].append(text.replace("\u200b", ""))
    return rows


def failed_rows(text: str) -> Counter[str]:
    return Counter(row[1] for row in cells(text) if row and row[0].startswith("❌ Failed"))


def read_markdown(report: Report) -> Said:
    text = only(markdown(report))
    rows = {row[0]: row[1] for row in cells(text) if len(row) == 2}
    return Said(
        found(r"^## \S+ (.+)$", text),
        found(r"^\| Score \| \*\*(.+?)\*\* ", text),
        counted(rows["Findings"]),
        failed_rows(text),
    )


def read_comment(report: Report) -> Said:
    text = only(comment(report))
    # With a baseline the comment has changed lines only, so it names no other failed check.
    return Said(
        found(r"^## \S+ (.+)$", text),
        found(r"^Score \*\*(.+?)\*\* ", text),
        counted(found(rf"^Score .*; {SENTENCE}\.$", text)),
        failed_rows(text) if report.change is None else None,
    )


def read_openmetrics(report: Report) -> Said:
    families = {one.name: one.samples for one in text_string_to_metric_families(only(openmetrics(report)))}
    (verdict,) = [one.labels["readiness_verdict"] for one in families["readiness_verdict"] if one.value == 1]
    scores = [one.value for one in families["readiness_score"]]
    states = [one.labels for one in families["readiness_check_status"] if one.value == 1]
    return Said(
        verdict,
        percent(scores[0]) if scores else NOT_MEASURED,
        Counter(one["readiness_check_status"] for one in states),
        Counter(one["check"] for one in states if one["readiness_check_status"] == "FAIL"),
    )


def read_github(report: Report) -> Said:
    commands = [re.fullmatch(r"::(\w+) title=([^:,]*)::(.*)", line) for line in only(github(report)).splitlines()]
    titles = [(unquote(one[2]), unquote(one[3])) for one in commands if one]
    assert len(titles) == len(commands)
    head, message = titles[0]
    complete = not any("more findings" in title for title, _ in titles)
    failed = [re.match(r"Failed(?: \(\w+\))*: (.*) \[\w+\]$", title) for title, _ in titles]
    return Said(
        head.removeprefix("readiness: "),
        found(r"^Score (.+?); ", message),
        counted(found(rf"^Score .*; {SENTENCE}$", message)),
        Counter(one[1] for one in failed if one) if complete else None,
    )


def read_badge(report: Report) -> Said:
    root = ElementTree.fromstring(only(badge(report)))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    verdict, _, score = texts[1].partition(" · ")
    return Said(verdict, score.removesuffix(" (part)"))


def read_console(report: Report) -> Said:
    text = str(console(report, width=3000, colour=False))
    panel = text.partition("─ Verdict ─")[2]
    return Said(
        found(r"^│ +[✔✘◆] (.+?) +│$", panel),
        found(r"^│ +Score +(.+?)  between ", panel),
        counted(found(rf"^│ +Success rate .*\({SENTENCE}\) +│$", panel)),
        Counter(re.findall(r"^✘ Failed +(.+?)  (?:blocker|critical|major|minor|info)\b", text, re.MULTILINE)),
    )


class _Page(HTMLParser):
    """Collects the verdict, the terms with their meanings, and the state and check of every finding."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.verdict, self.term = "", ""
        self.terms: dict[str, str] = {}
        self.findings: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        self.stack.append((tag, kind))
        if tag == "details" and kind.startswith("finding"):
            self.findings.append(["", ""])
        if tag == "dt":
            self.term = ""

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.stack]
        if "h1" in tags:
            self.verdict += data.strip()
        elif "dt" in tags:
            self.term += data.strip()
        elif "dd" in tags and self.term:
            self.terms.setdefault(self.term, data.strip())
        elif "summary" in tags and self.findings and any(kind.startswith("finding") for _, kind in self.stack):
            place = 1 if "code" in tags else 0
            if place or not self.findings[-1][0]:
                self.findings[-1][place] += data.strip() if not place else data


def read_html(report: Report) -> Said:
    page = _Page(only(html(report)))
    states = {word: status for status, word in STATE_WORDS.items()}
    shown = [(states[state], check) for state, check in page.findings]
    return Said(
        page.verdict,
        page.terms["Score"],
        Counter(state for state, _ in shown),
        Counter(check for state, check in shown if state == "FAIL"),
    )


def short(result: Result) -> str:
    return clean(result.check, 120)


FORMATS: dict[str, tuple[Callable[[Report], Said], Callable[[Result], str]]] = {
    "json": (read_json, lambda result: result.check.encode("utf-8", "backslashreplace").decode()),
    "junit": (read_junit, lambda result: result.check),
    "sarif": (read_sarif, check_id),
    "markdown": (read_markdown, lambda result: clean(result.check, 300)),
    "comment": (read_comment, lambda result: clean(result.check, 300)),
    "openmetrics": (read_openmetrics, check_id),
    "github": (read_github, short),
    "badge": (read_badge, short),
    "console": (read_console, short),
    "html": (read_html, lambda result: clean(result.check)),
}


def disagreements(name: str, report: Report, said: Said) -> list[str]:
    """Say in which points a format says something else than the report."""
    name_of = FORMATS[name][1]
    true = Said(
        report.verdict,
        percent(report.overall_score),
        tally(report.results),
        Counter(clean(name_of(one)) for one in report.results if one.status == "FAIL"),
    )
    failed = said.failed and Counter(clean(one) for one in said.failed.elements())
    wrong = []
    for point, theirs, ours in (
        ("verdict", said.verdict, true.verdict),
        ("score", said.score, true.score),
        ("statuses", said.statuses, true.statuses),
        ("failed checks", failed, true.failed),
    ):
        if theirs is not None and theirs != ours:
            wrong.append(f"{name}: {point}: it says {theirs!r}, the report {ours!r}")
    return wrong


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_format_says_what_the_report_says(name: str, situation: str) -> None:
    report = SITUATIONS[situation]()
    assert disagreements(name, report, FORMATS[name][0](report)) == []


def other_verdict(report: Report) -> Report:
    return report.model_copy(update={"verdict": "READY"})


def other_score(report: Report) -> Report:
    return report.model_copy(update={"overall_score": 0.4999})


def other_status(report: Report) -> Report:
    """One check of a suite fails instead of passing."""
    suites = dict(report.detailed_results)
    name, place = next((n, i) for n, s in suites.items() for i, r in enumerate(s.results) if r.status == "PASS")
    results = list(suites[name].results)
    results[place] = results[place].model_copy(update={"status": "FAIL"})
    suites[name] = suites[name].model_copy(update={"results": tuple(results)})
    return report.model_copy(update={"detailed_results": suites})


TAMPERED = {
    "verdict": other_verdict,
    "score": other_score,
    "statuses": other_status,
    "failed checks": other_status,
}


def without_baseline() -> Report:
    return samples.not_ready().model_copy(update={"change": None})


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("point", TAMPERED)
def test_a_format_that_said_something_else_would_be_found_out(name: str, point: str) -> None:
    report = without_baseline()
    wrong = disagreements(name, report, FORMATS[name][0](TAMPERED[point](report)))
    if name == "badge" and point in ("statuses", "failed checks"):
        assert wrong == []  # it has room for the verdict and the score only
    else:
        assert any(f": {point}: " in line for line in wrong), f"{name} hides another {point}"


@pytest.mark.parametrize("name", [one for one in FORMATS if one != "comment"])
def test_a_reader_finds_something_to_compare(name: str) -> None:
    said = FORMATS[name][0](samples.not_ready())
    assert said.verdict
    assert said.score
    assert (said.statuses and said.failed) or name == "badge"


def test_every_format_repeats_itself_byte_for_byte() -> None:
    for make in SITUATIONS.values():
        for reporter in (html, json, junit, markdown, comment, sarif, openmetrics, github, badge, console):
            assert reporter(make()) == reporter(make())
