"""The pipelines in the docs: they parse, their commands exist, their globs match what a run writes, and they ask for little."""

import os
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.cli.arguments import parse
from readiness.errors import UsageError
from readiness.loader import load
from tests.reports.samples import not_ready

DOCS = Path(__file__).parent.parent.parent / "docs"
GITHUB: dict[Any, Any] = yaml.safe_load((DOCS / "ci" / "github-workflow.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((DOCS / "ci" / "gitlab-ci.yml").read_text())
PAGE = (DOCS / "ci.md").read_text()
TRIGGERS = GITHUB[True]  # YAML 1.1 reads the key `on` as a boolean
STEPS: list[dict[str, Any]] = [step for job in GITHUB["jobs"].values() for step in job["steps"]]
VARIABLES = {
    "TEST_DATABASE_URL": "duckdb:///test_production.db",
    "PYTEST_TIMEOUT": "300",
    "STRESS_TEST_MAX_USERS": "50",
}


def step(name: str) -> dict[str, Any]:
    (found,) = [one for one in STEPS if one.get("name") == name]
    return found


def commands() -> list[str]:
    """Every call of readiness in the two pipelines and on the page, with what a variable may hold filled in."""
    lines = [line for one in STEPS for line in one.get("run", "").splitlines()]
    for rule in GITLAB["readiness"]["rules"]:
        arguments = rule["variables"]["READINESS_ARGUMENTS"]
        lines += [line.replace("$READINESS_ARGUMENTS", arguments) for line in GITLAB["readiness"]["script"]]
    lines += re.findall(r"`(readiness --[^`]*)`", PAGE)
    called = [re.match(r"(?:python -m )?readiness (.*)", line.strip()) for line in lines]
    return [one[1] for one in called if one]


def files_of_a_run() -> set[str]:
    """What the built-in reporters really write."""
    names: set[str] = set()
    for reporter in load().reporters.values():
        made = reporter(not_ready())
        if not reporter.terminal:
            assert not isinstance(made, str)
            names |= set(made)
    return names


def test_every_command_is_one_of_ours() -> None:
    found = commands()
    assert len(found) >= 7
    for line in found:
        asked = parse(shlex.split(line))
        assert asked.config == "readiness.yaml", f"{line}: without --config it could grade the sample desk"


def test_a_flag_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(UsageError):
        parse([*shlex.split(commands()[0]), "--fail-on-anything"])


def test_changes_run_quick_and_releases_run_full() -> None:
    change, release = (
        parse(step("Grade a change")["run"].split()[3:]),
        parse(step("Grade a release")["run"].split()[3:]),
    )
    assert (change.profile, change.fail_on_regression) == ("quick", True)
    assert (release.profile, release.policy) == ("full", "release")


def test_it_runs_for_pull_requests_to_main_by_hand_and_every_night() -> None:
    assert TRIGGERS["pull_request"]["branches"] == ["main"]
    assert "workflow_dispatch" in TRIGGERS
    (schedule,) = TRIGGERS["schedule"]
    assert len(schedule["cron"].split()) == 5
    assert "pull_request_target" not in TRIGGERS, "it would give the code of a fork our secrets"


def test_python_and_the_requirements_are_those_of_the_service() -> None:
    (setup,) = [one for one in STEPS if one.get("uses", "").startswith("actions/setup-python@")]
    assert setup["with"]["python-version"] == "3.11"
    for install in (step("Install")["run"], GITLAB["readiness"]["before_script"][0]):
        assert "-r requirements.txt -r tests/requirements-test.txt" in install


def test_the_variables_are_set_in_both_pipelines_and_told_on_the_page() -> None:
    for given in (GITHUB["jobs"]["grade"]["env"], GITLAB["readiness"]["variables"]):
        assert VARIABLES.items() <= given.items()
    for name in (*VARIABLES, "DATABENTO_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"):
        assert f"`{name}`" in PAGE


def test_both_report_globs_are_kept_whatever_the_verdict() -> None:
    upload = step("Keep its reports")
    assert upload["if"].startswith("always()")
    assert upload["with"]["name"] == "production-test-results"
    kept = upload["with"]["path"].split()
    assert {"readiness-latest/production_validation_report_*.json", "readiness-latest/test_results_*.xml"} <= set(kept)
    artifacts = GITLAB["readiness"]["artifacts"]
    assert (artifacts["name"], artifacts["when"]) == ("production-test-results", "always")
    assert artifacts["reports"]["junit"] in artifacts["paths"]


def test_every_glob_matches_a_file_that_a_run_writes() -> None:
    artifacts = GITLAB["readiness"]["artifacts"]
    globs = [*step("Keep its reports")["with"]["path"].split(), *artifacts["paths"], *artifacts["reports"].values()]
    names = files_of_a_run()
    for glob in globs:
        assert any(fnmatch(f"readiness-latest/{name}", glob) for name in names), f"nothing is called {glob}"


def test_every_file_of_a_run_is_on_the_page() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE.partition("## Files of a run")[2].partition("##")[0], re.MULTILINE)
    patterns = [re.sub(r"<\w+>", "*", name) for name in listed]
    for name in files_of_a_run():
        assert any(fnmatch(name, pattern) for pattern in patterns), f"{name} is not described"


def test_permissions_are_the_least() -> None:
    assert GITHUB["permissions"] == {"contents": "read"}
    assert "permissions" not in GITHUB["jobs"]["grade"]
    assert GITHUB["jobs"]["publish"]["permissions"] == {
        "contents": "read", "pull-requests": "write", "security-events": "write",
    }  # fmt: skip


def test_what_may_write_never_runs_code_of_the_change() -> None:
    publish = GITHUB["jobs"]["publish"]
    used = [one.get("uses", "").partition("@")[0] for one in publish["steps"]]
    assert "actions/checkout" not in used
    assert not re.search(r"\bpython\b|\bpip\b", " ".join(one.get("run", "") for one in publish["steps"]))
    assert "head.repo.full_name == github.repository" in publish["if"]


def test_actions_are_pinned_by_a_full_version() -> None:
    used = [one["uses"] for one in STEPS if "uses" in one]
    assert len(used) >= 6
    for action in used:
        assert re.fullmatch(r"[\w./-]+@v\d+\.\d+\.\d+", action), action


def test_no_expression_is_pasted_into_a_script() -> None:
    for one in STEPS:
        assert "${{" not in one.get("run", ""), "what a stranger names could become a command"


def test_only_runs_of_main_become_a_baseline() -> None:
    save, restore = step("Keep the run as a baseline"), step("Earlier runs of main")
    assert "github.event_name != 'pull_request'" in save["if"]
    assert save["with"]["path"] == restore["with"]["path"] == "readiness-reports"
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env={"PATH": path, **environment}, text=True, capture_output=True,
        timeout=20, check=False,
    )  # fmt: skip


