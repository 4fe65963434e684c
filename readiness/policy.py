"""What a run is held against: thresholds, weights, floors, waivers and what it says per check."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from readiness.errors import PolicyError, nearest
from readiness.model import CATEGORIES, PROFILES, SEVERITIES, Category, Profile, Severity, Strength
from readiness.plugins import Check
from readiness.report import Frozen, Waiver

Portion = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]

# docs/scoring.md §2. The category weights sum to 120 and are divided by the sum of those in scope.
CATEGORY_WEIGHTS: Mapping[Category, float] = {
    "performance": 25.0,
    "reliability": 25.0,
    "security": 20.0,
    "scalability": 15.0,
    "monitoring": 10.0,
    "data_integrity": 20.0,
    "configuration": 5.0,
}
SEVERITY_WEIGHTS: Mapping[Severity, float] = {"blocker": 10.0, "critical": 7.0, "major": 3.0, "minor": 1.0, "info": 0.0}

# docs/scoring.md §5. Days from the day that a waiver is made to its last day; what is graver is waived for less long.
LONGEST_WAIVER: Mapping[Severity, int] = {"blocker": 30, "critical": 30, "major": 90, "minor": 90, "info": 90}
UNWAIVABLE = ("acknowledged_writes", "lost_update", "no_default_secret", "secrets_in_logs")
"""What nobody may accept: lost data, and secrets that others can read."""

Tier = Literal["A", "B", "C"]


class CheckPolicy(Frozen):
    """What a policy says about one check; what it leaves out, the check's own declaration says."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    severity: Severity | None = None
    weight: Weight | None = None
    advisory: bool | None = None
    """Shown but of weight 0. A check that is not ours is advisory until a policy lists it."""
    required: bool = False
    """READY needs it to have passed: without it in the run, or without an answer, there is no READY."""
    skip: str | None = Field(default=None, min_length=1)
    """Why it is not to run, and who says so; it stays in the sums as unknown."""
    strength: Strength | None = None
    """The least that its evidence must be; weaker evidence is unknown."""
    options: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("options")
    @classmethod
    def _finite(cls, options: Mapping[str, Any]) -> Mapping[str, Any]:
        for name, value in options.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} is {value}; right would be a finite number")
        return options

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.required and self.advisory:
            raise ValueError("it cannot be required and advisory")
        return self


class Policy(Frozen):
    """Everything that turns results into a verdict; see docs/scoring.md §2 and §3."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
    tier: Tier | None = None
    """The service tier whose bars it was raised to; see TIERS."""
    threshold: Portion
    critical_pass_rate: Portion
    coverage: Portion
    floors: Mapping[Category, Portion] = Field(default_factory=dict)
    """The least score of a category, beside the threshold of the whole."""
    category_weights: Mapping[Category, Weight] = Field(default_factory=lambda: dict(CATEGORY_WEIGHTS))
    severity_weights: Mapping[Severity, Weight] = Field(default_factory=lambda: dict(SEVERITY_WEIGHTS))
    all_must_pass: bool = False
    """READY needs every check that counts to have passed or to be waived."""
    required_profile: Profile | None = None
    """READY needs a run of at least this profile."""
    checks: Mapping[str, CheckPolicy] = Field(default_factory=dict)
    unwaivable: tuple[str, ...] = UNWAIVABLE
    """Checks whose findings no waiver covers."""
    waivers: tuple[Waiver, ...] = ()

    @field_validator("category_weights")
    @classmethod
    def _every_category(cls, weights: Mapping[Category, float]) -> Mapping[Category, float]:
        return _complete(weights, CATEGORIES)

    @field_validator("severity_weights")
    @classmethod
    def _every_severity(cls, weights: Mapping[Severity, float]) -> Mapping[Severity, float]:
        return _complete(weights, SEVERITIES)

    @field_validator("waivers")
    @classmethod
    def _usable(cls, waivers: tuple[Waiver, ...]) -> tuple[Waiver, ...]:
        complaints = [complaint for waiver in waivers for complaint in _complaints_about(waiver)]
        ids = [waiver.id for waiver in waivers]
        complaints += [
            f"{name!r} is used by {ids.count(name)} waivers" for name in sorted(set(ids)) if ids.count(name) > 1
        ]
        if complaints:
            raise ValueError("; ".join(complaints))
        return waivers

    def severity_of(self, check: Check[...]) -> Severity:
        """Return the severity of a check: the policy's word before its own."""
        rule = self.checks.get(check.id)
        return (rule and rule.severity) or check.severity

    def weight_of(self, check: Check[...]) -> float:
        """Return the weight of a check that counts; a severity that the policy sets brings its own weight."""
        rule = self.checks.get(check.id, CheckPolicy())
        if rule.weight is not None:
            return rule.weight
        if rule.severity is None and check.weight is not None:
            return check.weight
        return self.severity_weights[rule.severity or check.severity]


STANDARD = Policy(name="standard", threshold=0.70, critical_pass_rate=0.80, coverage=0.80)
RELEASE = Policy(
    name="release", threshold=0.85, critical_pass_rate=0.80, coverage=0.95, all_must_pass=True, required_profile="full"
)
BUILTIN: Mapping[str, Policy] = {policy.name: policy for policy in (STANDARD, RELEASE)}

