"""Real runs of the gate, one after the other: their history, what changed between them, and whose doing it was."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.archive import SUMMARY
from readiness.cli import main
from tests.grading import check_source, command, environment, project

# It sends no load: whether this machine is fit to measure must not decide these tests.
COUNTING = '''
"""Counts."""
from pathlib import Path

from readiness import Recorder, Target, scenario

@scenario(suite="mine", effect="read")
async def counting(target: Target, recorder: Recorder) -> None:
    """Reads how many calls there were."""
    recorder.phase("count")
    recorder.fact("calls", int(Path({path!r}).read_text()))
'''
VALUE = 'return Measured(recording.facts["calls"] / 60, unit="s", objective=0.25, limit=1.0)'
FACT = 'return Fact(recording.facts["calls"] > 0, "there were calls")'


def grade(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the gate once more in the same folder of runs."""
    return subprocess.run(
        command(folder / "runs", *arguments), cwd=folder, env=environment(), capture_output=True, text=True, timeout=90,
        check=False,
    )  # fmt: skip


def policy(weight: float) -> dict[str, Any]:
    """A policy that lists both checks, so that they count."""
    return {"base": "standard", "checks": {"all_calls": {"weight": weight}, "third_of_a_second": {"weight": 1.0}}}


def change(folder: Path, **sections: Any) -> None:
    """Change the settings between two runs."""
    path = folder / "readiness.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | sections))


@pytest.fixture
def service(tmp_path: Path) -> Path:
    checks = {"third_of_a_second": check_source(VALUE, "counting"), "all_calls": check_source(FACT, "counting")}
    (tmp_path / "calls").write_text("20")
    counting = COUNTING.format(path=str(tmp_path / "calls"))
    return project(tmp_path / "service", {**checks, "counting": counting}, policy=policy(1.0))


def compared(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["compare", "previous", "last", "--format", "json", "--output", str(folder / "runs"), *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_two_runs_under_two_policies(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = ("--check", "third_of_a_second", "all_calls")
    for weight in (1.0, 9.0):
        change(service, policy=policy(weight))
        done = grade(service, *checks)
        assert done.returncode in (0, 1, 3), done.stderr
    assert len(list((service / "runs").glob(f"*/{SUMMARY}"))) == 2
    found = compared(service, capsys)
    assert found["changes"] == []
    parts = found["attribution"]
    assert found["score_after"] > found["score_before"], "the passing check weighs more"
    assert parts["policy"] == pytest.approx(found["score_after"] - found["score_before"])
    assert (parts["service"], parts["catalogue"], parts["machine"]) == (0.0, 0.0, 0.0)
    assert ": the policy (standard " in parts["sentence"]

    assert main(["history", str(service / "runs")]) == 0
    out = capsys.readouterr().out
    assert "2 runs from" in out
    assert "third_of_a_second" in out


def test_a_regression_fails_a_run_that_is_ready(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = ("--check", "all_calls", "third_of_a_second")
    first = grade(service, *checks, "--fail-on-regression")
    assert first.returncode == 0, "with nothing to compare with, nothing can have got worse\n" + first.stderr
    baseline = next((service / "runs").iterdir()).name
    (service.parent / "calls").write_text("50")
    asked = (*checks, "--baseline", baseline)
    allowed, refused = grade(service, *asked), grade(service, *asked, "--fail-on-regression")
    assert (allowed.returncode, refused.returncode) == (0, 1), refused.stdout + refused.stderr
    said = refused.stdout[refused.stdout.index("readiness: --fail-on-regression:") :]
    assert f"worse than the baseline {baseline}: third_of_a_second" in said
    assert "0.3333 s -> 0.8333 s: 2.50 times" in said
