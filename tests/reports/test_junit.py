"""The JUnit files: what is not known never looks like a pass."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from readiness.model import Severity, Status
from readiness.report import Report, Result, SuiteResult
from reports.junit import junit
from tests.reports.hostile import hostile
from tests.reports.samples import empty, not_ready, ready, report, result
from tests.reports.situations import SITUATIONS, waived

# What the strict schema of Jenkins (junit-10.xsd) allows: the attributes and children of each element.
# Beyond it we use only the properties of a case, as pytest does.
TIME = re.compile(r"\d*(\.\d+)?")
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time", "group"},
        {"skipped", "error", "failure", "system-out", "system-err", "properties"},
    ),
    "skipped": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "failure": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name"},
    "property": {"name", "value"},
}


def complaints(text: str) -> list[str]:
    """Everything that a strict reader would refuse."""
    wrong = []
    for element in ElementTree.fromstring(text).iter():
        if element.tag not in ALLOWED:
            wrong.append(f"unknown element {element.tag}")
            continue
        attributes, children = ALLOWED[element.tag]
        wrong += [f"{element.tag} has no {name}" for name in REQUIRED.get(element.tag, set()) - set(element.attrib)]
        wrong += [f"{element.tag} has {name}" for name in set(element.attrib) - attributes]
        wrong += [f"{element.tag} holds {child.tag}" for child in element if child.tag not in children]
        if not TIME.fullmatch(element.get("time", "0")):
            wrong.append(f"time {element.get('time')!r}")
        if element.tag == "testcase" and sum(child.tag in ("skipped", "error", "failure") for child in element) > 1:
            wrong.append("a case with two outcomes")
    return wrong


def files_of(report: Report) -> Mapping[str, str]:
    files = junit(report)
    assert not isinstance(files, str)
    return files


def case_of(one: Result) -> ElementTree.Element:
    suites = {one.suite: SuiteResult(status="FAILED", exit_code=1, critical=True, results=(one,))}
    (text,) = files_of(report([one], "NOT READY", {}, detailed_results=suites)).values()
    case = ElementTree.fromstring(text).find("testsuite/testcase")
    assert case is not None
    return case


def outcome_of(one: Result) -> str:
    case = case_of(one)
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


@pytest.mark.parametrize(
    ("status", "severity", "outcome"),
    [
        ("PASS", "blocker", "passed"),
        ("WARN", "blocker", "passed"),
        ("FAIL", "minor", "failure"),
        ("FAIL", "blocker", "failure"),
        ("ERROR", "minor", "error"),
        ("UNKNOWN", "blocker", "failure"),
        ("UNKNOWN", "critical", "failure"),
        ("INCONCLUSIVE", "critical", "failure"),
        ("UNKNOWN", "major", "skipped"),
        ("INCONCLUSIVE", "minor", "skipped"),
        ("SKIPPED", "blocker", "skipped"),
        ("NOT_APPLICABLE", "blocker", "skipped"),
    ],
)
def test_each_status_has_its_element(status: Status, severity: Severity, outcome: str) -> None:
    assert outcome_of(result("x", "security", status, severity)) == outcome


def test_an_undecided_critical_check_says_that_it_is_inconclusive() -> None:
    failure = case_of(result("x", "security", "UNKNOWN", "critical")).find("failure")
    assert failure is not None
    assert failure.get("type") == "INCONCLUSIVE"
    assert "capability logs is missing" in failure.get("message", "")


def test_a_waived_failure_is_skipped_and_says_why() -> None:
    skipped = case_of(result("x", "security", "FAIL", "critical", waived=True)).find("skipped")
    assert skipped is not None
    assert skipped.get("type") == "WAIVED"


def test_the_message_of_a_waived_failure_is_the_waiver_in_force() -> None:
    messages = [
        skipped.get("message", "")
        for text in files_of(waived()).values()
        for skipped in ElementTree.fromstring(text).iter("skipped")
        if skipped.get("type") == "WAIVED"
    ]
    assert len(messages) == 1
    assert messages[0].startswith(
        "WAIVED: W-1, The proxy ends sessions. Owner ops, last day 2026-12-01. Beyond the limit"
    )


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_strict_reader_takes_every_file(name: str) -> None:
    for text in files_of(SITUATIONS[name]()).values():
        assert complaints(text) == []


def test_the_strict_reader_refuses_what_is_wrong() -> None:
    text = next(iter(files_of(not_ready()).values()))
    assert complaints(text.replace('classname="', 'class="'))
    assert complaints(text.replace("<failure ", "<failed ").replace("</failure>", "</failed>"))
    assert complaints(re.sub(r'time="[\d.]+"', 'time="soon"', text))


def test_the_exact_status_is_a_property() -> None:
    values = {p.get("name"): p.get("value") for p in case_of(result("x", "security", "WARN")).iter("property")}
    assert values["status"] == "WARN"
    assert values["severity"] == "major"


def test_only_suites_with_results_have_a_file() -> None:
    assert files_of(empty()) == {}
    assert set(files_of(ready())) == {
        "test_results_end_to_end_workflows.xml",
        "test_results_stress_testing.xml",
        "test_results_real_world_scenarios.xml",
        "test_results_production_readiness.xml",
    }


def test_a_suite_that_could_not_run_has_a_file_that_is_not_green() -> None:
    unseen = (result("one", "security", "UNKNOWN", severity="critical"), result("two", "security", "UNKNOWN"))
    suites = {"stress_testing": SuiteResult(status="NOT_RUN", exit_code=5, critical=True, results=unseen)}
    (text,) = files_of(report([], "INCONCLUSIVE", {}, detailed_results=suites)).values()
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")


def test_what_passed_before_an_interruption_is_not_a_green_suite() -> None:
    passed = (result("one", "security", "PASS"),)
    suites = {"stress_testing": SuiteResult(status="FAILED", exit_code=1, critical=True, results=passed)}
    (text,) = files_of(report([], "INCONCLUSIVE", {}, detailed_results=suites, interrupted=True)).values()
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("errors")) == ("2", "1")
    assert "interrupted" in text


def test_a_suite_that_broke_without_results_is_an_error() -> None:
    broken = {"stress_testing": SuiteResult(status="ERROR", exit_code=3, critical=True, error="the target died")}
    (text,) = files_of(report([], "INCONCLUSIVE", {}, detailed_results=broken)).values()
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    assert "the target died" in text


def test_the_totals_are_those_of_the_cases() -> None:
    for text in files_of(not_ready()).values():
        suite = ElementTree.fromstring(text).find("testsuite")
        assert suite is not None
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(len(suite.findall(f"testcase/{tag}")))
        assert suite.get("tests") == str(len(suite.findall("testcase")))


def test_hostile_strings_stay_inside_the_file_and_inside_the_folder() -> None:
    ((name, text),) = files_of(hostile()).items()
    root = ElementTree.fromstring(text)
    assert "/" not in name
    assert "\x1b" not in text
    assert len(name) < 120
    assert len(text) < 200_000
    assert root.find(".//script") is None
    failure = root.find(".//failure")
    assert failure is not None
    assert "<script>alert('x')</script>" in (failure.text or "")


def test_suites_whose_names_look_alike_keep_files_of_their_own() -> None:
    suites = {name: SuiteResult(status="PASSED", exit_code=0, critical=False) for name in ("a/b", "a b", "a_b")}
    assert len(files_of(report([], "READY", {}, detailed_results=suites))) == 3