def a_run(folder: Path, name: str, seconds: int) -> None:
    made = folder / "readiness-reports" / name
    made.mkdir(parents=True)
    (made / "summary.md").write_text(name)
    os.utime(made, (seconds, seconds))


@pytest.mark.parametrize("ran", [True, False])
def test_an_earlier_run_is_never_shown_as_this_one(tmp_path: Path, ran: bool) -> None:
    a_run(tmp_path, "20260101T000000Z-old", 1000)
    (tmp_path / "readiness-began").touch()
    os.utime(tmp_path / "readiness-began", (2000, 2000))
    if ran:
        a_run(tmp_path, "20260102T000000Z-new", 3000)
    done = bash(step("Find its reports")["run"], tmp_path, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert done.returncode == 0, done.stderr
    latest = tmp_path / "readiness-latest" / "summary.md"
    assert latest.exists() == ran
    assert (tmp_path / "output").exists() == ran
    if ran:
        assert latest.read_text() == "20260102T000000Z-new"


def test_the_cache_keeps_the_last_twenty_runs(tmp_path: Path) -> None:
    for day in range(1, 31):
        a_run(tmp_path, f"202601{day:02}T000000Z-x", day)
    assert bash(step("Forget all but the last 20 runs")["run"], tmp_path).returncode == 0
    left = sorted(one.name for one in (tmp_path / "readiness-reports").iterdir())
    assert left == [f"202601{day:02}T000000Z-x" for day in range(11, 31)]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A folder with a comment and a `gh` that writes down how it was called and answers with $FOUND."""
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text('#!/bin/sh\necho "$@" >> calls\ncase "$*" in *--jq*) echo "$FOUND";; esac\n')
    gh.chmod(0o755)
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "comment.md").write_text("<!-- readiness-comment 0123456789abcdef -->\n## READY\n")
    return tmp_path


@pytest.mark.parametrize(
    ("known", "call"),
    [("77", "--method PATCH repos/me/it/issues/comments/77"), ("", "--method POST repos/me/it/issues/5/comments")],
)
def test_the_comment_is_updated_where_there_is_one(talk: Path, known: str, call: str) -> None:
    done = bash(step("Update the comment")["run"], talk, GITHUB_REPOSITORY="me/it", NUMBER="5", FOUND=known)
    assert done.returncode == 0, done.stderr
    asked, told = (talk / "calls").read_text().splitlines()
    assert '(.body | startswith("<!-- readiness-comment 0123456789abcdef -->"))' in asked
    assert told == f"api --silent {call} --field body=@latest/comment.md"


def test_a_mark_that_is_not_ours_stops_before_anything_is_asked(talk: Path) -> None:
    (talk / "latest" / "comment.md").write_text('<!-- x --> ")) | error\n')
    done = bash(step("Update the comment")["run"], talk, GITHUB_REPOSITORY="me/it", NUMBER="5", FOUND="")
    assert done.returncode != 0
    assert not (talk / "calls").exists()


def test_the_wheel_that_is_installed_is_the_one_that_is_built() -> None:
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text())["project"]
    wheel = f"vendor/{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"
    assert GITHUB["jobs"]["grade"]["env"]["READINESS_WHEEL"] == wheel
    assert GITLAB["readiness"]["variables"]["READINESS_WHEEL"] == wheel
