"""Writes ``results.sarif`` (SARIF 2.1.0) for code scanning and for whatever else reads it.

A finding is about a running system, so its location is a logical one: the target, its scenario, the check. GitHub shows
only what has a place in a file, therefore each finding also points at the file that describes the target (``file``;
empty leaves it out).

- FAIL is of kind ``fail`` with the level of its severity: blocker and critical error, major warning, minor and info note.
- WARN is of kind ``fail`` and level ``note``: inside the limit, short of the objective. So is an advisory failure.
- INCONCLUSIVE, UNKNOWN, ERROR and SKIPPED are of kind ``open``: nothing is known. An ERROR is a notification, too.
- A waived finding is suppressed with its waiver as the justification; a skipped one with its reason.
- PASS and NOT_APPLICABLE are counted, and listed only when asked for (``every``).
"""

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from math import isfinite
from typing import Any

from readiness import Report, Result, Waiver, reporter

from ._markup import safe
from ._wording import (
    check_id,
    clean,
    flags,
    observed,
    required,
    tally,
    waiver_of,
    without_credentials,
    words,
    worst_first,
)

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"blocker": "error", "critical": "error", "major": "warning", "minor": "note", "info": "note"}
SECURITY_SEVERITY = {"blocker": "9.5", "critical": "8.0", "major": "5.5", "minor": "3.0", "info": "0.1"}
"""By GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, below low."""
KINDS = {"PASS": "pass", "NOT_APPLICABLE": "notApplicable", "WARN": "fail", "FAIL": "fail"}


@reporter()
def sarif(report: Report, *, file: str = "readiness.yaml", every: bool = False) -> dict[str, str]:
    """SARIF 2.1.0."""
    shown = [r for r in worst_first(report.results) if every or r.status not in ("PASS", "NOT_APPLICABLE")]
    rules = _rules(shown)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "readiness",
                "version": clean(report.environment.get("readiness", "unknown"), 80),
                "rules": rules,
            }
        },
        "automationDetails": {"id": _category(report)},
        "invocations": [_invocation(report)],
        "results": [_result(report, result, places[check_id(result)], file) for result in shown],
        "columnKind": "unicodeCodePoints",
        "properties": _totals(report),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return {"results.sarif": json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"}


def _category(report: Report) -> str:
    """Name the run; what stands before the last slash tells GitHub which earlier upload this one replaces."""
    target = re.sub(r"[^\w.:-]+", "-", clean(without_credentials(report.target), 120)).strip("-")
    return f"readiness/{target or 'target'}/{clean(report.run, 80).replace('/', '-')}"


def _rules(results: list[Result]) -> list[dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for result in sorted(results, key=lambda one: one.check):
        rules.setdefault(check_id(result), _rule(result))
    return list(rules.values())


def _rule(result: Result) -> dict[str, Any]:
    id, title = check_id(result), _text(result.title) or check_id(result)
    fix = result.remediation.text if result.remediation else "The reason of the finding says what was seen."
    effort = f" (effort: {result.remediation.effort})" if result.remediation else ""
    properties: dict[str, Any] = {
        "tags": [result.category, result.severity],
        "category": result.category,
        "severity": result.severity,
        "precision": "high",
        "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[LEVELS[result.severity]],
    }
    if result.category == "security":
        properties["security-severity"] = SECURITY_SEVERITY[result.severity]
    return {
        "id": id,
        "name": "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", id)) or "Unnamed",
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title} ({words(result.category)}, {result.severity})"},
        "help": {
            "text": f"{title}\nWhat to do: {_text(fix)}{effort}\nMore: readiness explain {id}",
            "markdown": f"**{safe(result.title)}**\n\nWhat to do: {safe(fix, 600)}{effort}\n\n"
            f"More: `readiness explain` {safe(id)}",
        },
        "defaultConfiguration": {"level": LEVELS[result.severity]},
        "properties": properties,
    }


def _result(report: Report, result: Result, index: int, file: str) -> dict[str, Any]:
    id, kind = check_id(result), KINDS.get(result.status, "open")
    mild = result.status == "WARN" or result.advisory
    level = "none" if kind != "fail" else "note" if mild else LEVELS[result.severity]
    # GitHub reads only primaryLocationLineHash; both are the same over runs, machines and changes of readiness.yaml.
    print_of = sha256(f"{id}\n{report.target}".encode("utf-8", "backslashreplace")).hexdigest()
    found: dict[str, Any] = {
        "ruleId": id,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": _message(result)},
        "locations": [_location(report, result, file)],
        "partialFingerprints": {"primaryLocationLineHash": f"{print_of[:16]}:1", "checkAndTarget/v1": print_of},
        "properties": _facts(result),
    }
    if suppressed := _suppression(report, result):
        found["suppressions"] = [suppressed]
    return found


