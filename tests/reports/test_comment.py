"""The comment of a pull request: a hidden mark, the verdict, then only what changed."""

import re

import pytest
from markdown_it import MarkdownIt

from readiness.report import Report, ResultChange
from reports._markup import LIMIT
from reports.comment import comment, mark
from tests.reports.hostile import NASTY, hostile
from tests.reports.samples import not_ready, ready, report, result
from tests.reports.situations import SITUATIONS, unchanged, unfit


def written(report: Report) -> str:
    files = comment(report)
    assert not isinstance(files, str)
    assert list(files) == ["comment.md"]
    return files["comment.md"]


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_mark_stands_first_and_shows_nothing(name: str) -> None:
    first = written(SITUATIONS[name]()).splitlines()[0]
    assert re.fullmatch(r"<!-- readiness-comment [0-9a-f]{16} -->", first)
    assert rendered(first).strip() == first


def test_the_mark_is_that_of_the_target_and_scope_not_of_the_run() -> None:
    report = not_ready()
    assert mark(report) == mark(report.model_copy(update={"run": "later", "verdict": "READY", "timestamp": "x"}))
    part = report.scope.model_copy(update={"partial": True, "selected": ("security",)})
    assert len({mark(report), mark(report.model_copy(update={"target": "http://other"})),
                mark(report.model_copy(update={"scope": part}))}) == 3  # fmt: skip


def test_the_verdict_stands_before_anything_else_that_is_seen() -> None:
    lines = written(not_ready()).splitlines()
    assert lines[1] == "## ⛔ NOT READY"
    assert lines[3] == "2 blockers failed: latency_p95 and no_trade_is_lost."


def test_with_a_baseline_only_changed_checks_have_a_line() -> None:
    sample = not_ready()
    assert sample.change is not None
    table = written(sample).partition("### Changed checks")[2]
    changed = {one.check for one in sample.change.changes}
    assert {row.split(" | ")[1] for row in table.splitlines() if row.startswith("| ")} - {"Check", "---"} == changed
    same = {one.check for one in sample.results} - changed - set(sample.deployment_blockers)
    assert same
    shown = written(sample).partition("### Change since")[2]
    assert not [check for check in same if re.search(rf"\b{check}\b", shown)]


def test_a_change_says_state_value_and_what_happened() -> None:
    text = written(not_ready())
    assert "| 🔽 worse | latency_p95 | Passed → Failed | 0.412 s → 2.731 s | 6.63 times as slow. |" in text
    assert "**READY → NOT READY**, score 86.12 % → 49.00 % (-37.12 points)" in text


def test_what_got_worse_stands_before_what_got_better() -> None:
    rows = [row for row in written(not_ready()).splitlines() if re.match(r"\| \S+ (worse|better)", row)]
    assert ["worse" in row for row in rows] == sorted(("worse" in row for row in rows), reverse=True)
    assert len(rows) >= 2


def test_without_a_baseline_it_lists_the_findings() -> None:
    text = written(ready())
    assert "There is no earlier run to compare with" in text
    assert "| 🟡 Warning | alerts_fire | major |" in text


def test_without_a_change_it_says_so() -> None:
    assert "No check changed by more than the noise." in written(unchanged())


def test_an_unfit_machine_is_said_before_the_verdict() -> None:
    text = written(unfit())
    assert text.index("unfit to measure") < text.index("## ⚠️ INCONCLUSIVE")


def test_nothing_is_mentioned_linked_or_markup() -> None:
    text = written(hostile())
    for trace in ("@octocat", "https://", "www.evil", "<script", "\x1b"):
        assert trace not in text
    assert set(re.findall(r"</?([a-z][a-z0-9]*)", rendered(text))) <= {
        "blockquote", "h2", "h3", "p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "ul", "li",
    }  # fmt: skip


def test_a_hostile_change_is_text_too() -> None:
    sample = not_ready()
    assert sample.change is not None
    nasty = ResultChange(
        check=NASTY, kind="worse", before="PASS", after="FAIL", unit=NASTY, value_after=1.0, sentence=NASTY
    )
    change = sample.change.model_copy(update={"changes": (nasty,), "baseline": NASTY, "sentence": NASTY})
    text = written(sample.model_copy(update={"change": change}))
    for trace in ("@octocat", "https://", "www.evil", "<script", "\x1b"):
        assert trace not in text


def test_a_long_comment_is_cut_below_the_limit_in_characters_and_bytes() -> None:
    sample = not_ready()
    assert sample.change is not None
    many = tuple(
        ResultChange(check=f"check_{n}", kind="worse", before="PASS", after="FAIL", sentence=NASTY * 3)
        for n in range(2000)
    )
    for one in (
        sample.model_copy(update={"change": sample.change.model_copy(update={"changes": many})}),
        report([result(f"check_{n}", "security", "FAIL", reason="ü" * 5000) for n in range(2000)], "NOT READY", {}),
    ):
        text = written(one)
        assert len(text) <= len(text.encode()) <= LIMIT
        assert re.search(r"\*\d+ more in report\.html\*", text)
        assert text.splitlines()[1] == "## ⛔ NOT READY"
        assert text.splitlines()[-1].startswith("Target ")
