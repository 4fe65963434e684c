"""What flows from a target to a report: samples, outcomes, results, the report. Frozen; pydantic where it crosses a file border."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1.0"

Category = Literal[
    "performance", "reliability", "security", "scalability", "monitoring", "data_integrity", "configuration"
]
CATEGORIES: tuple[Category, ...] = Category.__args__  # type: ignore[attr-defined]
SUITES = ("end_to_end_workflows", "stress_testing", "real_world_scenarios", "production_readiness")

Severity = Literal["blocker", "critical", "major", "minor", "info"]
SEVERITIES: tuple[Severity, ...] = Severity.__args__  # type: ignore[attr-defined]
Effect = Literal["read", "load", "write", "disrupt"]
EFFECTS: tuple[Effect, ...] = Effect.__args__  # type: ignore[attr-defined]
Profile = Literal["quick", "standard", "full"]
PROFILES: tuple[Profile, ...] = Profile.__args__  # type: ignore[attr-defined]
Status = Literal["PASS", "WARN", "FAIL", "INCONCLUSIVE", "UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE"]
Verdict = Literal["READY", "NOT READY", "INCONCLUSIVE"]


class Sample(NamedTuple):
    """One call as the client saw it. Times in seconds; ``at`` is the intended start since the recording began."""

    at: float
    latency: float
    """From the intended start to the last byte, so that waiting in the generator counts."""
    late: float
    """How much later than intended the generator really sent it."""
    operation: str
    phase: str
    status: int
    """HTTP status; 0 where none arrived."""
    error: str
    """Empty for a verified answer, else the kind of failure (timeout, refused, reset, status, body ...)."""


# --- what a check returns -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95 % confidence interval, from ``n`` samples; ``needed`` samples would bound it from above."""

    value: float
    low: float
    high: float
    n: int
    needed: int = 1


@dataclass(frozen=True)
class Table:
    """Evidence to read: rows of cells under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | bool | None, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Series:
    """Evidence to look at: a value over time (seconds since the recording began)."""

    title: str
    unit: str
    at: tuple[float, ...]
    values: tuple[float, ...]
    kind: Literal["series"] = "series"


Evidence = Annotated[Table | Series, Field(discriminator="kind")]


@dataclass(frozen=True)
class Measured:
    """A value to be held against an objective (full score) and a limit (score 0.70); see scoring.curve."""

    value: Estimate | float
    unit: str
    objective: float
    limit: float
    better: Literal["lower", "higher"] = "lower"
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["measured"] = "measured"


@dataclass(frozen=True)
class Fact:
    """Something that holds or does not, with one sentence that says why."""

    passed: bool
    reason: str
    evidence: tuple[Evidence, ...] = ()
    rounds: int = 1
    """Clean tries behind a pass; they decide which anomaly rate is ruled out."""
    kind: Literal["fact"] = "fact"


@dataclass(frozen=True)
class Share:
    """``good`` of ``tries`` succeeded; judged through its Wilson interval against ``limit`` (a share from 0 to 1)."""

    good: int
    tries: int
    limit: float
    objective: float = 1.0
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["share"] = "share"


@dataclass(frozen=True)
class Unknown:
    """Nothing can be said, and why. Never a pass."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["unknown"] = "unknown"


@dataclass(frozen=True)
class NotApplicable:
    """The check makes no sense here, and the fact that makes it so."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["not_applicable"] = "not_applicable"


@dataclass(frozen=True)
class Broken:
    """The check or its scenario crashed or ran out of time. Written by the engine, never by a check."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["broken"] = "broken"


@dataclass(frozen=True)
class Skipped:
    """A person said that this check is not to run, and who or what said so. Written by the engine."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["skipped"] = "skipped"


Outcome = Measured | Fact | Share | Unknown | NotApplicable | Broken | Skipped
AnyOutcome = Annotated[Outcome, Field(discriminator="kind")]


@dataclass(frozen=True)
class FaultWindow:
    """When a fault was armed and disarmed (seconds since the recording began), and the proof that it acted."""

    fault: str
    armed: float
    disarmed: float
    witness: dict[str, Any] = field(default_factory=dict)


# --- what a report carries ------------------------------------------------------------------------------------------


class Frozen(BaseModel):
    """A value that crosses a file border: immutable, and no unknown field is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Interval(Frozen):
    """Closed interval of a score or a statistic."""

    low: float
    high: float


