"""A real service of which only its document is known, graded by the real gate."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.grading import ROOT
from tests.readiness.serving_openapi import described

CHECKS = ("openapi_document", "schema_conformance", "forbidden_input", "undocumented_status", "input_validation")


def grade(folder: Path, **target: Any) -> subprocess.CompletedProcess[str]:
    (folder / "readiness.yaml").write_text(
        yaml.safe_dump({"target": {"name": "described", "grants": ["read"], **target}})
    )
    command = [sys.executable, "-m", "readiness", "run", "--output", "runs", "--check", *CHECKS]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT), "CI": "1"}, capture_output=True, text=True, timeout=60
    )


def statuses(folder: Path) -> dict[str, str]:
    (report,) = folder.glob("runs/*/production_validation_report_*.json")
    suites = json.loads(report.read_text())["detailed_results"].values()
    return {result["check"]: result["status"] for suite in suites for result in suite["results"]}


def test_the_document_decides_and_a_path_that_serves_none_is_named(tmp_path: Path) -> None:
    with described("other-type") as address:
        done = grade(tmp_path, address=address, openapi="/openapi.json")
        found = dict.fromkeys(CHECKS, "PASS") | {"schema_conformance": "FAIL"}
        assert statuses(tmp_path) == found
        report = next(tmp_path.glob("runs/*/report.html")).read_text()
        assert "has neither example nor default" in report, "why an operation was not taken is in the report"
        done = grade(tmp_path, address=address, openapi="/items/1")
        assert done.returncode == 2, done.stderr
        assert (
            "target.openapi: /items/1: openapi is None; right would be an OpenAPI 3.0, 3.1 or 3.2 document"
            in done.stderr
        )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"address": "http://127.0.0.1:1", "openapi": "nowhere.json"}, "nowhere.json: No such file or directory"),
        (
            {"address": "http://127.0.0.1:1", "openapi": "readiness.yaml"},
            "openapi is None; right would be an OpenAPI 3.0",
        ),
        (
            {"address": "http://127.0.0.1:1", "openapi": "http://example.org/o"},
            "is not on loopback; right would be http://127",
        ),
        (
            {"address": "python:json:dumps", "openapi": "/openapi.json"},
            "is a path, and the target at 'python:json:dumps' has none",
        ),
    ],
)
def test_a_document_that_cannot_be_one_is_named_before_anything_runs(
    tmp_path: Path, target: dict[str, str], said: str
) -> None:
    done = grade(tmp_path, **target)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "runs").exists()
