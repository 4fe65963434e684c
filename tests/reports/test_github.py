"""Annotations: the verdict first, the worst next, never more than GitHub keeps, and no command but ours."""

import re
from urllib.parse import unquote

import pytest

from readiness.model import Severity, Status
from readiness.report import Report
from reports.github import MOST, github, level_of
from tests.reports.samples import inconclusive, not_ready, ready, report, result, scoped
from tests.reports.situations import SITUATIONS

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,]*)::(.*)")


def lines_of(report: Report) -> list[str]:
    files = github(report)
    assert not isinstance(files, str)
    assert list(files) == ["annotations.txt"]
    return files["annotations.txt"].splitlines()


def commands(report: Report) -> list[tuple[str, str, str]]:
    matches = [COMMAND.fullmatch(line) for line in lines_of(report)]
    return [(one[1], unquote(one[2]), unquote(one[3])) for one in matches if one]


@pytest.mark.parametrize(
    ("sample", "level", "title"),
    [
        (not_ready, "error", "readiness: NOT READY"),
        (inconclusive, "warning", "readiness: INCONCLUSIVE"),
        (ready, "notice", "readiness: READY"),
    ],
)
def test_the_verdict_stands_first_at_its_level(sample: object, level: str, title: str) -> None:
    assert callable(sample)
    assert commands(sample())[0][:2] == (level, title)


def test_a_scoped_run_says_so_with_its_verdict() -> None:
    assert commands(scoped())[0][2].startswith("SCOPED: ")


@pytest.mark.parametrize(
    ("status", "severity", "level"),
    [
        ("FAIL", "blocker", "error"),
        ("FAIL", "critical", "error"),
        ("FAIL", "major", "warning"),
        ("ERROR", "critical", "error"),
        ("ERROR", "minor", "warning"),
        ("UNKNOWN", "critical", "warning"),
        ("INCONCLUSIVE", "blocker", "warning"),
        ("UNKNOWN", "major", "notice"),
        ("SKIPPED", "blocker", "notice"),
        ("WARN", "blocker", "notice"),
        ("PASS", "blocker", ""),
        ("NOT_APPLICABLE", "blocker", ""),
    ],
)
def test_each_status_has_its_level(status: Status, severity: Severity, level: str) -> None:
    assert level_of(result("x", "security", status, severity)) == level


def test_a_waived_or_advisory_failure_is_a_notice() -> None:
    assert level_of(result("x", "security", "FAIL", "blocker", waived=True)) == "notice"
    assert level_of(result("x", "security", "FAIL", "blocker", advisory=True)) == "notice"


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_line_is_one_command_of_ours(name: str) -> None:
    lines = lines_of(SITUATIONS[name]())
    assert lines
    for line in lines:
        assert COMMAND.fullmatch(line), line
        assert "\x1b" not in line


def test_nothing_that_a_target_said_ends_a_command_or_begins_another() -> None:
    nasty = "a\n::error title=fake::owned\r\n::stop-commands::x\n%0A::set-output name=x::y"
    one = result(nasty, "security", "FAIL", "blocker", reason=nasty, reproduce=nasty)
    lines = lines_of(report([one], "NOT READY", {}, reason=nasty))
    assert len(lines) == 2
    assert all(line.startswith("::error title=") for line in lines)
    assert "%250A::set-output" in lines[1]


def test_what_github_would_drop_is_counted_and_the_worst_is_kept() -> None:
    many = [result(f"minor_{n:02}", "security", "FAIL", "major") for n in range(30)]
    many += [result(f"worst_{n:02}", "security", "FAIL", "blocker") for n in range(4)]
    many += [result(f"bad_{n:02}", "security", "FAIL", "critical") for n in range(14)]
    many += [result(f"mild_{n:02}", "security", "WARN", "major") for n in range(12)]
    said = commands(report(many, "NOT READY", {}))
    levels = [level for level, _, _ in said]
    assert [levels.count(level) for level in ("error", "warning", "notice")] == [MOST, MOST, MOST]
    assert sum("worst_" in title for _, title, _ in said) == 4
    assert said[-1][1:] == (
        "readiness: more findings",
        "Not shown here: 9 of level error, 20 of level warning, 3 of level notice; summary.md has them all",
    )
