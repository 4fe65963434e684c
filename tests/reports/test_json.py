"""The JSON report: strict, sorted, complete, and in step with its published schema."""

import json as codec
from math import inf
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness.model import CATEGORIES
from readiness.report import Report
from reports import json as plugin
from reports.json import json
from tests.reports.hostile import ALL
from tests.reports.samples import not_ready, ready

SCHEMA = Path(plugin.__file__).with_name("report.schema.json")
NAMES = {
    "timestamp", "deployment_ready", "overall_ready", "release_ready", "verdict", "scope", "overall_score", "overall_interval", "coverage",
    "category_scores", "overall_success_rate", "total_categories", "passed_categories", "failed_categories", "critical_failures",
    "deployment_blockers", "test_duration_seconds", "detailed_results", "recommendations", "waivers", "environment", "schema_version",
}  # fmt: skip


def written(report: Report) -> str:
    files = json(report)
    assert not isinstance(files, str)
    return next(iter(files.values()))


def refuse(word: str) -> Any:
    raise AssertionError(f"{word} is not JSON")


def test_the_file_is_named_after_the_time_in_utc() -> None:
    elsewhere = ready().model_copy(update={"timestamp": "2026-11-21T01:23:45-05:00"})
    assert list(json(ready())) == list(json(elsewhere)) == ["production_validation_report_20261121_062345.json"]


def test_a_time_that_is_none_still_gives_a_harmless_name() -> None:
    files = json(ready().model_copy(update={"timestamp": "../../etc 12"}))
    assert list(files) == ["production_validation_report_12000000_000000.json"]


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_every_report_is_strict_json_that_fits_the_schema(make: Any) -> None:
    body = codec.loads(written(make()), parse_constant=refuse)
    jsonschema.Draft202012Validator(codec.loads(SCHEMA.read_text())).validate(body)


def test_every_promised_name_is_there() -> None:
    body = codec.loads(written(not_ready()))
    assert body.keys() >= NAMES
    suite = body["detailed_results"]["end_to_end_workflows"]
    assert {"status", "exit_code", "critical", "error", "results"} <= set(suite)
    assert set(body["category_scores"]) == set(CATEGORIES)


def test_the_published_schema_is_in_step_with_the_model() -> None:
    message = f"write reports.json.schema() to {SCHEMA}"
    assert SCHEMA.read_text() == plugin.schema(), message


def test_the_report_reads_back_as_it_was() -> None:
    assert Report.model_validate_json(written(not_ready())) == not_ready()


def test_infinity_reads_back_as_infinity_and_not_as_not_measured() -> None:
    report = ready().model_copy(update={"test_duration_seconds": inf, "overall_score": None})
    body = codec.loads(written(report))
    assert body["test_duration_seconds"] == "Infinity"
    assert body["overall_score"] is None
    assert Report.model_validate_json(written(report)).test_duration_seconds == inf


def test_the_same_report_gives_the_same_bytes_whatever_the_order_of_its_fields() -> None:
    one, other = not_ready(), not_ready()
    turned = other.model_copy(update={"environment": dict(reversed(other.environment.items()))})
    assert written(one) == written(turned)


def test_what_cannot_be_encoded_is_spelled_out() -> None:
    report = ready().model_copy(update={"environment": {"name": "\ud800", "path": Path("/x"), "set": {2, 1}}})
    body = codec.loads(written(report).encode("utf-8"))
    assert body["environment"] == {"name": "\\ud800", "path": "/x", "set": [1, 2]}
