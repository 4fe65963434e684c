"""What a run prints at its end: the reporters of the terminal, with the options that the settings and the command line give."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main
from readiness.cli.run import screen
from readiness.loader import Catalog, load
from tests.grading import check_source, grade, project
from tests.reports import samples

BARE = '''
"""Says the verdict."""
from readiness import Report, reporter

@reporter(terminal=True)
def bare(report: Report) -> str:
    """One line."""
    return f"bare: {report.verdict}"
'''
WIDE = BARE.replace("bare", "wide").replace("report: Report", "report: Report, *, width: int = 7, mark: str = '-'")
WIDE = WIDE.replace("{report.verdict}", "{width} {mark}")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Our reporters, and two of a user that do not know all that ours do."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "bare.py").write_text(BARE)
    (folder / "wide.py").write_text(WIDE)
    return load([folder])


def shown(catalog: Catalog, capsys: pytest.CaptureFixture[str], *, verbose: bool = False, **options: Any) -> str:
    screen(catalog, samples.ready(), options, verbose=verbose)
    return capsys.readouterr().out


def test_a_reporter_gets_the_options_that_it_knows(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(catalog, capsys, verbose=True, wide={"width": 7, "mark": "+", "of an older version": 1})
    assert "bare: READY\n" in out
    assert "wide: 100 +\n" in out, "a width of its own was not set, so it gets that of the terminal"
    assert "Every result" in out


@pytest.mark.parametrize(
    ("options", "verbose", "every"),
    [
        ({}, False, False), ({"verbose": False}, False, False), ({"verbose": True}, False, True),
        ({}, True, True), ({"verbose": False}, True, True),
    ],
)  # fmt: skip
def test_every_result_is_shown_where_the_settings_or_the_command_line_ask_for_it(
    catalog: Catalog, capsys: pytest.CaptureFixture[str], options: dict[str, Any], verbose: bool, every: bool
) -> None:
    assert ("Every result" in shown(catalog, capsys, verbose=verbose, console=options)) is every


def test_the_width_of_the_settings_holds(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    assert max(map(len, shown(catalog, capsys).splitlines())) == 100
    assert max(map(len, shown(catalog, capsys, console={"width": 64}).splitlines())) == 64


def test_the_settings_reach_the_terminal_in_a_run_and_when_it_is_judged_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passing = check_source('return Fact(recording.facts["calls"] == 15, "all calls came back")')
    reports = {"console": {"verbose": True}}
    folder = project(
        tmp_path / "p", {"passing": passing, "bare": BARE}, policy={"checks": {"passing": {}}}, reports=reports
    )  # fmt: skip
    found = grade(folder, "--check", "passing")
    assert (found.code, found.report["verdict"]) == (0, "READY"), found.printed
    assert main(["judge", str(found.run)]) == 0
    for out in (found.printed, capsys.readouterr().out):
        assert "bare: READY\n" in out
        assert "all calls came back" in out, "a pass is shown, because the settings ask for every result"
    assert json.loads((found.run / "plan.json").read_text())["reporter_options"]["bare"] == {}
