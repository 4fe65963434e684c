"""Evidence that others made -> results: age, strength and weight. Pure; what was read lies in the run's folder.

Every failure of a source counts in full. The passes of one source that are alike (same category and severity, no weight of
their own) share the weight of one check: however many tests somebody brings, they cannot drown what the run found itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from readiness.evidence.reading import Entry, Reading
from readiness.evidence.source import DAY, SUITE, AnySource, origin_of
from readiness.model import Broken, NotApplicable, Outcome, Skipped, Unknown
from readiness.plan import Plan
from readiness.plugins import Check
from readiness.policy import CheckPolicy, Policy
from readiness.report import Result, ScenarioSummary
from readiness.scoring import result_of
from readiness.stored import Ended

CLOCK_SECONDS = 300.0
"""How far the clock of who made the evidence may be ahead of ours."""
_UNDECIDED = Unknown | Broken | Skipped | NotApplicable


@dataclass(frozen=True)
class BroughtCheck(Check[...]):
    """Stands for one entry of a source where a policy asks for a check."""

    name: str = ""

    @property
    def id(self) -> str:
        """The source's name, and behind it that of the entry."""
        return self.name


def part_of_source(name: str) -> str:
    """What the step that reads a source is called among the scenarios."""
    return f"{SUITE}-{name}"


def brought_results(
    plan: Plan,
    readings: Mapping[str, Reading | None],
    summaries: Mapping[str, ScenarioSummary],
    ended: Ended,
    today: date,
) -> tuple[Result, ...]:
    """Return a result for every entry of every source of the plan; a source that was not read has one, too.

    Waivers are held against ``today`` (UTC); the age of the evidence against the moment at which it was read.
    """
    results: list[Result] = []
    for name, source in plan.evidence.items():
        summary = summaries.get(part_of_source(name))
        reading = readings.get(name)
        if reading is None or (summary is not None and summary.status != "finished"):
            reading = _unread(source, summary, ended)
        mine = [_result(plan, name, source, reading, entry, today) for entry in reading.entries]
        results += _sharing(mine, reading, plan.policy)
    return tuple(results)


def _unread(source: AnySource, summary: ScenarioSummary | None, ended: Ended) -> Reading:
    outcome: Outcome = Unknown("it was not read")
    if summary is not None and summary.status in ("crashed", "timed out"):
        outcome = Broken(f"reading it {summary.status}: {summary.reason}")
    entry = Entry(title=f"The {source.kind} evidence can be used", outcome=outcome)
    return Reading(origin=origin_of(source), read=ended.timestamp, entries=(entry,))


def _result(plan: Plan, name: str, source: AnySource, reading: Reading, entry: Entry, today: date) -> Result:
    check = BroughtCheck(
        run=_never, category=entry.category or source.category, severity=entry.severity or source.severity,
        needs=part_of_source(name), capabilities=(), weight=entry.weight, remediation=None, source="",
        name=f"{name}.{entry.name}" if entry.name else name,
    )  # fmt: skip
    return result_of(
        check,
        _in_date(entry.outcome, reading, source.max_age),
        policy=plan.policy,
        today=today,
        target=plan.settings.target.name,
        title=entry.title,
        suite=SUITE,
        reproduce=entry.reproduce,
        location=entry.location,
        origin=reading.origin,
        strength=source.strength,
    )


def _never(*_: object, **__: object) -> Outcome:
    raise AssertionError("brought evidence is judged where it is read")


def _in_date(outcome: Outcome, reading: Reading, max_age: float) -> Outcome:
    """What is too old, or was made after it was read, says nothing any more, good or bad."""
    if not reading.made or isinstance(outcome, _UNDECIDED):
        return outcome
    age = (datetime.fromisoformat(reading.read) - datetime.fromisoformat(reading.made)).total_seconds()
    said = getattr(outcome, "reason", "")
    if age > max_age:
        old = f"{age / DAY:.3g} days old, and {max_age / DAY:.3g} are the most"
        return Unknown(f"{old}; it said: {said}", outcome.evidence)
    if age < -CLOCK_SECONDS:
        return Unknown(f"says that it was made {-age:.0f} s after it was read; it said: {said}", outcome.evidence)
    return outcome


def _sharing(results: Iterable[Result], reading: Reading, policy: Policy) -> list[Result]:
    """Let the passes of a source that are alike share the weight of one; ``results`` are in the order of the entries."""
    pairs = list(zip(results, reading.entries, strict=True))
    alike: dict[tuple[str, str], int] = {}
    for result, entry in pairs:
        if _shares(result, entry, policy):
            key = (result.category, result.severity)
            alike[key] = alike.get(key, 0) + 1
    return [
        result.model_copy(update={"weight": result.weight / alike[result.category, result.severity]})
        if _shares(result, entry, policy)
        else result
        for result, entry in pairs
    ]


def _shares(result: Result, entry: Entry, policy: Policy) -> bool:
    said = policy.checks.get(result.check, CheckPolicy())
    return result.status in ("PASS", "WARN") and entry.weight is None and said.weight is None


def brought_summary(name: str, source: AnySource, ended: Ended) -> ScenarioSummary:
    """How reading a source went."""
    id = part_of_source(name)
    ending = ended.scenarios.get(id)
    summary = ScenarioSummary(scenario=id, suite=SUITE, title=origin_of(source), status="not run")
    return summary.model_copy(update=vars(ending)) if ending is not None else summary
