"""A JUnit file -> one entry a test case. A file without a case, or with less than it claims, proves nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast, get_args
from xml.etree import ElementTree
from xml.parsers import expat

from readiness.evidence.reading import Document, Entry, Reading, Unusable, moment, named, read_document, short
from readiness.evidence.source import JUnitFile
from readiness.model import Broken, Category, Fact, Outcome, Severity, Unknown

Element = ElementTree.Element
RETRIED = ("flakyFailure", "flakyError", "rerunFailure", "rerunError")
FAILED = ("failed", "fail", "error", "failure")
"""Statuses with which some tools say it, without an element."""


def read(source: JUnitFile, now: str) -> Reading:
    """Read the file of a source at the time ``now``."""
    document = read_document(source.folder, source.file)
    root = parsed(document)
    suites = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    cases = list(root.iter("testcase"))
    if root.tag not in ("testsuite", "testsuites"):
        raise Unusable(f"{source.file}: begins with <{short(root.tag, 40)}>, which is no JUnit file", broken=True)
    if not cases:
        raise Unusable(f"{source.file}: not one test was collected, and no test is no pass")
    entries = [*(_entry(case) for case in cases), *_missing(root, cases), *_suite_errors(suites)]
    return Reading(
        origin=f"JUnit, {source.file}", read=now, made=_made(suites, document.modified),
        sha256=document.sha256, entries=named(entries),
    )  # fmt: skip


def _made(suites: list[Element], modified: str) -> str:
    """When the first suite began. Without a zone that may be a local time, and no file is younger than its last change."""
    stated = []
    for suite in suites:
        text = suite.get("timestamp", "")
        if when := moment(text):
            stated.append(when if datetime.fromisoformat(text).tzinfo else min(when, modified))
    return min(stated, default=modified)


def parsed(document: Document) -> Element:
    """Return the root of an XML document that declares no document type; Unusable for any other."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(document.content, True)
        return ElementTree.fromstring(document.content)  # noqa: S314 - no document type, so no entity to expand
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unusable(f"{document.name}: not readable as XML: {error}", broken=True) from None


def _refuse_doctype(*_: object) -> None:
    raise ValueError("it declares a document type, with which entities can grow without end")


def _entry(case: Element) -> Entry:
    name = ".".join(part for part in (case.get("classname", ""), case.get("name", "")) if part) or "unnamed"
    properties = {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
    category, severity = properties.get("readiness.category"), properties.get("readiness.severity")
    return Entry(
        name=name,
        title=short(name),
        outcome=_outcome(case),
        category=cast(Category, category) if category in get_args(Category) else None,
        severity=cast(Severity, severity) if severity in get_args(Severity) else None,
        location=":".join(part for part in (case.get("file", ""), case.get("line", "")) if part),
    )


def _outcome(case: Element) -> Outcome:
    """The gravest thing that a case says of itself; silence is JUnit's word for passed."""
    for tag in ("error", "failure"):
        if (child := case.find(tag)) is not None:
            said = _said(child)
            return Broken(f"the test broke: {said}") if tag == "error" else Fact(False, f"failed: {said}")
    status = case.get("status", "run")
    if _failed(case):
        return Fact(False, f"failed: its status is {short(status, 20)!r}")
    if (skipped := case.find("skipped")) is not None:
        return Unknown(f"skipped: {_said(skipped)}")
    if any(case.find(tag) is not None for tag in RETRIED):
        return Unknown("passed only on a retry: flaky, which is no pass")
    if status in ("notrun", "disabled", "skipped"):
        return Unknown(f"its status is {status!r}: it did not run")
    return Fact(True, f"passed in {short(case.get('time', 'an unknown number of'), 20)} s")


def _failed(case: Element) -> bool:
    """Whether a case says with its status alone that it failed."""
    return case.get("status", "").lower() in FAILED and case.find("error") is None and case.find("failure") is None


def _missing(root: Element, cases: list[Element]) -> Iterator[Entry]:
    """A file that claims more tests than it holds was cut off; one that shows fewer failures than it states keeps some back."""
    claimed = _stated(root, "tests")
    if claimed > len(cases):
        yield Entry(
            title="The file is whole",
            outcome=Unknown(f"claims {claimed} tests and holds {len(cases)}: the rest is unknown"),
        )
    failed = _stated(root, "failures", "errors")
    shown = sum(len(list(root.iter(tag))) for tag in ("failure", "error")) + sum(_failed(case) for case in cases)
    if failed > shown:
        yield Entry(
            title="The file shows what failed",
            outcome=Unknown(f"states {failed} failures and shows {shown}: which tests passed is unknown"),
        )


def _stated(root: Element, *names: str) -> int:
    """The sum of what the top suites state under these names."""
    top = [root] if any(root.get(name) for name in names) else list(root.findall("testsuite"))
    counts = [suite.get(name, "") for suite in top for name in names]
    return sum(int(count) for count in counts if count.isdecimal())


def _said(element: Element) -> str:
    return short(element.get("message") or element.text or "without a word")


def _suite_errors(suites: list[Element]) -> Iterator[Entry]:
    """What broke outside any case, as when a module could not be imported."""
    for suite in suites:
        for tag in ("error", "failure"):
            for child in suite.findall(tag):
                yield Entry(
                    name=f"{suite.get('name', 'suite')}.{tag}",
                    title="A suite that runs",
                    outcome=Broken(f"broke: {_said(child)}"),
                )
