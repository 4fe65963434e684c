"""A SARIF file -> one entry a rule with a finding. A tool that ran and found nothing is one pass, not one a rule."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from readiness.evidence.reading import Entry, Reading, Unusable, moment, named, read_document, read_json, short
from readiness.evidence.source import SarifFile
from readiness.model import SEVERITIES, Fact, Outcome, Severity, Table, Unknown

# CVSS v3.1, section 5 (qualitative severity rating scale), as GitHub reads `security-severity`: a critical one blocks.
CVSS: tuple[tuple[float, Severity], ...] = (
    (9.0, "blocker"),
    (7.0, "critical"),
    (4.0, "major"),
    (0.1, "minor"),
    (0.0, "info"),
)
LEVELS: Mapping[str, Severity] = {"error": "critical", "warning": "major", "note": "minor", "none": "info"}
SHOWN = 50
"""Places of one rule that a report shows; all are counted."""

Run = Mapping[str, Any]


def read(source: SarifFile, now: str) -> Reading:
    """Read the file of a source at the time ``now``."""
    document = read_document(source.folder, source.file)
    runs = read_json(document).get("runs")
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise Unusable(f"{source.file}: has no `runs`: it is no SARIF file", broken=True)
    if not runs:
        raise Unusable(f"{source.file}: holds no run of any tool")
    try:
        entries = named(entry for run in runs for entry in _entries(run))
        tools = ", ".join(dict.fromkeys(_tool(run) for run in runs))
        stated = [when for run in runs if (when := _ended(run))]
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{source.file}: is not as SARIF 2.1.0 says: {short(error)}", broken=True) from None
    return Reading(
        origin=f"{tools}, {source.file}", read=now, made=min(stated, default=document.modified),
        sha256=document.sha256, entries=entries,
    )  # fmt: skip


def _tool(run: Run) -> str:
    driver = run["tool"]["driver"]
    return short(f"{driver['name']} {driver.get('semanticVersion') or driver.get('version') or ''}".strip(), 80)


def _ended(run: Run) -> str:
    times = [moment(one["endTimeUtc"]) for one in run.get("invocations") or () if "endTimeUtc" in one]
    return min((when for when in times if when), default="")


def _entries(run: Run) -> Iterator[Entry]:
    tool, results = _tool(run), run.get("results")
    failed = [one for one in run.get("invocations") or () if one.get("executionSuccessful") is False]
    if failed:
        said = short(failed[0].get("exitCodeDescription") or "no reason given")
        yield Entry(title=f"{tool} runs to its end", outcome=Unknown(f"{tool} did not end well: {said}"))
    if results is None:
        yield Entry(
            title=f"{tool} has looked", outcome=Unknown(f"{tool} left no list of results: it only says what it is")
        )
        return
    by_rule: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        by_rule.setdefault(_rule_id(result, run), []).append(result)
    found = [entry for id, mine in by_rule.items() if (entry := _finding(id, mine, run)) is not None]
    yield from found
    if not found and not failed:
        hidden = f"; {len(results)} are suppressed, gone or informational" if results else ""
        yield Entry(
            title=f"{tool} finds nothing open", outcome=Fact(True, f"{tool} ran, and no finding is open{hidden}")
        )


def _rule_id(result: Mapping[str, Any], run: Run) -> str:
    given = result.get("ruleId") or result.get("rule", {}).get("id")
    return str(given or _rule(result, run).get("id") or "unnamed")


def _rule(result: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
    """Return the description of a result's rule; of the driver, or of an extension where the result says so."""
    reference = result.get("rule", {})
    component = reference.get("toolComponent", {}).get("index")
    tool = run["tool"]
    rules = (tool["driver"] if component is None else tool["extensions"][component]).get("rules") or []
    index = result.get("ruleIndex", reference.get("index", -1))
    if 0 <= index < len(rules):
        return dict(rules[index])
    return next((dict(rule) for rule in rules if rule.get("id") == result.get("ruleId")), {})


def _is_open(result: Mapping[str, Any]) -> bool:
    """Whether a result is a finding that somebody still has to look at."""
    if result.get("kind", "fail") not in ("fail", "open", "review") or result.get("baselineState") == "absent":
        return False
    suppressions = result.get("suppressions") or []
    # SARIF 2.1.0 §3.27.23: suppressed where there is one, and none is still under review or was rejected.
    return not suppressions or any(one.get("status", "accepted") != "accepted" for one in suppressions)


def _finding(id: str, results: list[Mapping[str, Any]], run: Run) -> Entry | None:
    """One entry for all the open results of a rule; None where there is none."""
    mine = [result for result in results if _is_open(result)]
    if not mine:
        return None
    severities = [_severity(result, run) for result in mine]
    worst = min(severities, key=SEVERITIES.index)
    first = mine[severities.index(worst)]
    text = short(first.get("message", {}).get("text") or "no message")
    rows = tuple((_place(one), short(one.get("message", {}).get("text", ""), 200)) for one in mine[:SHOWN])
    evidence = (Table(f"Where {id} was found", ("place", "message"), rows),)
    certain = any(result.get("kind", "fail") == "fail" for result in mine)
    times = f"{len(mine)} times" if len(mine) > 1 else "once"
    outcome: Outcome = (
        Fact(False, f"found {times}, first at {_place(first)}: {text}", evidence)
        if certain
        else Unknown(f"{_tool(run)} asks a person to look, {times}: {text}", evidence)
    )
    described = _rule(first, run).get("shortDescription", {}).get("text") or id
    return Entry(name=id, title=short(described), outcome=outcome, severity=worst, location=_place(first))


def _severity(result: Mapping[str, Any], run: Run) -> Severity:
    """By `security-severity` (a CVSS score from 0 to 10) where there is one, else by the level."""
    rule = _rule(result, run)
    for properties in (result.get("properties") or {}, rule.get("properties") or {}):
        try:
            score = float(properties["security-severity"])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(score) and 0 <= score <= 10:
            return next(severity for least, severity in CVSS if score >= least)
    usual = rule.get("defaultConfiguration", {}).get("level", "warning")
    return LEVELS.get(result.get("level", usual), "major")


def _place(result: Mapping[str, Any]) -> str:
    for location in result.get("locations") or ():
        physical = location.get("physicalLocation", {})
        uri, line = physical.get("artifactLocation", {}).get("uri"), physical.get("region", {}).get("startLine")
        if uri:
            return short(f"{uri}:{line}" if line else uri, 200)
    return "no place given"
