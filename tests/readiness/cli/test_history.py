"""readiness history on the terminal and for machines."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from readiness.archive import write_summary
from readiness.cli import main
from readiness.cli.history import SPARKS, sparkline
from tests.readiness.results import result
from tests.readiness.runs import run, seconds


def keep(folder: Path, count: int, *, target: str = "desk") -> None:
    """Runs in which a latency doubles and a check fails at last."""
    for number in range(count):
        id = f"20260101T{number:06}-{target[:4]}"
        results = [
            seconds("latency_p95", 0.2 * (1 + number / count)), seconds("steady", 0.3),
            result("holds", "FAIL" if number == count - 1 else "PASS", category="security"),
        ]  # fmt: skip
        made = run(results, id=id, timestamp=f"2026-01-{number + 1:02}T00:00:00+00:00", target=target)
        (folder / id).mkdir(parents=True)
        write_summary(folder / id, made)


def test_the_table_fits_80_columns_and_says_what_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, 20)
    assert main(["history", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out, "plain where nobody looks"
    assert "desk, everything, profile standard: 20 runs" in out
    assert "Last 20 (R ready, N not ready, I inconclusive): RRRRRRRRRRRRRRRRRRRN" in " ".join(out.split())
    latency = next(line for line in out.splitlines() if "latency_p95" in line)
    assert "0.39 s" in latency
    assert "worse +64 %" in latency
    assert SPARKS[0] in latency
    assert "no trend" in next(line for line in out.splitlines() if "steady" in line)
    assert "FAIL" in next(line for line in out.splitlines() if "holds" in line)


def test_json_carries_the_same_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, 20)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "summary.json").write_text('{"summary":1,')
    assert main(["history", str(tmp_path), "--format", "json", "--category", "performance", "--last", "12"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (found["runs"], found["last_verdict"], found["left_out"]) == (12, "NOT READY", ["8 that are older"])
    assert [line["name"] for line in found["lines"]] == ["performance", "latency_p95", "steady"]
    latency = found["lines"][1]
    assert latency["trend"] == "worse"
    assert latency["change_low"] <= latency["change"] <= latency["change_high"]
    assert len(latency["points"]) == 12
    assert found["skipped"] == ["half/summary.json: is not a summary that this version reads, or only a part of one"]
    assert "skipped half/summary.json" in said.err


def test_csv_has_one_row_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, 3)
    assert main(["history", str(tmp_path), "--format", "csv", "--check", "latency_p95", "holds"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 6
    assert {row["check"] for row in rows} == {"latency_p95", "holds"}
    assert [float(row["value"]) for row in rows if row["check"] == "latency_p95"] == pytest.approx(
        [0.2, 0.8 / 3, 1 / 3]
    )
    assert rows[-1]["verdict"] == "NOT READY"


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_empty_folder_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["history", str(tmp_path), "--format", form]) == 0
    out = capsys.readouterr().out
    expected = {"table": "holds no run that was judged to its end", "json": '"runs": 0', "csv": "run,timestamp,verdict"}
    assert expected[form] in out


def test_one_run_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, 1)
    assert main(["history", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "1 run from 2026-01-01T00:00" in out
    assert "too few" in out


def test_a_target_cannot_speak_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, 1, target="\x1b]0;owned\x07[bold]x")
    assert main(["history", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]x" in out, "markup is text"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--last", "0"], "--last 0: right would be 1 or more"), (["--target", "dsk"], "did you mean 'desk'"),
        (["--check", "nothing"], "--check nothing: is in none of these runs"), (["--category", "speed"], "invalid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    keep(tmp_path, 1)
    assert main(["history", str(tmp_path), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(tmp_path / "nowhere")]) == 2
    assert "is not a folder of runs" in capsys.readouterr().err


def test_the_default_folder_is_the_one_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readiness.yaml").write_text("target: {name: desk, address: 'http://127.0.0.1:9'}\noutput: graded\n")
    keep(tmp_path / "graded", 2)
    assert main(["history"]) == 0
    assert "2 runs from" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ((), ""), ((None, None), ""), ((1.0,), "▅"), ((1.0, 1.0), "▅▅"), ((0.0, 7.0), "▁█"), ((0.0, None, 7.0), "▁ █"),
        (tuple(map(float, range(8))), SPARKS), (tuple(float(at // 10) for at in range(100)), "▁▂▃▃▄▅▆▆▇█"),
    ],
)  # fmt: skip
def test_a_line_of_blocks_is_drawn_between_its_ends(points: tuple[float | None, ...], drawn: str) -> None:
    assert sparkline(points) == drawn


def test_help_needs_no_library(tmp_path: Path) -> None:
    code = (
        "import sys; from readiness.cli import main\n"
        "try: main(['history', '--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'duckdb', 'pandas', 'numpy', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"
