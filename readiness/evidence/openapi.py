"""The service held against its own OpenAPI document by Schemathesis: one entry an operation, one a kind of failure.

It sends what the document allows and what it forbids, and looks at what comes back: server errors, answers that the document
does not describe. Only to loopback, for a bounded time, in a process of its own. Schemathesis is an extra.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from readiness.evidence.junit import parsed
from readiness.evidence.reading import Entry, Reading, Unusable, named, read_document, read_json, short
from readiness.evidence.source import OpenApiFuzzing, is_loopback
from readiness.model import Broken, Fact, Severity, Table, Unknown
from readiness.targeting import Identity

EXTRA = "pip install 'readiness-gate[fuzz]'"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
# Our choice: a server error is a defect whatever was sent; the others break a promise to whoever reads the document.
SEVERITIES: Mapping[str, Severity] = {
    "ServerError": "critical",
    "UndefinedStatusCode": "minor",
    "UndefinedContentType": "minor",
}
READING = ("GET", "HEAD", "OPTIONS")
# A document may refer to others elsewhere: nothing leaves this machine, for a proxy that is not there leads nowhere.
_NOWHERE = "http://127.0.0.1:9"
_CONFINED = {
    "HTTP_PROXY": _NOWHERE, "HTTPS_PROXY": _NOWHERE, "http_proxy": _NOWHERE, "https_proxy": _NOWHERE,
    "NO_PROXY": "127.0.0.1,localhost,::1", "no_proxy": "127.0.0.1,localhost,::1",
}  # fmt: skip


def read(
    source: OpenApiFuzzing, now: str, *, scratch: Path, address: str, writes: bool, identities: Mapping[str, Identity]
) -> Reading:
    """Send to the target at ``address`` what its document describes; ``writes`` tells whether it may be written to."""
    if not is_loopback(address):
        raise Unusable(f"the target is at {short(address, 80)!r}: nothing is sent there but to http:// on loopback")
    if not writes and (forbidden := [method for method in source.methods if method.upper() not in READING]):
        raise Unusable(f"{', '.join(forbidden)} may change the target: needs the grant `write`")
    if source.identity and source.identity not in identities:
        raise Unusable(
            f"unknown identity {source.identity!r}; described: {', '.join(identities) or 'none'}", broken=True
        )
    scratch.mkdir(parents=True, exist_ok=True)
    _configure(scratch, identities.get(source.identity))
    ended = _run(source, scratch, address)
    try:
        report = read_json(read_document(str(scratch), "report.json"))
    except Unusable:
        raise Unusable(f"Schemathesis left no report: {ended}", broken=True) from None
    try:
        if not (report["operations"] or {}).get("tested"):
            errors = ", ".join(error["title"] for error in report["errors"])
            raise Unusable(
                f"not one operation was tried: {errors or 'none was selected'}; {ended}", broken=bool(errors)
            )
        entries = named(_entries(report, _told(scratch), address, ended))
    except (KeyError, TypeError) as error:
        raise Unusable(f"the report of Schemathesis is not as expected: {short(error)}", broken=True) from None
    origin = f"Schemathesis {short(report.get('schemathesis_version', ''), 20)}, {source.document}"
    return Reading(origin=origin, read=now, entries=entries)


def _configure(scratch: Path, identity: Identity | None) -> None:
    """The identity goes into a file of our own: arguments can be read by anybody on the machine."""
    headers = {identity.header: identity.value} if identity else {}
    lines = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in headers.items())
    path = scratch / "schemathesis.toml"
    path.touch(mode=0o600)
    path.write_text(f"headers = {{ {lines} }}\n" if headers else "")


def _run(source: OpenApiFuzzing, scratch: Path, address: str) -> str:
    """Run Schemathesis to its end or its deadline; say how it ended."""
    beside = Path(source.folder) / source.document
    where = str(beside) if not source.document.startswith("/") else urljoin(address, source.document)
    command = [
        source.python or sys.executable, "-m", "schemathesis.cli", "--no-color", "run", where, "--url", address,
        *(word for method in source.methods for word in ("--include-method", method.upper())),
        "--max-examples", str(source.examples), "--max-time", f"{source.budget:g}", "--seed", "7", "--max-redirects", "0",
        "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS), "--generation-database", "none",
        "--request-timeout", "5", "--report", "json,junit", "--report-json-path", "report.json",
        "--report-junit-path", "report.xml",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=scratch, env={**os.environ, **_CONFINED}, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=source.seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no end after {source.seconds:g} s"
    except OSError as error:
        raise Unusable(f"{command[0]}: {error.strerror}", broken=True) from None
    said = (done.stderr + done.stdout).decode(errors="replace").strip()
    if "No module named 'schemathesis" in said:
        raise Unusable(f"needs Schemathesis: {EXTRA}")
    return f"status {done.returncode}: {short(said[-300:]) or 'without a word'}"


def _told(scratch: Path) -> dict[tuple[str, str], str]:
    """What Schemathesis tells of each failure, by operation and code."""
    told: dict[tuple[str, str], str] = {}
    try:
        root = parsed(read_document(str(scratch), "report.xml"))
    except Unusable:
        return told  # the report has the failures; only the words are lost
    for case in root.iter("testcase"):
        for failure in case.iter("failure"):
            for code in failure.get("message", "").split(", "):
                told.setdefault((case.get("name", ""), code), _text(failure))
    return told


def _text(failure: ElementTree.Element) -> str:
    return failure.text or ""


def _entries(
    report: Mapping[str, Any], told: Mapping[tuple[str, str], str], address: str, ended: str
) -> Iterator[Entry]:
    """One entry for each failure of each operation, and one for each operation that was really tried and had none."""
    failures = [(failure, operation) for failure in report.get("failures") or () for operation in failure["operations"]]
    crashed = {operation for failure, operation in failures if failure["type"] == "ServerError"}
    for failure, operation in failures:
        text = told.get((operation, failure["code"]), "")
        if failure["type"] == "UndefinedStatusCode" and operation in crashed and "Received: 5" in text:
            continue  # the same answer, told twice
        yield _failure(failure, operation, text, address)
    failed = {operation for _, operation in failures}
    yield from _tried({name: rates for name, rates in report["valid_rates"].items() if name not in failed})
    for error in report.get("errors") or ():
        yield Entry(
            name=error["title"], title="The document can be used", outcome=Broken(f"Schemathesis: {error['title']}")
        )
    counts = report["operations"]
    if untried := counts["selected"] - counts["tested"]:
        yield Entry(
            title="All operations are tried", outcome=Unknown(f"{untried} of {counts['selected']} were not tried")
        )
    if report.get("complete") is not True:
        yield Entry(title="The run is whole", outcome=Broken(f"Schemathesis did not come to its end: {ended}"))


def _failure(failure: Mapping[str, Any], operation: str, text: str, address: str) -> Entry:
    said, _, command = text.partition("Reproduce with:")
    details = said.partition("\n- ")[2] or said
    return Entry(
        name=f"{_name(operation)}.{failure['type']}",
        title=short(f"{operation}: {failure['title']}"),
        outcome=Fact(False, short(f"{failure['title']}: {details.strip() or 'no details'}")),
        severity=SEVERITIES.get(failure["type"], "major"),
        location=operation,
        reproduce=short(command.strip().replace(address.rstrip("/"), "$READINESS_TARGET_URL")),
    )


def _tried(rates: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[Entry]:
    """The operations without a failure. Calls that never got through say nothing about what an operation does."""
    unreached: list[tuple[str, int]] = []
    for operation, phases in rates.items():
        accepted = sum(counts.get("accepted", 0) for counts in phases.values())
        others = sum(count for counts in phases.values() for kind, count in counts.items() if kind != "accepted")
        if not accepted:
            unreached.append((operation, others))
            continue
        reason = f"{accepted} valid calls got through, {others} did not; every answer was as described"
        yield Entry(name=_name(operation), title=f"{operation} is as described", outcome=Fact(True, reason))
    if unreached:
        names = ", ".join(operation for operation, _ in unreached)
        reason = f"no valid call got through to {names}: an identity, or an id that exists, may be needed"
        evidence = (Table("Operations that were not reached", ("operation", "calls"), tuple(unreached)),)
        yield Entry(name="unreached", title="All operations are reached", outcome=Unknown(short(reason), evidence))


def _name(operation: str) -> str:
    """``GET /items/{number}`` as a name: ``get.items.number``."""
    method, _, path = operation.partition(" ")
    return f"{method.lower()}.{path.replace('{', '').replace('}', '').strip('/').replace('/', '.') or 'root'}"
