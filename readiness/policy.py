"""What a run is held against: thresholds, weights, floors, waivers and what it says per check."""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from readiness.errors import PolicyError, nearest
from readiness.model import CATEGORIES, SEVERITIES, Category, Profile, Severity
from readiness.report import Frozen, Waiver

Portion = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]

# design/scoring.md §2. The category weights sum to 120 and are divided by the sum of those in scope.
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
    """Everything that turns results into a verdict; see design/scoring.md §2 and §3."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
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

    def waiver(self, check: str, today: date) -> Waiver | None:
        """Return the waiver of a check that still holds on ``today`` (UTC): its last day is included."""
        holding = [w for w in self.waivers if w.check == check and date.fromisoformat(w.expires) >= today]
        return max(holding, key=lambda waiver: (waiver.expires, waiver.id), default=None)


STANDARD = Policy(name="standard", threshold=0.70, critical_pass_rate=0.80, coverage=0.80)
RELEASE = Policy(
    name="release", threshold=0.85, critical_pass_rate=0.80, coverage=0.95, all_must_pass=True, required_profile="full"
)
BUILTIN: Mapping[str, Policy] = {policy.name: policy for policy in (STANDARD, RELEASE)}


def builtin(name: str) -> Policy:
    """Return the built-in policy called ``name``, or say which name is near."""
    if name not in BUILTIN:
        raise PolicyError(f"unknown policy {name!r}{nearest(name, BUILTIN)}; built in: {', '.join(BUILTIN)}")
    return BUILTIN[name]


def from_mapping(data: object, base: Policy, *, checks: Collection[str] | None = None) -> Policy:
    """Return ``base`` changed where ``data`` (a policy file as read) says so.

    Weights, floors and checks are changed entry by entry and waivers are added; anything else is replaced. The name
    `base` is the caller's: it says which policy to lay the file over. With ``checks``, the ids of the catalogue, a name
    that is not among them is refused. Every complaint is collected into one PolicyError, a line each.
    """
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        raise PolicyError(f"a policy is {_shown(data)}; right would be a mapping of names to values")
    merged = _merged(base.model_dump(), data)
    complaints = [] if checks is None else _unknown_checks(data, checks)
    try:
        policy = Policy.model_validate(merged)
    except ValidationError as error:
        complaints += [_complaint(details) for details in error.errors()]
    if complaints:
        raise PolicyError("\n".join(complaints))
    return policy


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
    empty = [name for name in ("id", "check", "reason", "owner") if not getattr(waiver, name).strip()]
    complaints = [f"{waiver.id!r} has no {name}" for name in empty]
    try:
        # fromisoformat also takes 20260131 and 2026-W05-6, which a reader of the report would not.
        is_date = date.fromisoformat(waiver.expires).isoformat() == waiver.expires
    except ValueError:
        is_date = False
    if not is_date:
        right = "a date like 2026-01-31 (UTC, that day included)"
        complaints.append(f"{waiver.id!r} expires {waiver.expires!r}; right would be {right}")
    return complaints


def _merged(base: dict[str, Any], data: Mapping[Any, Any]) -> dict[Any, Any]:
    """Lay ``data`` over the dump of a policy; what has the wrong shape is left for validation to refuse."""
    merged: dict[Any, Any] = dict(base)
    for name, value in data.items():
        if name == "base":
            continue
        if name == "checks" and isinstance(value, Mapping):
            changed = {check: _laid_over(base[name].get(check, {}), given) for check, given in value.items()}
            merged[name] = {**base[name], **changed}
        elif name in ("floors", "category_weights", "severity_weights"):
            merged[name] = _laid_over(base[name], value)
        elif name == "waivers" and isinstance(value, list | tuple):
            merged[name] = (*base[name], *(_with_text_date(entry) for entry in value))
        else:
            merged[name] = value
    return merged


def _laid_over(base: Mapping[Any, Any], given: object) -> object:
    if not isinstance(given, Mapping):
        return given
    both = {**base, **given}
    if isinstance(base.get("options"), Mapping) and isinstance(given.get("options"), Mapping):
        both["options"] = {**base["options"], **given["options"]}
    return both


def _with_text_date(entry: object) -> object:
    """YAML reads a bare 2026-01-31 as a date."""
    if isinstance(entry, Mapping) and type(entry.get("expires")) in (date, datetime):
        return {**entry, "expires": entry["expires"].isoformat()}
    return entry


def _unknown_checks(data: Mapping[Any, Any], known: Collection[str]) -> list[str]:
    rules, waivers = data.get("checks"), data.get("waivers")
    named = [(f"checks.{check}", check) for check in rules] if isinstance(rules, Mapping) else []
    for number, entry in enumerate(waivers if isinstance(waivers, list | tuple) else (), start=1):
        if isinstance(entry, Mapping) and "check" in entry:
            named.append((f"waivers.{number}.check", entry["check"]))
    return [
        f"{path}: unknown check {check!r}{nearest(str(check), known)}" for path, check in named if check not in known
    ]


def _complaint(details: ErrorDetails) -> str:
    """One sentence about one mistake, in the names of the policy file."""
    *parents, last = details["loc"]
    kind, path = details["type"], _path(details["loc"])
    if last == "[key]":
        *parents, last = parents
    if kind == "invalid_key" or (kind == "string_type" and details["loc"][-1] == "[key]"):
        return f"the name {last!r} is not text"
    if kind == "extra_forbidden" or details["loc"][-1] == "[key]":
        return _unknown_name(parents, last)
    if kind == "missing":
        return f"{path} is missing"
    if kind == "value_error":
        return f"{path}: {details['msg'].removeprefix('Value error, ')}"
    return f"{path} is {_shown(details['input'])}; right would be {_RIGHT.get(kind) or _advice(details['msg'])}"


# Where pydantic's own words would need Python to be understood.
_RIGHT = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
    "string_too_short": "some text",
    "string_type": "text",
    "float_type": "a number",
    "bool_type": "true or false",
}


def _advice(message: str) -> str:
    return message.removeprefix("Input should be ")


def _unknown_name(parents: list[int | str], name: int | str) -> str:
    where, top = f"{_path(tuple(parents))}: " if parents else "", parents[0] if parents else ""
    known: Iterable[str] = Policy.model_fields
    if top in ("floors", "category_weights"):
        known = CATEGORIES
    elif top == "severity_weights":
        known = SEVERITIES
    elif top == "checks":
        known = CheckPolicy.model_fields
    elif top == "waivers":
        known = Waiver.model_fields
    return f"{where}unknown name {name!r}{nearest(str(name), known)}; known: {', '.join(known)}"


def _path(location: tuple[int | str, ...]) -> str:
    """Entries of a list are counted from 1, as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
