"""A SARIF file: a rule with an open finding fails; what was suppressed is none; silence about a rule is no proof."""

from pathlib import Path
from typing import Any

import pytest

from readiness.model import Fact
from tests.readiness.evidence_files import only, read_data, word, words

RULES = [
    {"id": "B1", "shortDescription": {"text": "Shell"}, "defaultConfiguration": {"level": "error"}},
    {"id": "B2", "properties": {"security-severity": "9.8"}},
    {"id": "B3"},
]


def run(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "Bandit", "version": "1.8", "rules": RULES}}, "results": list(results), **more}


def result(rule: str, **more: Any) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 7}}}
    return {"ruleId": rule, "message": {"text": "bad"}, "locations": [place], **more}


def file(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"version": "2.1.0", "runs": list(runs)}


def test_one_result_a_rule_with_the_gravest_severity(tmp_path: Path) -> None:
    found = file(run(result("B1"), result("B1", level="note"), result("B2"), result("B3")))
    reading = read_data(tmp_path, found, "sarif")
    assert words(reading) == {"B1": "failed", "B2": "failed", "B3": "failed"}
    assert [entry.severity for entry in reading.entries] == ["critical", "blocker", "major"]
    assert reading.entries[0].outcome.reason == "found 2 times, first at app.py:7: bad"
    assert reading.entries[0].title == "Shell"
    assert reading.origin == "Bandit 1.8, file"


def test_a_clean_run_is_one_pass_and_not_one_a_rule(tmp_path: Path) -> None:
    reading = read_data(tmp_path, file(run()), "sarif")
    assert words(reading) == {"": "passed"}


@pytest.mark.parametrize(
    "more",
    [
        {"suppressions": [{"kind": "inSource"}]},
        {"suppressions": [{"kind": "external", "status": "accepted"}]},
        {"baselineState": "absent"},
        {"kind": "informational"},
        {"kind": "pass"},
    ],
)
def test_what_is_suppressed_gone_or_no_finding_is_none(tmp_path: Path, more: dict[str, Any]) -> None:
    entry = only(read_data(tmp_path, file(run(result("B1", **more))), "sarif"))
    assert word(entry) == "passed"
    assert "1 are suppressed" in entry.outcome.reason


@pytest.mark.parametrize("status", ["underReview", "rejected"])
def test_a_suppression_that_nobody_accepted_suppresses_nothing(tmp_path: Path, status: str) -> None:
    found = result("B1", suppressions=[{"kind": "external", "status": status}])
    assert words(read_data(tmp_path, file(run(found)), "sarif")) == {"B1": "failed"}


def test_what_a_person_must_look_at_is_unknown(tmp_path: Path) -> None:
    assert words(read_data(tmp_path, file(run(result("B1", kind="review"))), "sarif")) == {"B1": "unknown"}


def test_rules_are_found_by_index_too(tmp_path: Path) -> None:
    found = {"ruleIndex": 1, "message": {"text": "bad"}}
    entry = only(read_data(tmp_path, file(run(found)), "sarif"))
    assert (entry.name, entry.severity) == ("B2", "blocker")
    assert isinstance(entry.outcome, Fact)


@pytest.mark.parametrize(
    ("score", "severity"),
    [("9.0", "blocker"), ("8.9", "critical"), ("7.0", "critical"), ("6.9", "major"), ("4.0", "major"), ("3.9", "minor"),
     ("0.0", "info"), ("NaN", "major"), ("high", "major"), ("11", "major")],
)  # fmt: skip
def test_a_cvss_score_decides_the_severity(tmp_path: Path, score: str, severity: str) -> None:
    found = result("B3", properties={"security-severity": score})
    assert only(read_data(tmp_path, file(run(found)), "sarif")).severity == severity


def test_a_tool_that_did_not_end_well_proves_nothing(tmp_path: Path) -> None:
    failed = [{"executionSuccessful": False, "exitCodeDescription": "out of memory"}]
    assert words(read_data(tmp_path, file(run(invocations=failed)), "sarif")) == {"": "unknown"}


def test_a_run_without_a_list_of_results_proves_nothing(tmp_path: Path) -> None:
    bare = run()
    del bare["results"]
    assert words(read_data(tmp_path, file(bare), "sarif")) == {"": "unknown"}


@pytest.mark.parametrize(
    ("data", "became"),
    [
        ({"runs": []}, "unknown"),
        ({}, "broken"),
        ([], "broken"),
        ({"runs": [{"results": []}]}, "broken"),
        ({"runs": [{"tool": {"driver": {"name": "x"}}, "results": [7]}]}, "broken"),
        ({"runs": "many"}, "broken"),
    ],
)
def test_what_is_no_sarif_never_passes(tmp_path: Path, data: Any, became: str) -> None:
    assert word(only(read_data(tmp_path, data, "sarif"))) == became
