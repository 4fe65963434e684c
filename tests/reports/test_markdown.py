"""The job summary: short, and nothing in it is markup that we did not write."""

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from readiness.report import Report
from reports._markup import LIMIT
from reports.markdown import markdown
from tests.reports.hostile import ALL, NASTY, hostile
from tests.reports.samples import not_ready, report, result, scoped


def written(report: Report) -> str:
    files = markdown(report)
    assert not isinstance(files, str)
    assert list(files) == ["summary.md"]
    return files["summary.md"]


def rendered(text: str) -> str:
    """What a reader sees; raw HTML would pass, as it does on GitHub."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def test_the_verdict_and_its_reason_stand_first() -> None:
    lines = written(not_ready()).splitlines()
    assert lines[0] == "## ⛔ NOT READY"
    assert lines[2] == "2 blockers failed: latency_p95 and no_trade_is_lost."


def test_a_scoped_run_says_so_in_its_first_line() -> None:
    assert written(scoped()).startswith("> **SCOPED: Only performance was asked for")


def test_blockers_are_told_with_what_was_observed_and_required() -> None:
    assert "| latency_p95 | 2.731 s | ≤ 2 s |" in written(not_ready())


def test_evidence_that_is_no_experiment_of_this_run_says_so() -> None:
    more = {"origin": "Bandit 1.8.0, bandit.sarif", "strength": "observed", "severity": "blocker"}
    brought = result("scan.B105", "security", "FAIL", **more)
    results = [brought, result("ours", "security", "FAIL")]
    text = written(report(results, "NOT READY", {"security": 0.1}, deployment_blockers=("scan.B105",)))
    rows = [line for line in text.splitlines() if "(evidence: observed, brought by Bandit 1.8.0" in line]
    assert len(rows) == 2, "among the blockers, and among what needs a reader"
    assert all("scan.B105" in row for row in rows)


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_every_table_keeps_its_columns(make: Any) -> None:
    html = rendered(written(make()))
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        rows = [len(re.findall(r"<t[hd]", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
        assert len(set(rows)) == 1
    assert "| ---" not in html


def test_hostile_strings_become_text() -> None:
    html = rendered(written(hostile()))
    assert set(re.findall(r"</?([a-z][a-z0-9]*)", html)) <= {
        "blockquote", "h2", "h3", "p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in html
    assert "<strong>bold" not in html
    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert any("evil] | pipe | `code` **bold**" in cell for cell in cells)


def test_nobody_is_mentioned_and_nothing_is_linked() -> None:
    text = written(hostile())
    assert "@octocat" not in text
    assert "https://" not in text
    assert "www.evil" not in text
    assert not re.search(r"(?<!&)#\d", text)


def test_a_long_report_is_cut_below_the_limit_and_counts_what_is_missing() -> None:
    many = [result(f"check_{n}", "security", "FAIL", reason=NASTY * 3) for n in range(2000)]
    text = written(report(many, "NOT READY", {"security": 0.1}))
    assert len(text.encode()) <= LIMIT
    assert re.search(r"\*\d+ more in report\.html\*", text)
