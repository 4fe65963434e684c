"""What a run says to GitHub Actions, and that saying it can never change a verdict."""

from pathlib import Path

import pytest

from readiness.cli.github import SUMMARY_LIMIT, publish


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "annotations.txt").write_text("::error title=readiness::NOT READY\n", encoding="utf-8")
    (tmp_path / "summary.md").write_text("## ⛔ NOT READY\n", encoding="utf-8")
    return tmp_path


def test_outside_of_github_nothing_is_said_and_nothing_written(folder: Path) -> None:
    summary = folder / "step"
    assert publish(folder, {"GITHUB_STEP_SUMMARY": str(summary)}) == ""
    assert not summary.exists()


def test_inside_the_annotations_are_returned_and_the_summary_is_appended(folder: Path) -> None:
    summary = folder / "step"
    summary.write_text("before\n", encoding="utf-8")
    said = publish(folder, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert said == "::error title=readiness::NOT READY\n"
    assert summary.read_text(encoding="utf-8") == "before\n## ⛔ NOT READY\n"


def test_a_summary_that_github_would_drop_is_not_made_larger(folder: Path) -> None:
    summary = folder / "step"
    summary.write_bytes(b"x" * (SUMMARY_LIMIT - 3))
    said = publish(folder, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert "1 MiB" in said.splitlines()[1]
    assert summary.stat().st_size == SUMMARY_LIMIT - 3


def test_a_summary_that_cannot_be_written_is_a_warning(folder: Path) -> None:
    said = publish(folder, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder)})
    assert said.splitlines()[1].startswith("::warning title=readiness::The job summary was not written: ")
    assert str(folder) not in said


def test_a_run_without_reports_has_nothing_to_say(tmp_path: Path) -> None:
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "step")}
    assert publish(tmp_path, environment) == ""
