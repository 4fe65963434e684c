"""Findings as the page shows them: each with its drawings, the rows of its tables and what no other line says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readiness import Report, Result, Table

from .._wording import (  # noqa: TID252 - plugin folders have no absolute name
    duration,
    number,
    observed,
    origin_sentence,
    percent,
    required,
    with_unit,
)
from ._arithmetic import sentences_of
from ._charts import Gauge, gauge
from ._plots import Plot, series_plot

MOST_ROWS, FEWER_ROWS = 50, 4
"""Rows of a table that are shown: of a finding, and of one about which there is nothing to be done."""
NARROW, GAP = 44, 3
"""Letters that stand side by side on a telephone, and those that the gap between two columns takes."""
SETTLED = ("PASS", "NOT_APPLICABLE")
NOTABLE = 1.0
"""Seconds that judging may take without being mentioned."""


@dataclass(frozen=True)
class Evidence:
    """A table as shown: the first rows, and how many more there are."""

    table: Table
    rows: tuple[tuple[object, ...], ...]
    hidden: int

    @property
    def narrow(self) -> bool:
        """Whether it fits on a telephone, so that it need not scroll by itself."""
        columns = zip(*(map(str, row) for row in (self.table.columns, *self.rows)), strict=False)
        return sum(max(map(len, column)) + GAP for column in columns) <= NARROW


@dataclass(frozen=True)
class Finding:
    """A result with everything that its place on the page needs."""

    anchor: str
    result: Result
    observed: str
    required: str
    gauge: Gauge | None
    plots: tuple[Plot, ...]
    tables: tuple[Evidence, ...]
    undrawn: tuple[str, ...]
    arithmetic: str
    """How the value became the score and the points."""
    facts: tuple[tuple[str, str], ...]
    """What is known of it beside that: name and text, only what no drawing and no other line says."""
    settled: bool
    """Whether there is nothing to be done about it."""
    faults_of: str
    """Anchor of the scenario that lists its faults with their witnesses; empty where they must stand here."""


def findings_of(report: Report) -> dict[int, Finding]:
    """Lay every result out, by its identity."""
    arithmetic, taken = sentences_of(report), set[str]()
    faults = {s.scenario: (act_anchor(index), s.windows) for index, s in enumerate(report.scenarios) if s.windows}
    found = {}
    for result in report.results:
        place, windows = faults.get(result.scenario, ("", ()))
        faults_of = place if result.witnesses == windows else ""
        found[id(result)] = _finding(result, _anchor(result.check, taken), arithmetic[id(result)], faults_of)
    return found


def act_anchor(index: int) -> str:
    """The anchor of a scenario, by its place; names come from outside."""
    return f"scenario-{index}"


def _finding(result: Result, anchor: str, arithmetic: str, faults_of: str) -> Finding:
    plots, tables, undrawn = [], [], []
    most = FEWER_ROWS if result.status in SETTLED else MOST_ROWS
    for evidence in result.evidence:
        if evidence.kind == "table":
            tables.append(Evidence(evidence, evidence.rows[:most], max(0, len(evidence.rows) - most)))
        elif drawn := series_plot(evidence, result.witnesses, result):
            plots.append(drawn)
        else:
            undrawn.append(evidence.title)
    placed = gauge(result) if result.score.low < 1 else None  # what earns everything needs no drawing
    return Finding(
        anchor=anchor,
        result=result,
        observed=observed(result),
        required=required(result),
        gauge=placed,
        plots=tuple(plots),
        tables=tuple(tables),
        undrawn=tuple(undrawn),
        arithmetic=arithmetic,
        facts=tuple(_facts(result, gauged=placed is not None)),
        settled=result.status in SETTLED,
        faults_of=faults_of,
    )


def _facts(result: Result, *, gauged: bool) -> Iterator[tuple[str, str]]:
    """What stands in no sentence and no drawing of a finding; the JSON report has every field."""
    if result.interval:
        ends = (with_unit(end, result.unit) for end in (result.interval.low, result.interval.high))
        yield "95 % interval", " – ".join(ends)
    if result.objective is not None and not gauged:
        yield "Objective", with_unit(result.objective, result.unit)
    if result.n is not None:
        yield "Samples", number(result.n)
    if result.detection_power is not None:
        yield "Ruled out (99 %)", f"anomalies above {percent(result.detection_power)} per round"
    if result.location and result.location != f"{result.category}/{result.check}.py":
        yield "Location", result.location
    if origin := origin_sentence(result):
        yield "Evidence", origin
    if result.attempts != 1:
        yield "Attempts", number(result.attempts)
    if result.duration_seconds >= NOTABLE:
        yield "Judged in", duration(result.duration_seconds)


def _anchor(check: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9_-]+", "-", check.lower())[:60].strip("-") or "check"
    name, count = f"check-{stem}", 1
    while name in taken:
        count += 1
        name = f"check-{stem}-{count}"
    taken.add(name)
    return name