# The tiers are those of Mercari's production readiness checklist, by the availability that a service promises: A more
# than 99.9 %, B 99 to 99.9 %, C 95 to 99 %. It names the tiers and no scores; what each asks for is our choice. C is the
# standard policy. A has the threshold, the coverage and the profile of a release. B lies between the two. What is
# required follows from the promise: at 99 % a service must be seen to answer and to come back, and with 9 hours of
# failure a year (99.9 %) it must also survive the failures of what it depends on, and its own restarts, unattended.
_REQUIRED_B = ("error_rate", "readiness_truthful", "recovery_time")
_REQUIRED_A = (*_REQUIRED_B, "crash_restart", "dependency_deadline", "graceful_shutdown", "liveness_independent")
_GRAVE: tuple[Category, ...] = ("reliability", "security", "data_integrity")


def _tier(
    tier: Tier, bars: tuple[float, float, float], floor: float, profile: Profile | None, required: Iterable[str]
) -> Policy:
    threshold, critical, coverage = bars
    return Policy(
        name=f"tier {tier}", tier=tier, threshold=threshold, critical_pass_rate=critical, coverage=coverage,
        floors=dict.fromkeys(_GRAVE, floor) if floor else {}, required_profile=profile,
        checks={check: CheckPolicy(required=True) for check in required},
    )  # fmt: skip


TIERS: Mapping[Tier, Policy] = {
    "C": _tier("C", (0.70, 0.80, 0.80), 0.0, None, ()),
    "B": _tier("B", (0.80, 0.90, 0.90), 0.70, "standard", _REQUIRED_B),
    "A": _tier("A", (0.85, 1.00, 0.95), 0.80, "full", _REQUIRED_A),
}
"""From the least demanding to the most; what passes one passes those before it."""


def raised(base: Policy, tier: Tier) -> Policy:
    """Return ``base`` with every bar at least as high as the tier's; a tier takes nothing back."""
    bars = TIERS[tier]
    profiles = [profile for profile in (base.required_profile, bars.required_profile) if profile]
    return base.model_copy(update={
        "name": bars.name if base.name == STANDARD.name else f"{base.name}, {bars.name}",
        "tier": tier,
        "threshold": max(base.threshold, bars.threshold),
        "critical_pass_rate": max(base.critical_pass_rate, bars.critical_pass_rate),
        "coverage": max(base.coverage, bars.coverage),
        "floors": {**base.floors, **{name: max(floor, base.floors.get(name, 0.0)) for name, floor in bars.floors.items()}},
        "required_profile": max(profiles, key=PROFILES.index, default=None),
        "checks": {**base.checks, **{
            check: base.checks.get(check, rule).model_copy(update={"required": True}) for check, rule in bars.checks.items()
        }},
    })  # fmt: skip


def builtin(name: str) -> Policy:
    """Return the built-in policy called ``name``, or say which name is near."""
    if name not in BUILTIN:
        raise PolicyError(f"unknown policy {name!r}{nearest(name, BUILTIN)}; built in: {', '.join(BUILTIN)}")
    return BUILTIN[name]


def policy_hash(policy: Policy) -> str:
    """Return 12 hexadecimal digits that change whenever anything in the policy changes."""
    canonical = json.dumps(policy.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _complete(weights: Mapping[Any, float], names: Iterable[str]) -> Mapping[Any, float]:
    if missing := [name for name in names if name not in weights]:
        raise ValueError(f"no weight for {', '.join(missing)}")
    if not any(weights.values()):
        raise ValueError("every weight is 0; right would be at least one above it")
    return weights


def _complaints_about(waiver: Waiver) -> list[str]:
    told = ("id", "check", "reason", "owner", "approver", "created", "expires")
    complaints = [f"{waiver.id!r} has no {name}" for name in told if not getattr(waiver, name).strip()]
    if set(waiver.check) & set("*?[]"):
        complaints.append(f"{waiver.id!r} is too broad: {waiver.check!r}; right would be one check")
    if waiver.bound is not None and not math.isfinite(waiver.bound):
        complaints.append(f"{waiver.id!r} has the bound {waiver.bound}; right would be a finite number")
    right = "a date like 2026-01-31 (UTC, that day included)"
    days = {}
    for name in ("created", "expires"):
        text = getattr(waiver, name)
        if (day := _day(text)) is not None:
            days[name] = day
        elif text.strip():
            complaints.append(f"{waiver.id!r} {name} {text!r}; right would be {right}")
    if len(days) == 2:
        complaints += _complaints_about_life(waiver.id, days["created"], days["expires"])
    return complaints


def _complaints_about_life(name: str, created: date, expires: date) -> list[str]:
    """The limit of any check; graver ones, which only the catalogue knows, have a shorter one."""
    most = max(LONGEST_WAIVER.values())
    if expires < created:
        return [f"{name!r} expires {expires}, before it was created ({created})"]
    if (expires - created).days > most:
        latest = created + timedelta(days=most)
        return [f"{name!r} holds for {(expires - created).days} days; right would be {most} at most, to {latest}"]
    return []


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # fromisoformat also takes 20260131 and 2026-W05-6, which a reader of the report would not.
    return day if day.isoformat() == text else None