def _message(result: Result) -> str:
    parts = [f"{result.status}: {_text(result.reason)}"]
    if result.value is not None and result.limit is not None:
        parts.append(f"Observed {_text(observed(result))}, required {_text(required(result))}.")
    if result.reproduce:
        parts.append(f"Reproduce: {_text(result.reproduce)}")
    return "\n".join(parts)


def _location(report: Report, result: Result, file: str) -> dict[str, Any]:
    target = clean(without_credentials(report.target), 200)
    path = "/".join([target, clean(result.scenario, 120), check_id(result)])
    location: dict[str, Any] = {
        "logicalLocations": [{"name": check_id(result), "fullyQualifiedName": path, "kind": "resource"}]
    }
    if result.location:
        location["message"] = {"text": f"Seen at {_text(result.location)}"}
    if file:
        region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
        location["physicalLocation"] = {"artifactLocation": {"uri": file}, "region": region}
    return location


def _suppression(report: Report, result: Result) -> dict[str, str]:
    if result.status == "SKIPPED":
        return {"kind": "external", "status": "accepted", "justification": f"Skipped: {_text(result.reason)}"}
    if not result.waived:
        return {}
    waiver = waiver_of(report, result)
    why = _register(waiver) if waiver else "waived by the policy"
    return {"kind": "external", "status": "accepted", "justification": why}


def _register(waiver: Waiver) -> str:
    return _text(f"{waiver.id}: {waiver.reason} (owner {waiver.owner}, last day {waiver.expires})")


def _facts(result: Result) -> dict[str, Any]:
    numbers = {"value": result.value, "objective": result.objective, "limit": result.limit}
    return {
        "status": result.status,
        "severity": result.severity,
        "category": result.category,
        "suite": clean(result.suite, 120),
        "flags": flags(result),
        "unit": clean(result.unit, 30),
        **_finite(numbers),
    }


def _invocation(report: Report) -> dict[str, Any]:
    broken = [result for result in worst_first(report.results) if result.status == "ERROR"]
    crashed = [one for one in report.scenarios if one.status in ("crashed", "timed out")]
    said = [f"check {one.check}: {one.reason}" for one in broken]
    said += [f"scenario {one.scenario}: {one.reason}" for one in crashed]
    said += ["The run was cut short."] if report.interrupted else []
    notes = [{"level": "error", "message": {"text": _text(line)}} for line in said]
    invocation: dict[str, Any] = {
        # What broke leaves results out, which SARIF calls not successful; a NOT READY alone is a successful run.
        "executionSuccessful": not notes,
        # No exitCode: the command line may turn a regression into another one than the verdict's.
        "exitCodeDescription": report.verdict,
        "properties": {"verdict": report.verdict, "deploymentReady": report.deployment_ready},
        "toolExecutionNotifications": notes,
    }
    if end := _moment(report.timestamp):
        invocation["endTimeUtc"] = end
    return invocation


def _totals(report: Report) -> dict[str, Any]:
    numbers = {
        "overallScore": report.overall_score,
        "scoreLow": report.overall_interval.low,
        "scoreHigh": report.overall_interval.high,
        "coverage": report.coverage,
    }
    return {
        "verdict": report.verdict,
        "reason": _text(report.reason),
        "deploymentReady": report.deployment_ready,
        **_finite(numbers),
        "statuses": tally(report.results),
        "scope": _text(report.scope.sentence),
        "interrupted": report.interrupted,
    }


def _finite(numbers: dict[str, float | None]) -> dict[str, float]:
    """Keep what JSON can write; a number that is not there was not measured."""
    return {name: value for name, value in numbers.items() if value is not None and isfinite(value)}


def _text(text: object) -> str:
    # "[words](address)" is a link in a SARIF message; nothing that a target said may be one.
    return clean(text).replace("](", "]\u200b(")


def _moment(timestamp: str) -> str:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return ""
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M:%SZ")
