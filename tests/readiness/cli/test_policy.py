"""readiness policy and readiness waivers, as they are called."""

from pathlib import Path

import pytest
import yaml

from readiness.cli import main
from readiness.policy import STANDARD, policy_hash
from readiness.settings import RunEnvironment
from tests.grading import check_source, grade, project
from tests.readiness.results import waiver

TO = "2026-01-15"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, without variables that change a run."""
    monkeypatch.chdir(tmp_path)
    for name in RunEnvironment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def written(text: str, name: str = "policy.yaml") -> str:
    Path(name).write_text(text)
    return name


def test_the_hash_of_the_policy_that_a_run_would_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "hash", "standard"]) == 0
    assert capsys.readouterr().out.strip() == policy_hash(STANDARD)
    assert main(["policy", "hash", written("coverage: 1\n")]) == 0
    assert capsys.readouterr().out.strip() != policy_hash(STANDARD)


def test_what_is_shown_has_the_same_hash_when_it_is_fed_back(capsys: pytest.CaptureFixture[str]) -> None:
    name = written("tier: A\nthreshold: 0.9\nchecks: {latency_p95: {limit: 3}, crash_restart: {required: false}}\n")
    assert main(["policy", "show", name]) == 0
    shown = capsys.readouterr().out
    assert "threshold: 0.9  # policy.yaml; standard: 0.7" in shown
    assert main(["policy", "hash", name]) == 0
    expected = capsys.readouterr().out
    assert shown.startswith(f"# policy tier A, hash {expected.strip()}\n")
    assert main(["policy", "hash", written(shown, "again.yaml")]) == 0
    assert capsys.readouterr().out == expected


def test_settings_are_taken_for_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"target": {"name": "shop", "address": "http://127.0.0.1:1"}, "policy": {"tier": "B"}}
    name = written(yaml.safe_dump(settings), "readiness.yaml")
    for arguments in (["policy", "show", name], ["policy", "show"]):
        assert main(arguments) == 0
        assert "# policy tier B, hash" in capsys.readouterr().out


def test_lint_warns_and_lets_pass(capsys: pytest.CaptureFixture[str]) -> None:
    name = written("checks: {latency_p95: {objective: 0.5, limit: 0.6}, lost_update: {weight: 0}}\n")
    assert main(["policy", "lint", name]) == 0
    out = capsys.readouterr().out
    assert "warning: checks.latency_p95: limit 0.6 and objective 0.5 are a factor of 1.2 apart" in out
    assert out.endswith("policy standard: no error, 2 warnings\n")
    assert main(["policy", "lint", "standard"]) == 0
    assert capsys.readouterr().out == "policy standard: no error, no warning\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checks: {latncy_p95: {limit: 1}}", "unknown check 'latncy_p95' (did you mean 'latency_p95'?)"),
        ("checks: {lost_update: {limit: 1}}", "lost_update: unknown option 'limit'; may be set: nothing"),
        ("checks: {lost_update: {required: true, advisory: true}}", "it cannot be required and advisory"),
        ("treshold: 1", "unknown name 'treshold' (did you mean 'threshold'?)"),
        ("threshold: [", "not readable as YAML"),
        ("- 1", "must be a mapping"),
    ],
)
@pytest.mark.parametrize("command", [["policy", "lint"], ["run", "--policy"]])
def test_a_bad_policy_is_refused_by_lint_and_by_a_run(
    command: list[str], text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, written(text)]) == 2
    assert said in capsys.readouterr().err
    assert not Path("readiness-reports").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["policy"], "the following arguments are required: lint|show|hash"),
        (["policy", "lnt"], "invalid choice: 'lnt'"),
        (["policy", "lint", "relese"], "unknown policy 'relese' (did you mean 'release'?)"),
        (["policy", "lint", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
        (["waivers", "list", "--today", "soon"], "'soon'; right would be a date like 2026-01-31"),
        (["waivers", "list", "--run", "nowhere"], "--run nowhere: holds no report"),
    ],
)
def test_a_bad_call_is_answered_in_its_own_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def waivers(*given: dict[str, object]) -> str:
    return written(yaml.safe_dump({"waivers": list(given)}))


def test_waivers_are_listed_with_their_days(capsys: pytest.CaptureFixture[str]) -> None:
    name = waivers(waiver(), waiver(id="W2", check="error_rate", expires="2026-01-12"))
    assert main(["waivers", "list", name, "--today", TO]) == 0
    rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if "W" in line and "│" in line]
    assert [[cell.strip() for cell in row[1:7]] for row in rows] == [
        ["W1", "latency_p95", "ann", "2026-01-31", "16", "active"],
        ["W2", "error_rate", "ann", "2026-01-12", "-3", "expired"],
    ]
    assert main(["waivers", "list", "standard", "--today", TO]) == 0
    assert capsys.readouterr().out == "Nothing is waived on 2026-01-15 (UTC), without a run.\n"


def test_waivers_are_linted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waivers", "lint", waivers(waiver()), "--today", TO]) == 0
    assert capsys.readouterr().out == "waivers of policy standard: no error, no warning\n"
    assert main(["waivers", "lint", waivers(waiver()), "--today", "2026-02-01"]) == 0
    assert capsys.readouterr().out.startswith("warning: waivers.W1: expired: its last day was 2026-01-31 (UTC)")
    assert main(["waivers", "lint", waivers(waiver(expires="2026-02-10"))]) == 2
    assert "latency_p95 is critical, and such a check may be waived for 30 days" in capsys.readouterr().err
    assert main(["waivers", "lint", waivers(waiver(check="*"))]) == 2
    assert "'W1' is too broad: '*'" in capsys.readouterr().err


def test_waivers_of_a_run_have_the_state_that_they_had_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = check_source('return Fact(False, "it fails")')
    policy = {"checks": {"counted": {}}, "waivers": [waiver(check="counted")]}
    run = grade(project(tmp_path, {"counted": found}, policy=policy), "--check", "counted")
    capsys.readouterr()
    assert main(["waivers", "list", "--run", str(run.run)]) == 0
    out = capsys.readouterr().out
    assert "W1" in out
    assert "expired" in out
