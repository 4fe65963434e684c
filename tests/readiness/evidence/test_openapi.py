"""The service against its own document: the report of Schemathesis is read as it is, and what was not tried is no pass."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import Reading
from readiness.targeting import Identity
from tests.readiness.evidence_files import NOW, only, source_of, word, words
from tests.readiness.serving_openapi import described

ADDRESS = "http://127.0.0.1:7"
TOLD = """<testsuites><testsuite><testcase name="GET /items/{number}"><failure message="ST101, ST103">1. Test Case ID: x

- ST101 Server error

Reproduce with:

    curl -X GET http://127.0.0.1:7/items/1001</failure></testcase></testsuite></testsuites>"""


def report(*failures: tuple[str, str, str], accepted: int = 3, **more: Any) -> dict[str, Any]:
    """As Schemathesis 4.32 writes it, of one operation."""
    operation = "GET /items/{number}"
    return {
        "schemathesis_version": "4.32.5", "complete": True, "errors": [],
        "operations": {"total": 2, "selected": 1, "tested": 1},
        "failures": [{"type": t, "code": c, "title": title, "operations": [operation]} for t, c, title in failures],
        "valid_rates": {operation: {"fuzzing": {"accepted": accepted, "rejected": 2}}},
        **more,
    }  # fmt: skip


def standing_in(folder: Path, written: Any, told: str = TOLD, *, first: str = "") -> str:
    """An interpreter that writes these reports where Schemathesis would."""
    program = folder / "python"
    lines = [
        f"#!{sys.executable}", "import json, os, sys", first,
        f"open('report.json', 'w').write({json.dumps(written)!r})", f"open('report.xml', 'w').write({told!r})",
        "json.dump(sys.argv, open('arguments', 'w'))",
    ]  # fmt: skip
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    return str(program)


def read(folder: Path, written: Any, *, first: str = "", around: Surroundings | None = None, **given: Any) -> Reading:
    source = source_of(folder, kind="openapi", python=standing_in(folder, written, first=first), **given)
    around = around or Surroundings("desk", ADDRESS, folder / "scratch")
    return read_source("api", source, around, now=NOW)


def test_an_operation_without_a_failure_passes_where_calls_got_through(tmp_path: Path) -> None:
    reading = read(tmp_path, report())
    assert words(reading) == {"get.items.number": "passed"}
    assert reading.entries[0].outcome.reason.startswith("3 valid calls got through, 2 did not")
    assert reading.origin == "Schemathesis 4.32.5, /openapi.json"


def test_one_that_no_call_reached_is_unknown(tmp_path: Path) -> None:
    reading = read(tmp_path, report(accepted=0))
    assert words(reading) == {"unreached": "unknown"}
    assert "GET /items/{number}" in reading.entries[0].outcome.reason


def test_each_kind_of_failure_is_a_result_with_the_call_that_shows_it(tmp_path: Path) -> None:
    reading = read(
        tmp_path, report(("ServerError", "ST101", "Server error"), ("JsonSchemaError", "ST108", "Bad schema"))
    )
    assert words(reading) == {"get.items.number.ServerError": "failed", "get.items.number.JsonSchemaError": "failed"}
    assert [entry.severity for entry in reading.entries] == ["critical", "major"]
    assert reading.entries[0].reproduce == "curl -X GET $READINESS_TARGET_URL/items/1001"


@pytest.mark.parametrize(
    ("changed", "became"),
    [
        ({"operations": {"total": 2, "selected": 0, "tested": 0}}, {"": "unknown"}),
        ({"operations": None, "errors": [{"title": "Schema Error"}]}, {"": "broken"}),
        ({"complete": False}, {"get.items.number": "passed", "": "broken"}),
        ({"operations": {"selected": 3, "tested": 1}}, {"get.items.number": "passed", "": "unknown"}),
        ({"errors": [{"title": "Schema Error"}]}, {"get.items.number": "passed", "Schema.Error": "broken"}),
        ({"failures": [7]}, {"": "broken"}),
        ({"valid_rates": None}, {"": "broken"}),
    ],
)
def test_what_was_not_tried_is_no_pass(tmp_path: Path, changed: dict[str, Any], became: dict[str, str]) -> None:
    assert words(read(tmp_path, report(**changed))) == became


def test_without_the_extra_it_is_unknown_and_named(tmp_path: Path) -> None:
    missing = "sys.exit(\"/x/python: Error while finding module specification (No module named 'schemathesis')\")"
    entry = only(read(tmp_path, report(), first=missing))
    assert word(entry) == "unknown"
    assert "readiness-gate[fuzz]" in entry.outcome.reason


def test_one_that_dies_or_hangs_leaves_no_pass(tmp_path: Path) -> None:
    assert "left no report: status 3" in only(read(tmp_path, report(), first="os._exit(3)")).outcome.reason
    hanging = "import time; time.sleep(60)"
    (tmp_path / "again").mkdir()
    assert "no end after 1 s" in only(read(tmp_path / "again", report(), first=hanging, seconds=1)).outcome.reason


@pytest.mark.parametrize("address", ["http://192.0.2.1", "https://127.0.0.1", "python:a:b", ""])
def test_nothing_is_sent_but_to_loopback(tmp_path: Path, address: str) -> None:
    entry = only(read(tmp_path, report(), around=Surroundings("desk", address, tmp_path / "scratch")))
    assert word(entry) == "unknown"
    assert not (tmp_path / "scratch" / "arguments").exists()


def test_what_writes_needs_the_grant(tmp_path: Path) -> None:
    assert "needs the grant `write`" in only(read(tmp_path, report(), methods=["GET", "POST"])).outcome.reason
    granted = Surroundings("desk", ADDRESS, tmp_path / "scratch", grants=("read", "write"))
    assert words(read(tmp_path, report(), methods=["POST"], around=granted)) == {"get.items.number": "passed"}


def test_an_identity_goes_into_a_file_and_not_into_the_arguments(tmp_path: Path) -> None:
    known = {"ann": Identity(header="X-Key", value='s3"cret')}
    around = Surroundings("desk", ADDRESS, tmp_path / "scratch", identities=known)
    assert words(read(tmp_path, report(), identity="ann", around=around)) == {"get.items.number": "passed"}
    file = tmp_path / "scratch" / "schemathesis.toml"
    assert file.read_text() == 'headers = { "X-Key" = "s3\\"cret" }\n'
    assert file.stat().st_mode & 0o077 == 0
    assert "s3" not in (tmp_path / "scratch" / "arguments").read_text()
    assert "unknown identity 'eve'" in only(read(tmp_path, report(), identity="eve", around=around)).outcome.reason


@pytest.mark.parametrize(
    ("defect", "became"),
    [
        ("", {"get.items.number": "passed"}),
        ("crashes", {"get.items.number.ServerError": "failed"}),
        ("other-type", {"get.items.number.JsonSchemaError": "failed"}),
    ],
)
def test_a_real_service_with_a_planted_violation_is_found_out(
    tmp_path: Path, defect: str, became: dict[str, str]
) -> None:
    """The whole thing, where Schemathesis is installed; the service and its document are real."""
    with described(defect) as address:
        source = source_of(tmp_path, kind="openapi", budget=5.0, examples=20)
        reading = read_source("api", source, Surroundings("described", address, tmp_path / "scratch"), now=NOW)
    assert words(reading) == became
