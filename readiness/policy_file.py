"""A policy file as read -> a Policy, or every complaint about it in the file's own words. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from readiness.errors import PolicyError, nearest
from readiness.model import CATEGORIES, SEVERITIES
from readiness.policy import TIERS, CheckPolicy, Policy, raised
from readiness.report import Waiver

SHORTHAND = ("objective", "limit")
"""Options of a check that a policy may set without saying `options`."""


def from_mapping(data: object, base: Policy) -> Policy:
    """Return ``base`` changed where ``data`` (a policy file as read) says so.

    A `tier` raises the base first. Weights, floors and checks are changed entry by entry and waivers are added; anything
    else is replaced. `limit` and `objective` of a check are short for the options of these names. The name `base` is the
    caller's: it says which policy to lay the file over. Every complaint is collected into one PolicyError, a line each.
    Whether the checks exist is held against the catalogue later (`policy_lint.complaints_about`).
    """
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        raise PolicyError(f"a policy is {_shown(data)}; right would be a mapping of names to values")
    base = with_tier(data, base)
    complaints = _said_twice(data)
    merged = _merged(base.model_dump(), data)
    try:
        policy = Policy.model_validate(merged)
    except ValidationError as error:
        complaints += [_complaint(details) for details in error.errors()]
    if complaints:
        raise PolicyError("\n".join(complaints))
    return policy


def with_tier(data: Mapping[Any, Any], base: Policy) -> Policy:
    """Return ``base`` raised to the tier that a policy file names, if there is such a tier."""
    return next((raised(base, tier) for tier in TIERS if tier == data.get("tier")), base)


def _merged(base: dict[str, Any], data: Mapping[Any, Any]) -> dict[Any, Any]:
    """Lay ``data`` over the dump of a policy; what has the wrong shape is left for validation to refuse."""
    merged: dict[Any, Any] = dict(base)
    for name, value in data.items():
        if name == "base":
            continue
        if name == "checks" and isinstance(value, Mapping):
            changed = {
                check: _laid_over(base[name].get(check, {}), _with_options(given)) for check, given in value.items()
            }
            merged[name] = {**base[name], **changed}
        elif name in ("floors", "category_weights", "severity_weights"):
            merged[name] = _laid_over(base[name], value)
        elif name == "waivers" and isinstance(value, list | tuple):
            merged[name] = (*base[name], *(_with_text_dates(entry) for entry in value))
        elif name == "unwaivable" and isinstance(value, list):
            merged[name] = tuple(value)
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


def _with_options(given: object) -> object:
    """`limit` and `objective` are short for the options of these names."""
    if not isinstance(given, Mapping) or not isinstance(given.get("options", {}), Mapping):
        return given
    short = {name: value for name, value in given.items() if name in SHORTHAND}
    rest = {name: value for name, value in given.items() if name not in SHORTHAND}
    return {**rest, "options": {**short, **rest.get("options", {})}} if short else rest


def _said_twice(data: Mapping[Any, Any]) -> list[str]:
    rules = data.get("checks")
    return [
        f"checks.{check}: {name} is given twice, here and under options"
        for check, rule in (rules.items() if isinstance(rules, Mapping) else ())
        for name in SHORTHAND
        if isinstance(rule, Mapping)
        and isinstance(rule.get("options"), Mapping)
        and name in rule
        and name in rule["options"]
    ]


def _with_text_dates(entry: object) -> object:
    """YAML reads a bare 2026-01-31 as a date."""
    if not isinstance(entry, Mapping):
        return entry
    dates = {name: day.isoformat() for name, day in entry.items() if type(day) in (date, datetime)}
    return {**entry, **dates}


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
        known = [*CheckPolicy.model_fields, *SHORTHAND]
    elif top == "waivers":
        known = Waiver.model_fields
    return f"{where}unknown name {name!r}{nearest(str(name), known)}; known: {', '.join(known)}"


def _path(location: tuple[int | str, ...]) -> str:
    """Entries of a list are counted from 1, as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
