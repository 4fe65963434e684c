"""What the page shows, taken from a report: findings with their drawings, rows of tables, lists of what is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from readiness import (
    CATEGORIES,
    SEVERITIES,
    SUITES,
    CategoryScore,
    Fitness,
    Report,
    Result,
    ResultChange,
    ScenarioSummary,
    SuiteResult,
    Waiver,
    WaiverState,
)

from .._wording import (  # noqa: TID252 - plugin folders have no absolute name
    STATE_WORDS,
    UNDECIDED,
    loud_waivers,
    tally,
    words,
    worst_first,
)
from ._arithmetic import rules_of
from ._charts import Timeline, timeline
from ._findings import SETTLED, Finding, act_anchor, findings_of
from ._load import Load, load_of, trend_plot
from ._plots import Plot, share_at

LOOKS = {
    "READY": ("good", "disc"),
    "NOT READY": ("bad", "octagon"),
    "INCONCLUSIVE": ("open", "diamond"),
    "PASS": ("good", "disc"),
    "WARN": ("warn", "half"),
    "FAIL": ("bad", "octagon"),
    "UNKNOWN": ("open", "diamond-open"),
    "ERROR": ("open", "triangle"),
    "SKIPPED": ("off", "ring"),
    "NOT_APPLICABLE": ("off", "dash"),
    "active": ("good", "disc"),
    "expiring": ("open", "half"),
    "expired": ("bad", "octagon"),
    "not yet": ("off", "ring"),
    "unused": ("open", "diamond-open"),
    "exceeded": ("bad", "triangle"),
    "out of scope": ("off", "dash"),
    "forbidden": ("bad", "octagon"),
    "worse": ("bad", "down"),
    "better": ("good", "up"),
    "changed": ("open", "diamond"),
    "added": ("off", "plus"),
    "removed": ("open", "dash"),
    "PASSED": ("good", "disc"),
    "FAILED": ("bad", "octagon"),
    "NOT_RUN": ("open", "diamond-open"),
    "fit": ("good", "disc"),
    "unfit": ("bad", "octagon"),
}
"""The tone and the shape of each verdict, status, waiver state and change: none is told by colour alone."""


@dataclass(frozen=True)
class Group:
    """The findings of one category."""

    category: str
    score: CategoryScore | None
    rule: str
    """What each of them costs; the numbers that they have in common stand here once."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Act:
    """A scenario with its drawing."""

    anchor: str
    summary: ScenarioSummary
    timeline: Timeline | None
    load: Load | None

    @property
    def drawn(self) -> bool:
        """Whether its phases need a picture: beside a load or a fault; else the moments at which they began say it all."""
        return bool(self.load or self.summary.windows)

    @property
    def untimed(self) -> Iterator[tuple[str, float]]:
        """The phases that the table of its load does not list: name, and seconds from the start."""
        listed = {phase.phase for phase in self.load.phases} if self.load else set()
        return (phase for phase in self.summary.phases if phase[0] not in listed)


@dataclass(frozen=True)
class Cause:
    """By how much one cause moved the score, as a bar to the left or the right of the middle."""

    name: str
    points: float
    start: float
    width: float


@dataclass(frozen=True)
class Entry:
    """A waiver with what became of it and what its check says now; ``state`` is None in a run that did not record it."""

    waiver: Waiver
    state: WaiverState | None
    finding: Finding | None


Choice = tuple[str, tuple[tuple[str, str, int], ...]]
"""What findings can be filtered by: a name, and its values with a word and a count each."""


@dataclass(frozen=True)
class View:
    """Everything on the page that is not the report itself."""

    suites: tuple[tuple[str, SuiteResult], ...]
    groups: tuple[Group, ...]
    choices: tuple[Choice, ...]
    blockers: tuple[tuple[str, Finding | None], ...]
    open_blockers: tuple[Finding, ...]
    other_critical: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    not_applicable: tuple[Finding, ...]
    not_run: tuple[tuple[str, str], ...]
    acts: tuple[Act, ...]
    trend: Plot | None
    causes: tuple[Cause, ...]
    waivers: tuple[Entry, ...]
    loud_waivers: tuple[Entry, ...]
    readings: tuple[tuple[str, float | None, float | None], ...]
    """What was looked at on the machine: name, reading, limit."""
    again: str
    """The command that runs one check again, with NAME in its place; empty where no finding that passed has one."""
    by_check: Mapping[str, Finding]
    threshold: float | None
    points: float
    environment: tuple[tuple[str, str], ...]
    policy: tuple[tuple[str, str], ...]


