"""Writes one JUnit file per suite with results, for the test views of CI systems.

JUnit knows passed, failure, error and skipped; nothing that is not known may look like a pass there:

- PASS and WARN pass; a WARN says so in its output.
- FAIL is a failure; when waived it is skipped, with the waiver as its message.
- ERROR is an error; so is a suite that broke before it had results, and one whose run was interrupted.
- UNKNOWN and INCONCLUSIVE are a failure of type INCONCLUSIVE where the check is a blocker or critical (a pipeline must
  not go on as if it had been seen), otherwise skipped.
- SKIPPED and NOT_APPLICABLE are skipped, each with its reason.

The exact status, severity, score and flags are properties of each case, the verdict is a property of the suite. Properties
of a case are the one thing here that Jenkins' strict schema does not know; every parser in use takes or ignores them.
"""

import re
from math import isfinite
from xml.etree import ElementTree

from readiness import Report, Result, SuiteResult, reporter

from ._wording import clean_lines, flags, observed, required, waiver_of

OUTPUT = 20_000


@reporter()
def junit(report: Report) -> dict[str, str]:
    """JUnit XML, one file per suite with results: also where none of its checks could run, or no file would look like no failure."""
    files: dict[str, str] = {}
    for name, suite in report.detailed_results.items():
        if suite.results or suite.status != "NOT_RUN":
            files[_file_name(name, files)] = _document(report, name, suite)
    return files


def _file_name(suite: str, taken: dict[str, str]) -> str:
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", suite)[:80] or "unnamed"
    name, count = f"test_results_{stem}.xml", 1
    while name in taken:
        count += 1
        name = f"test_results_{stem}_{count}.xml"
    return name


def _document(report: Report, name: str, suite: SuiteResult) -> str:
    element = ElementTree.Element("testsuite", name=_xml(name), timestamp=_xml(report.timestamp))
    _properties(
        element,
        verdict=report.verdict,
        deployment_ready=report.deployment_ready,
        overall_score=report.overall_score,
        suite_status=suite.status,
        scope=report.scope.sentence,
        interrupted=report.interrupted,
    )
    for result in suite.results:
        element.append(_case(result, _reason(report, result)))
    if broken := _broken(report, suite):
        case = ElementTree.SubElement(element, "testcase", name="suite", classname=_xml(name), time="0.000")
        _say(case, "error", "ERROR", broken, "")
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(element.findall(f"testcase/{tag}"))))
    element.set("tests", str(len(element.findall("testcase"))))
    element.set("time", _seconds(suite.duration_seconds))
    root = ElementTree.Element("testsuites")
    root.append(element)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _broken(report: Report, suite: SuiteResult) -> str:
    """Why the suite as a whole is an error; empty where it is none, or where a result of it says so."""
    if suite.status == "ERROR" and not any(result.status == "ERROR" for result in suite.results):
        return suite.error or "the suite broke and gave no reason"
    return "the run was interrupted, so this is only a part of it" if report.interrupted else ""


def _case(result: Result, reason: str) -> ElementTree.Element:
    place = f"{result.suite}.{result.category}"
    case = ElementTree.Element(
        "testcase", name=_xml(result.check), classname=_xml(place), time=_seconds(result.duration_seconds)
    )
    _properties(
        case,
        status=result.status,
        severity=result.severity,
        category=result.category,
        score_low=result.score.low,
        score_high=result.score.high,
        flags=", ".join(flags(result)),
    )
    tag, kind = _verdict_of(result)
    if tag:
        _say(case, tag, kind, reason, _body(result))
    elif result.status == "WARN":
        ElementTree.SubElement(case, "system-out").text = _xml(f"WARN: {result.reason}")
    return case


def _reason(report: Report, result: Result) -> str:
    """The reason of a result; of a waived failure the waiver, then the reason."""
    if result.status != "FAIL" or not result.waived:
        return result.reason
    waiver = waiver_of(report, result)
    accepted = f"{waiver.id}, {waiver.reason} Owner {waiver.owner}, last day {waiver.expires}. " if waiver else ""
    return f"{accepted}{result.reason}"


def _verdict_of(result: Result) -> tuple[str, str]:
    """The JUnit element for a status, and its type; empty for a pass."""
    match result.status:
        case "PASS" | "WARN":
            return "", ""
        case "FAIL":
            return ("skipped", "WAIVED") if result.waived else ("failure", "FAIL")
        case "ERROR":
            return "error", "ERROR"
        case "UNKNOWN" | "INCONCLUSIVE" if result.critical:
            return "failure", "INCONCLUSIVE"
    return "skipped", result.status


def _body(result: Result) -> str:
    lines = [result.title, result.reason]
    if result.value is not None or result.limit is not None:
        lines.append(f"observed {observed(result) or 'nothing'}, required {required(result) or 'nothing'}")
    if result.remediation:
        lines.append(f"What to do: {result.remediation.text}")
    if result.reproduce:
        lines.append(f"Reproduce: {result.reproduce}")
    return "\n".join(lines)


def _say(case: ElementTree.Element, tag: str, kind: str, message: str, body: str) -> None:
    element = ElementTree.SubElement(case, tag, type=kind, message=_xml(f"{kind}: {message}", 1000))
    element.text = _xml(body) or None


def _properties(parent: ElementTree.Element, **values: object) -> None:
    element = ElementTree.SubElement(parent, "properties")
    for name, value in values.items():
        if value not in (None, ""):
            text = str(value).lower() if isinstance(value, bool) else value
            ElementTree.SubElement(element, "property", name=name, value=_xml(text))


def _seconds(value: float) -> str:
    return f"{value if isfinite(value) else 0.0:.3f}"


def _xml(value: object, limit: int = OUTPUT) -> str:
    # clean_lines removes everything that XML 1.0 forbids; the writer escapes the rest.
    return clean_lines(value, limit)
