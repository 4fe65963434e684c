"""readiness compare with two commands: arguments, the table, the exit codes."""

import argparse
import io
import math
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from readiness.cli import main
from readiness.cli.paired import CODES, design_of, show
from readiness.errors import UsageError
from readiness.measure.pairs import Design, Difference
from readiness.paired import PairedResult, as_json

WORSE = Difference("latency_median", "s", "ratio", 0.0101, 0.0121, 1.198, 1.121, 1.274, "worse", 10)
OPEN = Difference(
    "latency_p95", "s", "ratio", 0.03, 0.031, 1.05, 0.9, 1.2, "undecided", 10, 36, "the interval is too wide"
)
NONE = Difference(
    "cpu_per_call", "s", "ratio", math.nan, math.nan, math.nan, 0.0, math.inf, "undecided", 10, 0, "not measured: so"
)
ERRORS = Difference("error_rate", "", "difference", 0.0, 0.004, 0.004, -0.002, 0.009, "same", 10)
RESULT = PairedResult(
    "2026-01-01T00:00:00+00:00",
    {"baseline": "old [x] {port}", "candidate": "new {port}"},
    Design(),
    10,
    (WORSE, OPEN, NONE, ERRORS),
    "regression",
    ("5 % left [late]",),
)


def asked(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(
        **{"rate": None, "seconds": None, "until_decided": False, "min_effect": 0.1, "seed": 7} | changes
    )


def test_the_design_follows_the_arguments() -> None:
    assert design_of(asked()) == Design()
    assert design_of(asked(seconds=40.0, rate=200.0, min_effect=0.05, seed=3)) == Design(
        rate=200.0, quads=40, min_effect=0.05, seed=3
    )
    assert design_of(asked(until_decided=True)).quads == 600
    slow = design_of(asked(rate=10.0, seconds=80.0))
    assert (slow.block_seconds, slow.quads) == (2.0, 10), "a block needs 20 calls"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": 0.0}, "--rate 0: must be from 1 to 10000"),
        ({"min_effect": 0.0}, "--min-effect 0: must be from 0.01"),
        ({"seconds": 9.9}, "at least 10$"),
        ({"seconds": 0.0}, "too short"),
        ({"seconds": 3601.0}, "at most 3600"),
        ({"rate": 10.0}, "too short to decide anything at 10 calls/s; at least 80"),
    ],
)
def test_a_design_that_cannot_decide_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        design_of(asked(**changes))


def test_the_table_fits_80_columns_and_says_all() -> None:
    sink = io.StringIO()
    show(RESULT, Console(file=sink, width=80, markup=False, highlight=False))
    text = sink.getvalue()
    lines = text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    row = next(line for line in lines if line.startswith("Latency, median"))
    assert row.rstrip().endswith("slower")
    assert "10.1 ms" in row
    assert "1.198 (1.121 to 1.274)" in row
    assert "Undecided: Latency, p95: the interval is too wide; about 36 more blocks" in text
    assert "Undecided: CPU per call: not measured: so\n" in text
    assert "+0.40 pp (-0.20 to +0.90)" in text
    assert "REGRESSION: 1000 calls at 100/s in 40 blocks of 0.25 s" in text
    assert "Note: 5 % left [late]" in text, "what looks like markup is shown as it is"


def test_json_holds_no_number_that_json_does_not_know() -> None:
    text = as_json(RESULT)
    assert "NaN" not in text
    assert "Infinity" not in text
    assert '"conclusion": "regression"' in text


def test_every_conclusion_has_its_exit_code() -> None:
    assert CODES == {"no regression": 0, "regression": 1, "undecided": 3}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--candidate", "serve {port}"], "belong together"),
        (["--baseline", "serve {port}"], "belong together"),
        (["--baseline", "serve {port}", "--candidate", "serve"], "--candidate 'serve': needs {port}"),
        (["--baseline", "serve 'x {port}", "--candidate", "serve {port}"], "--baseline"),
        (["--baseline", " ", "--candidate", "serve {port}"], "belong together|needs the command"),
        (["--baseline", "a {port}", "--candidate", "b {port}", "--format", "markdown"], "table or json"),
    ],
)
def test_calls_that_cannot_work_are_usage_errors(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["compare", *arguments]) == 2
    told = capsys.readouterr().err
    assert any(part in told for part in said.split("|")), told
    assert not list(tmp_path.iterdir()), "nothing was written"
