"""readiness compare: two stored runs, in three formats and with an exit code."""

import json
from pathlib import Path

import pytest

from readiness.cli import main
from readiness.report import Comparison, Report
from tests.readiness.results import result
from tests.readiness.runs import run, seconds

OLD = [seconds("latency_p95", 0.21, severity="blocker"), seconds("steady", 0.3), result("tokens", category="security")]
SLOW = [
    seconds("latency_p95", 0.35, severity="blocker"),
    seconds("steady", 0.31),
    result("tokens", category="security"),
]


def keep(folder: Path, report: Report) -> Path:
    home = folder / report.run
    home.mkdir(parents=True)
    (home / "production_validation_report_20261121_062345.json").write_text(report.model_dump_json())
    return home


@pytest.fixture
def two_runs(tmp_path: Path) -> Path:
    keep(tmp_path, run(OLD, id="20261120T000000-aaa"))
    keep(tmp_path, run(SLOW, id="20261121T000000-bbb"))
    return tmp_path


def test_the_table_says_what_got_worse_in_80_columns(two_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "previous", "last", "--output", str(two_runs)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert "20261120T000000-aaa -> 20261121T000000-bbb" in out
    assert "0.21 s -> 0.35 s: 1.67 times (1.5" in " ".join(out.split())
    assert "2 checks did not change by more than the noise." in out
    assert "Got worse: latency_p95" in out
    assert "NOT LIKE FOR LIKE" not in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["previous", "last"], 0), (["previous", "last", "--fail-on-regression"], 1),
        (["last", "previous", "--fail-on-regression"], 0), (["last", "last", "--fail-on-regression"], 0),
        (["20261120", "20261121", "--fail-on-regression"], 1),
        (["previous", "last", "--fail-on-regression", "--min-effect", "0.7"], 0),
    ],
)  # fmt: skip
def test_the_exit_code_is_1_only_where_it_is_asked_for(two_runs: Path, arguments: list[str], code: int) -> None:
    assert main(["compare", *arguments, "--output", str(two_runs)]) == code


def test_json_is_the_comparison_of_the_report(two_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(path) for path in sorted(two_runs.iterdir())]
    assert main(["compare", *folders, "--format", "json", "--output", str(two_runs)]) == 0
    found = Comparison.model_validate_json(capsys.readouterr().out)
    assert found.regressions == ("latency_p95",)
    assert found.baseline == "20261120T000000-aaa"


def test_report_files_need_no_folder_of_runs(
    two_runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = [str(path) for path in sorted(two_runs.glob("*/*.json"))]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert main(["compare", *files]) == 0
    assert "Got worse: latency_p95" in capsys.readouterr().out


def test_runs_that_are_not_alike_are_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, run(OLD, id="a"))
    keep(tmp_path, run(OLD, id="b", target="sh\x1bop", environment={"cpus": 8}))
    for form in ("table", "markdown"):
        assert main(["compare", "a", "b", "--format", form, "--output", str(tmp_path)]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        head = " ".join(" ".join(out.splitlines()[:3]).split()).lower()
        assert "not like for like:" in head
        assert "another target: desk before, sh?op after" in head
        assert "cpus 2 -> 8" in " ".join(out.split()).replace("&gt;", ">")


def test_markdown_is_inert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, run([result("x")], id="a"))
    hostile = result("x", "FAIL").model_copy(
        update={"reason": "@team [link](http://evil) | `code` <script> **bold**\nnext"}
    )
    keep(tmp_path, run([hostile], id="b"))
    assert main(["compare", "a", "b", "--format", "markdown", "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    [row] = [line for line in out.splitlines() if line.startswith("| worse")]
    assert row.replace("\\|", "").count("|") == 4, "a cell more or less"
    for live in ("@team", "[link]", "http://", " `code`", "<script>", " **bold**"):
        assert live not in row
    assert "&lt;script&gt;" in row


def test_a_run_without_a_score_and_an_empty_run_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, run([], id="a"))
    keep(tmp_path, run([result("x", "UNKNOWN")], id="b"))
    assert main(["compare", "a", "b", "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "score none -> none" in out
    assert "nothing can be attributed" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["last"], "1 runs are given; it takes two"), ([], "0 runs are given"), (["a", "b", "c"], "3 runs are given"),
        (["last", "nothing"], "nothing: is no report file"), (["last", "last", "--min-effect", "-1"], "--min-effect -1"),
        (["last", "last", "--candidate", "x", "--baseline", "y"], "either two stored runs, or --candidate"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_usage_error(
    two_runs: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["compare", *arguments, "--output", str(two_runs)]) == 2
    assert said in capsys.readouterr().err


def test_two_commands_are_left_to_the_paired_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    """Only one of the two is a mistake that the paired comparison explains."""
    assert main(["compare", "--candidate", "serve"]) == 2
    assert "--candidate and --baseline belong together" in capsys.readouterr().err


def test_the_json_of_a_comparison_is_strict(two_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", "previous", "last", "--format", "json", "--output", str(two_runs)])

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is no JSON")

    assert json.loads(capsys.readouterr().out, parse_constant=refuse)["unchanged"] == 2
