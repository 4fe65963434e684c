"""What happens during a run, as typed events; the terminal and the journal only listen."""

from dataclasses import dataclass, field

from readiness.report import Report


@dataclass(frozen=True)
class RunStarted:
    """The plan is made and the run folder exists."""

    run: str
    folder: str
    scope: str
    scenarios: tuple[str, ...]
    checks: int


@dataclass(frozen=True)
class TargetStarted:
    """The target answers."""

    address: str
    seconds: float


@dataclass(frozen=True)
class ScenarioStarted:
    """A scenario has begun, in a process of its own."""

    scenario: str
    suite: str


@dataclass(frozen=True)
class PhaseStarted:
    """A scenario entered a phase that should take ``seconds`` (0: not known)."""

    scenario: str
    phase: str
    seconds: float


@dataclass(frozen=True)
class ScenarioFinished:
    """A scenario has ended: finished, crashed or timed out."""

    scenario: str
    suite: str
    status: str
    seconds: float
    reason: str = ""


@dataclass(frozen=True)
class CheckFinished:
    """A check has judged."""

    check: str
    category: str
    status: str
    reason: str


@dataclass(frozen=True)
class ReportWritten:
    """A report file is on disk."""

    path: str


@dataclass(frozen=True)
class ReporterFailed:
    """A reporter broke; the verdict stands, its file is missing."""

    reporter: str
    reason: str


@dataclass(frozen=True)
class RunFinished:
    """The last event of every run, interrupted ones included."""

    report: Report
    folder: str = ""
    screens: tuple[str, ...] = field(default_factory=tuple)


Event = (
    RunStarted
    | TargetStarted
    | ScenarioStarted
    | PhaseStarted
    | ScenarioFinished
    | CheckFinished
    | ReportWritten
    | ReporterFailed
    | RunFinished
)
