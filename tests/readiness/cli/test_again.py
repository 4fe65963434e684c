"""The command that has a finding again names the same target and the same rules, and no secret."""

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main
from readiness.cli.again import words_of
from readiness.cli.arguments import parse
from tests.grading import grade, project
from tests.test_verdicts_end_to_end import LISTED, NOTED, NOTES, SLOW

HERE = Path("/somewhere/here")


def words(*arguments: str) -> tuple[str, ...]:
    return words_of(parse(["run", *arguments]), HERE)


def test_a_run_without_arguments_needs_none() -> None:
    assert words() == ()
    assert words("--profile", "full", "--check", "error_rate", "--seed", "7") == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("--config", "/somewhere/here/ops/readiness.yaml"), ("--config", "ops/readiness.yaml")),
        (("--config", "../other.yaml"), ("--config", "../other.yaml")),
        (("--config", "/etc/readiness.yaml"), ("--config", "/etc/readiness.yaml")),
        (("--target", "http://me:hunter2@host:81/a?token=hunter2#b"), ("--target", "http://host:81/a")),
        (("--target", "python:package.module:name"), ("--target", "python:package.module:name")),
        (("--mutant", "slow tail"), ("--mutant", "slow tail")),
        (("--policy", "release"), ("--policy", "release")),
        (("--policy", "/somewhere/here/strict.yaml"), ("--policy", "strict.yaml")),
        (("--seed", "0"), ("--seed", "0")),
        (("--plugins", "a", "--plugins", "/somewhere/here/b"), ("--plugins", "a", "--plugins", "b")),
    ],
    ids=str,
)
def test_what_names_the_target_and_the_rules_is_kept(given: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert words(*given) == kept


def test_the_command_of_a_finding_finds_it_again_and_stays_when_the_run_is_judged_again(tmp_path: Path) -> None:
    folder = project(tmp_path / "a project", {"noted": NOTED, "slow": SLOW, **NOTES}, policy=LISTED)
    (folder / "readiness.yaml").rename(folder / "my settings.yaml")
    first = grade(folder, "--config", str(folder / "my settings.yaml"), "--check", "slow", "noted", "--seed", "3")
    said: str = first.result("slow")["reproduce"]
    assert said == "python -m readiness --config 'my settings.yaml' --seed 3 --check slow --profile standard"
    before = first.result("slow")
    assert main(["judge", str(first.run)]) == first.code
    assert _reproduce(first.run) == {said, said.replace("--check slow", "--check noted")}
    shutil.rmtree(folder / "runs")
    other = grade(folder, *shlex.split(said)[3:])
    assert other.result("slow") | {"duration_seconds": 0} == before | {"duration_seconds": 0}


def _reproduce(run: Path) -> set[str]:
    (path,) = run.glob("production_validation_report_*.json")
    report: dict[str, Any] = json.loads(path.read_text())
    return {result["reproduce"] for suite in report["detailed_results"].values() for result in suite["results"]}
