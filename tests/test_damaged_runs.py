"""Run folders that were damaged or touched since: lost evidence never reads as a pass, and no file makes the gate stumble."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.archive import read_report, report_file, write_summary
from readiness.cli import main
from tests.grading import Graded, check_source, environment, grade, graded, project

CLEAN = 'return Fact(recording.samples.failed == 0, f"{recording.samples.failed} of {recording.samples.n} failed")'
COUNTED = 'return Fact(recording.facts.get("calls") == 15, "15 calls were noted")'
CHECKS = {"clean": check_source(CLEAN, "calling"), "counted": check_source(COUNTED, "calling")}

Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A run with calls, both of whose checks passed."""
    folder = tmp_path_factory.mktemp("stored") / "p"
    found = grade(project(folder, CHECKS, policy={"checks": {id: {} for id in CHECKS}}), "--check", *CHECKS)
    assert {found.result(id)["status"] for id in CHECKS} == {"PASS"}, found.printed
    return found


@pytest.fixture
def run(stored: Graded, tmp_path: Path) -> Path:
    """A copy of the stored run, to do with as one likes."""
    return Path(shutil.copytree(stored.run, tmp_path / "runs" / stored.run.name))


def edited(name: str, **changed: Any) -> Damage:
    """Change fields of one of a run's JSON files."""

    def edit(run: Path) -> None:
        (run / name).write_text(json.dumps(json.loads((run / name).read_text()) | changed))

    return edit


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda run: (run / "recordings/calling.parquet").unlink(), "has lost calls"),
        (lambda run: (run / "recordings/calling.parquet").write_text("no calls"), "calling.parquet is damaged"),
        (lambda run: (run / "recordings/calling.jsonl").unlink(), "its recording is gone"),
        (lambda run: (run / "recordings/calling.jsonl").write_text(""), "its recording has no end"),
        (lambda run: (run / "recordings/calling.jsonl").write_bytes(b"\xff\n"), "calling.jsonl is damaged"),
        (lambda run: shutil.rmtree(run / "recordings"), "its recording is gone"),
    ],
)
def test_lost_evidence_decides_nothing(run: Path, damage: Damage, says: str) -> None:
    damage(run)
    assert main(["judge", str(run)]) == 3
    found = graded(run.parent, 3)
    for id in CHECKS:
        assert found.result(id)["status"] == "ERROR", id
        assert says in found.result(id)["reason"]
    assert found.report["verdict"] == "INCONCLUSIVE"
    assert found.report["detailed_results"]["mine"]["status"] == "ERROR"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda run: (run / "run.json").write_text("{"), "run.json: damaged"),
        (lambda run: (run / "run.json").write_bytes(b"\xff\xfe\x00"), "run.json: damaged"),
        (
            edited("run.json", timestamp="soon"),
            "run.json: damaged, or written by another version of readiness (timestamp",
        ),
        (lambda run: (run / "plan.json").write_text("["), "plan.json: damaged"),
        (lambda run: (run / "plan.json").write_bytes(b"\xff\xfe\x00"), "plan.json: damaged"),
        (
            edited("plan.json", started="soon"),
            "plan.json: damaged, or written by another version of readiness (started",
        ),
        (edited("plan.json", plugins=["/nowhere"]), "no plugin folder at /nowhere"),
        (edited("plan.json", plugins=[]), "checks that are not here: clean, counted"),
        (lambda run: (run / "earlier.json").write_text("{"), "remove it and judge again"),
        (lambda run: (run / "earlier.json").write_bytes(b"\xff"), "remove it and judge again"),
    ],
)
def test_a_damaged_file_is_named_and_exits_with_2(
    run: Path, capsys: pytest.CaptureFixture[str], damage: Damage, says: str
) -> None:
    damage(run)
    assert main(["judge", str(run)]) == 2
    shown = capsys.readouterr().err
    assert says in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("journal", [b"", b"\xff\xfe\n", b'{"a": 1}\n[]\n3\n', b"{half"])
def test_a_run_without_its_end_counts_as_interrupted(run: Path, journal: bytes) -> None:
    (run / "run.json").unlink()
    next(run.glob("production_validation_report_*")).unlink()
    (run / "journal.jsonl").write_bytes(journal)
    assert main(["judge", str(run)]) == 130
    assert graded(run.parent, 130).report["interrupted"] is True


def test_a_check_that_was_taken_away_gives_no_better_score(stored: Graded, tmp_path: Path) -> None:
    """The plugin folder of the run lost the check that fails on other evidence."""
    folder = tmp_path / "fewer"
    shutil.copytree(stored.run.parent.parent, folder)
    (run,) = (folder / "runs").iterdir()
    edited("plan.json", plugins=[str(folder / "plugins")])(run)
    (folder / "plugins" / "clean.py").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "readiness", "judge", str(run)], cwd=folder, env=environment(), capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout
    assert "checks that are not here: clean;" in done.stderr


def renamed_option(run: Path) -> None:
    """The policy that the run was judged by sets an option that its check no longer has."""
    planned = json.loads((run / "plan.json").read_text())
    planned["policy"]["checks"]["clean"]["options"] = {"had_another_name": 1}
    (run / "plan.json").write_text(json.dumps(planned))


@pytest.mark.parametrize(
    "damage",
    [
        edited("plan.json", plugins=["/nowhere"]),
        renamed_option,
        edited("plan.json", started="soon"),
        lambda run: (run / "plan.json").write_text("["),
    ],
    ids=["plugins gone", "option renamed", "another version", "no JSON"],
)
def test_an_older_run_that_cannot_be_judged_again_stops_no_later_one(run: Path, damage: Damage) -> None:
    older = Path(shutil.copytree(run, run.parent / "older"))
    report = read_report(report_file(older))
    report = report.model_copy(
        update={
            "run": "older", "timestamp": "2026-01-01T00:00:00+00:00",
            "environment": report.environment | {"catalogue_version": "another"},
        }
    )  # fmt: skip
    report_file(older).write_text(report.model_dump_json())
    write_summary(older, report)
    damage(older)
    (run / "earlier.json").unlink()
    assert main(["judge", str(run)]) == 0
    change = read_report(report_file(run)).change
    assert change is not None
    assert (change.baseline, change.changes) == ("older", ())
    assert change.attribution.sentence.startswith("Nothing is attributed: ")
    assert "catalogue another -> " in change.attribution.sentence
    assert "the old evidence was not judged again" in change.attribution.sentence
    assert main(["judge", str(run)]) == 0, "what is known of it lies beside the run"