class Remediation(Frozen):
    """What to do about a finding."""

    text: str
    effort: Literal["minutes", "hours", "days"] = "hours"


class Waiver(Frozen):
    """An accepted finding, with an end."""

    id: str
    check: str
    reason: str
    owner: str
    expires: str


class Result(Frozen):
    """An outcome with its status, score interval, weight and evidence."""

    check: str
    title: str
    category: Category
    suite: str
    scenario: str
    severity: Severity
    weight: float
    status: Status
    score: Interval
    reason: str
    value: float | None = None
    objective: float | None = None
    limit: float | None = None
    unit: str = ""
    n: int | None = None
    interval: Interval | None = None
    evidence: tuple[Evidence, ...] = ()
    witnesses: tuple[FaultWindow, ...] = ()
    detection_power: float | None = None
    """The anomaly rate per round that the clean rounds behind a pass rule out with 99 %."""
    location: str = ""
    reproduce: str = ""
    remediation: Remediation | None = None
    duration_seconds: float = 0.0
    attempts: int = 1
    waived: bool = False
    flaky: bool = False
    advisory: bool = False

    @property
    def critical(self) -> bool:
        """Whether it counts for the critical pass rate; blockers count as critical."""
        return self.severity in ("blocker", "critical") and not self.advisory

    @property
    def decided(self) -> bool:
        """Whether anything is known."""
        return self.status in ("PASS", "WARN", "FAIL")


class CategoryScore(Frozen):
    """The weighted mean of one category; ``score`` is None when nothing in it was decided."""

    category: Category
    weight: float
    """Normalised over the categories in scope."""
    score: float | None
    interval: Interval
    coverage: float
    results: int
    passed: bool


class LedgerLine(Frozen):
    """One finding and the points (of 1.0) that it costs."""

    check: str
    reason: str
    points: float


class SuiteResult(Frozen):
    """One suite as a pipeline sees it."""

    status: Literal["PASSED", "FAILED", "ERROR", "NOT_RUN"]
    exit_code: int
    critical: bool
    error: str = ""
    duration_seconds: float = 0.0
    results: tuple[Result, ...] = ()


class ScenarioSummary(Frozen):
    """How one scenario went: its phases, faults and totals."""

    scenario: str
    suite: str
    title: str
    status: Literal["finished", "crashed", "timed out", "not run"]
    reason: str = ""
    seconds: float = 0.0
    samples: int = 0
    errors: int = 0
    phases: tuple[tuple[str, float], ...] = ()
    windows: tuple[FaultWindow, ...] = ()


class Decision(Frozen):
    """A verdict under one policy, with the sentence that says why."""

    policy: str
    verdict: Verdict
    reason: str
    would_decide: tuple[str, ...] = ()
    """Checks whose answer would turn INCONCLUSIVE into a decision, cheapest first."""
    would_make_ready: tuple[str, ...] = ()
    """The smallest set of findings whose repair gives READY."""


class Scope(Frozen):
    """What was asked for; a run of a part never sets ``deployment_ready``."""

    partial: bool
    selected: tuple[str, ...]
    sentence: str


class Report(Frozen):
    """The one object behind every format."""

    schema_version: str = SCHEMA_VERSION
    timestamp: str
    run: str
    target: str
    verdict: Verdict
    reason: str
    deployment_ready: bool
    overall_ready: bool
    release_ready: bool
    scope: Scope
    overall_score: float | None
    overall_interval: Interval
    raw_score: float | None
    """Without the blocker cap and without waivers."""
    coverage: float
    critical_pass_rate: float | None
    category_scores: dict[Category, float | None]
    categories: tuple[CategoryScore, ...]
    overall_success_rate: float
    total_categories: int
    passed_categories: int
    failed_categories: int
    critical_failures: tuple[str, ...]
    deployment_blockers: tuple[str, ...]
    test_duration_seconds: float
    detailed_results: dict[str, SuiteResult]
    scenarios: tuple[ScenarioSummary, ...]
    recommendations: tuple[str, ...]
    ledger: tuple[LedgerLine, ...]
    decisions: tuple[Decision, ...]
    waivers: tuple[Waiver, ...]
    environment: dict[str, Any]
    policy: dict[str, Any]
    interrupted: bool = False

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result, suite by suite."""
        return tuple(result for suite in self.detailed_results.values() for result in suite.results)
