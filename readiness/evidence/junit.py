"""A JUnit file -> one entry a test case. A file without a case, or with fewer than it claims, proves nothing."""

from collections.abc import Iterator
from typing import cast, get_args
from xml.etree import ElementTree
from xml.parsers import expat

from readiness.evidence.reading import Document, Entry, Reading, Unusable, moment, named, read_document, short
from readiness.evidence.source import JUnitFile
from readiness.model import Broken, Category, Fact, Outcome, Severity, Unknown

Element = ElementTree.Element
RETRIED = ("flakyFailure", "flakyError", "rerunFailure", "rerunError")


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
    stated = [when for suite in suites if (when := moment(suite.get("timestamp", "")))]
    entries = [*(_entry(case) for case in cases), *_missing(root, len(cases)), *_suite_errors(suites)]
    return Reading(
        origin=f"JUnit, {source.file}", read=now, made=min(stated, default=document.modified),
        sha256=document.sha256, entries=named(entries),
    )  # fmt: skip


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
    for tag in ("error", "failure", "skipped"):
        child = case.find(tag)
        if child is None:
            continue
        said = short(child.get("message") or child.text or "without a word")
        if tag == "error":
            return Broken(f"the test broke: {said}")
        return Fact(False, f"failed: {said}") if tag == "failure" else Unknown(f"skipped: {said}")
    if any(case.find(tag) is not None for tag in RETRIED):
        return Unknown("passed only on a retry: flaky, which is no pass")
    if case.get("status", "run") in ("notrun", "disabled", "skipped"):
        return Unknown(f"its status is {case.get('status')!r}: it did not run")
    return Fact(True, f"passed in {short(case.get('time', 'an unknown number of'), 20)} s")


def _missing(root: Element, found: int) -> Iterator[Entry]:
    """A file that claims more tests than it holds was cut off."""
    top = [root] if root.get("tests") else list(root.findall("testsuite"))
    claims = [int(count) for suite in top if (count := suite.get("tests", "")).isdigit()]
    if sum(claims) > found:
        yield Entry(
            title="The file is whole",
            outcome=Unknown(f"claims {sum(claims)} tests and holds {found}: the rest is unknown"),
        )


def _suite_errors(suites: list[Element]) -> Iterator[Entry]:
    """What broke outside any case, as when a module could not be imported."""
    for suite in suites:
        for tag in ("error", "failure"):
            for child in suite.findall(tag):
                said = short(child.get("message") or child.text or "without a word")
                yield Entry(
                    name=f"{suite.get('name', 'suite')}.{tag}",
                    title="A suite that runs",
                    outcome=Broken(f"broke: {said}"),
                )
