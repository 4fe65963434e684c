"""What a report carries: results, scores, decisions, what changed. Immutable pydantic: it crosses file borders."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from readiness.model import Category, FaultWindow, Outcome, Series, Severity, Status, Strength, Table, Verdict

SCHEMA_VERSION = "1.1"

AnyOutcome = Annotated[Outcome, Field(discriminator="kind")]
AnyEvidence = Annotated[Table | Series, Field(discriminator="kind")]


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
    """Last day (UTC, inclusive) as 2026-01-31."""
    created: str = ""
    approver: str = ""
    scope: str = ""
    """Target that it holds for; empty for the one that the policy file lies beside."""
    bound: float | None = None
    """The value up to which it holds, in the check's own unit; without it any value is accepted."""


WaiverStatus = Literal["active", "expiring", "expired", "not yet", "unused", "exceeded", "out of scope", "forbidden"]


class WaiverState(Frozen):
    """What became of a waiver in this run; everything but ``active`` is said loudly."""

    waiver: Waiver
    status: WaiverStatus
    days_left: int
    """Whole days until its last day, 0 on it, negative after it."""
    reason: str


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
    evidence: tuple[AnyEvidence, ...] = ()
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
    origin: str = ""
    """What made the evidence, where it was brought ("Bandit 1.8.0, bandit.sarif"); empty for a scenario of this run."""
    strength: Strength = "experimental"
    """How the evidence came about; a policy may ask for more."""

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


class PhaseLoad(Frozen):
    """One phase of load: what was sent and how it was answered. Times in seconds, rates per second."""

    phase: str
    begin: float
    seconds: float
    samples: int
    errors: int
    rate: float
    """Answers per second, verified or not."""
    users: int | None = None
    """Simulated users, where the phase has a fixed number of them."""
    percentiles: dict[str, float] = Field(default_factory=dict)
    """Latency by percentile ("50", "90", "95", "99", "99.9"); one is left out where the samples are too few to bound it."""


class Timeline(Frozen):
    """Load over time in equal bins (at most 300): each field has one entry a bin; a latency is None where no call ended."""

    bin_seconds: float
    rate: tuple[float, ...]
    errors: tuple[float, ...]
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    p99: tuple[float | None, ...]


class LoadSummary(Frozen):
    """The load of one scenario, small enough for a report: exact totals, binned shapes."""

    phases: tuple[PhaseLoad, ...]
    timeline: Timeline
    histogram: tuple[tuple[float, float, int], ...]
    """Latency buckets (low, high, count), seconds, ascending, only those with samples; at most 200."""
    errors_by_kind: dict[str, int]
    generator: dict[str, float]
    """What the generator itself did: cpu_cores (largest share of one core in a second), late_p99 (seconds)."""


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
    load: LoadSummary | None = None
    """None where it sent no load."""


class Fitness(Frozen):
    """Whether this machine could measure: unfit means that performance is INCONCLUSIVE, never a pass and never a fail."""

    fit: bool
    reasons: tuple[str, ...] = ()
    readings: dict[str, float | None] = Field(default_factory=dict)
    """steal_share, generator_cpu_cores, control_ratio ... : what was looked at, None where it could not be."""
    limits: dict[str, float] = Field(default_factory=dict)
    """The limit of each reading, with the same names."""


class Attribution(Frozen):
    """By how many points (of 1.0) the score moved, and what moved them; the four parts sum to the whole."""

    service: float
    policy: float
    catalogue: float
    machine: float
    sentence: str


class ResultChange(Frozen):
    """One check before and after."""

    check: str
    kind: Literal["better", "worse", "changed", "added", "removed"]
    """``changed``: another status that is neither, for instance UNKNOWN -> SKIPPED."""
    before: Status | None = None
    after: Status | None = None
    value_before: float | None = None
    value_after: float | None = None
    unit: str = ""
    effect: float | None = None
    """Ratio after / before of a measured value."""
    effect_interval: Interval | None = None
    """95 % interval of that ratio; None where one side has no interval."""
    sentence: str = ""


class Comparison(Frozen):
    """Two runs held against each other. Differences inside the noise are no changes."""

    baseline: str
    """Id of the older run."""
    baseline_timestamp: str
    verdict_before: Verdict
    verdict_after: Verdict
    score_before: float | None
    score_after: float | None
    attribution: Attribution
    changes: tuple[ResultChange, ...]
    unchanged: int
    regressions: tuple[str, ...]
    """Checks that got worse by more than the noise."""
    sentence: str


class TrendPoint(Frozen):
    """One earlier run of the same target."""

    run: str
    timestamp: str
    verdict: Verdict
    score: float | None
    interval: Interval
    category_scores: dict[Category, float | None]


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
    tier_decisions: tuple[Decision, ...] = ()
    """Under the policy of each service tier, from the least demanding to the most."""
    waivers: tuple[Waiver, ...]
    waiver_states: tuple[WaiverState, ...] = ()
    fitness: Fitness = Fitness(fit=True)
    change: Comparison | None = None
    """Against the baseline, else the last run of the same target and scope; None where there is none."""
    trend: tuple[TrendPoint, ...] = ()
    """Earlier runs of the same target and scope, oldest first, this one excluded; at most 50."""
    environment: dict[str, Any]
    policy: dict[str, Any]
    interrupted: bool = False

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result, suite by suite."""
        return tuple(result for suite in self.detailed_results.values() for result in suite.results)
