"""What flows from a target to a check and out of it: samples, fault windows, outcomes. Frozen, and plain: no library at all."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Category = Literal[
    "performance", "reliability", "security", "scalability", "monitoring", "data_integrity", "configuration"
]
CATEGORIES: tuple[Category, ...] = Category.__args__  # type: ignore[attr-defined]
SPEED_BOUND: tuple[Category, ...] = ("performance", "scalability")
"""Categories whose values depend on how fast the machine is."""
SUITES = ("end_to_end_workflows", "stress_testing", "real_world_scenarios", "production_readiness")

Severity = Literal["blocker", "critical", "major", "minor", "info"]
SEVERITIES: tuple[Severity, ...] = Severity.__args__  # type: ignore[attr-defined]
Effect = Literal["read", "load", "write", "disrupt"]
EFFECTS: tuple[Effect, ...] = Effect.__args__  # type: ignore[attr-defined]
Strength = Literal["attested", "static", "observed", "experimental"]
STRENGTHS: tuple[Strength, ...] = Strength.__args__  # type: ignore[attr-defined]
"""How evidence came about, from the weakest: a person's word, a look at the code, what was seen elsewhere, an experiment of ours."""
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


Evidence = Table | Series


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


@dataclass(frozen=True)
class FaultWindow:
    """When a fault was armed and disarmed (seconds since the recording began), and the proof that it acted."""

    fault: str
    armed: float
    disarmed: float
    witness: dict[str, Any] = field(default_factory=dict)