def view_of(report: Report) -> View:
    """Prepare a report for the page."""
    findings = findings_of(report)
    ordered = [findings[id(result)] for result in worst_first(report.results)]
    by_check: dict[str, Finding] = {}
    for finding in ordered:
        by_check.setdefault(finding.result.check, finding)
    blocked = tuple((entry, by_check.get(entry)) for entry in report.deployment_blockers)
    shown = {entry for entry, _ in blocked}
    return View(
        suites=tuple(suites_of(report)),
        groups=tuple(_groups(report, ordered)),
        choices=tuple(_choices(report)),
        blockers=blocked,
        open_blockers=tuple(
            f
            for f in ordered
            if f.result.severity == "blocker" and not f.result.advisory and f.result.status in UNDECIDED
        ),
        other_critical=tuple(by_check[e] for e in report.critical_failures if e not in shown and e in by_check),
        undecided=tuple(f for f in ordered if f.result.status in UNDECIDED),
        not_applicable=tuple(f for f in ordered if f.result.status == "NOT_APPLICABLE"),
        not_run=tuple(_not_run(report)),
        acts=tuple(
            Act(act_anchor(index), summary, timeline(summary), load_of(summary, f"load-{index}"))
            for index, summary in enumerate(report.scenarios)
        ),
        trend=trend_plot(report),
        causes=tuple(_causes(report)),
        waivers=tuple(_register(report, by_check)),
        loud_waivers=tuple(Entry(s.waiver, s, by_check.get(s.waiver.check)) for s in loud_waivers(report)),
        readings=tuple(_readings(report.fitness)),
        again=_again(report.results),
        by_check=by_check,
        threshold=_threshold(report.policy),
        points=sum(line.points for line in report.ledger),
        environment=tuple(_flat(report.environment)),
        policy=tuple(_flat(report.policy)),
    )


def _again(results: Iterable[Result]) -> str:
    for result in results:
        before, found, after = result.reproduce.partition(f"--check {result.check}")
        if found and result.status in SETTLED:
            return f"{before}--check NAME{after}"
    return ""


def _groups(report: Report, ordered: list[Finding]) -> Iterator[Group]:
    scores, rules = {line.category: line for line in report.categories}, rules_of(report)
    for category in CATEGORIES:
        mine = tuple(finding for finding in ordered if finding.result.category == category)
        if mine:
            yield Group(category, scores.get(category), rules.get(category, ""), mine)


def change_note(change: ResultChange) -> str:
    """Say what the columns of the table do not: the sentence of a change, but where its values tell it all."""
    if change.value_before is not None or change.value_after is not None:
        return ""
    return change.sentence.removeprefix(f"{change.check} {change.before} -> {change.after}: ")


def suites_of(report: Report) -> list[tuple[str, SuiteResult]]:
    """Return the suites in their usual order, whatever the order of keys in the file that the report came from."""
    place = {name: index for index, name in enumerate(SUITES)}
    return sorted(report.detailed_results.items(), key=lambda item: (place.get(item[0], len(place)), item[0]))


def _choices(report: Report) -> Iterator[Choice]:
    results = report.results
    yield "state", tuple((state, STATE_WORDS[state], count) for state, count in tally(results).items())
    counted: tuple[tuple[str, Sequence[str], list[str]], ...] = (
        ("category", CATEGORIES, [result.category for result in results]),
        ("severity", SEVERITIES, [result.severity for result in results]),
        ("suite", tuple(name for name, _ in suites_of(report)), [result.suite for result in results]),
        ("waived", ("yes", "no"), ["yes" if result.waived else "no" for result in results]),
    )
    for name, order, values in counted:
        yield name, tuple((value, words(value), values.count(value)) for value in order if value in values)


def _not_run(report: Report) -> Iterator[tuple[str, str]]:
    for name, suite in suites_of(report):
        if suite.status == "NOT_RUN":
            yield f"Suite {name}", suite.error or "not run"
    for scenario in report.scenarios:
        if scenario.status != "finished":
            yield (
                f"Scenario {scenario.scenario}",
                f"{scenario.status}: {scenario.reason}" if scenario.reason else scenario.status,
            )


def _causes(report: Report) -> Iterator[Cause]:
    if report.change is None:
        return
    moved = report.change.attribution
    parts = {"Service": moved.service, "Policy": moved.policy, "Catalogue": moved.catalogue, "Machine": moved.machine}
    most = max((abs(points) for points in parts.values() if isfinite(points)), default=0.0) or 1.0
    for name, points in parts.items():
        length = share_at(abs(points) / most) / 2
        yield Cause(name, points, 50 - length if points < 0 else 50.0, length)


def _register(report: Report, by_check: Mapping[str, Finding]) -> Iterator[Entry]:
    known = {state.waiver.id for state in report.waiver_states}
    for state in report.waiver_states:
        yield Entry(state.waiver, state, by_check.get(state.waiver.check))
    for waiver in report.waivers:
        if waiver.id not in known:
            yield Entry(waiver, None, by_check.get(waiver.check))


def _readings(fitness: Fitness) -> Iterator[tuple[str, float | None, float | None]]:
    for name in sorted({*fitness.readings, *fitness.limits}):
        yield name, fitness.readings.get(name), fitness.limits.get(name)


def _threshold(policy: Mapping[str, Any]) -> float | None:
    value = policy.get("threshold")
    usable = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 < value <= 1
    return float(value) if usable and value is not None else None


def _flat(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Turn nested settings into rows: a dotted name and a value."""
    if isinstance(value, Mapping) and value and depth < 8:
        for key in sorted(value, key=str):
            yield from _flat(value[key], f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, set | frozenset):
        yield name, ", ".join(sorted(map(str, value)))
    elif isinstance(value, list | tuple):
        yield (
            name,
            ", ".join(str(sorted(v, key=str)) if isinstance(v, set | frozenset) else str(v) for v in value) or "none",
        )
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    else:
        yield name, "none" if value is None or value == {} else str(value)
