"""Goes into the user's own pytest and writes down, line by line, what was collected and how it went.

It is copied beside the run and loaded there, under the user's interpreter: it imports pytest and nothing of ours.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "READINESS_EVIDENCE_FILE"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, also under --strict-markers."""
    config.addinivalue_line("markers", "readiness(category, severity, weight): how this test counts in a readiness run")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Write down every test with what its markers say; the nearest marker counts."""
    for item in items:
        said: dict[str, Any] = {}
        for marker in item.iter_markers("readiness"):
            said = {**marker.kwargs, **said}
            if marker.args:
                said["args"] = len(marker.args)
        _write(kind="collected", test=item.nodeid, said={name: _json(value) for name, value in said.items()})


def pytest_deselected(items: Iterable[pytest.Item]) -> None:
    """A test that somebody deselected will not be missed."""
    for item in items:
        _write(kind="deselected", test=item.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be imported holds tests that nobody sees."""
    if report.failed:
        _write(kind="uncollected", test=report.nodeid, text=str(report.longrepr)[-2000:])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down each phase of each test."""
    expected = getattr(report, "wasxfail", None)
    text = "" if report.outcome == "passed" else _words(report)
    _write(
        kind="phase", test=report.nodeid, when=report.when, outcome=report.outcome, text=text,
        seconds=report.duration, expected_to_fail=None if expected is None else str(expected),
    )  # fmt: skip


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The last line says that the session came to its end, and how. A worker of pytest-xdist has no say."""
    if not hasattr(session.config, "workerinput"):
        _write(kind="end", status=int(exitstatus))


def _words(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])
    crash = getattr(longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else longrepr)[-2000:]


def _json(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) else repr(value)


def _write(**entry: object) -> None:
    # One write a line, appended: the workers of pytest-xdist write here, too.
    with Path(os.environ[VARIABLE]).open("ab", buffering=0) as file:
        file.write(json.dumps(entry).encode() + b"\n")
