"""The summary of a k6 run -> one entry a threshold. A run without a threshold or without an iteration proves nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from readiness.evidence.reading import Entry, Reading, Unusable, named, read_document, read_json, short
from readiness.evidence.source import K6Summary
from readiness.model import Broken, Fact, Outcome, Table, Unknown

TREND = frozenset({"avg", "min", "med", "max"})
_SIMPLE = re.compile(r"^\s*([a-z]+(?:\([\d.]+\))?)\s*(<=|>=|===|==|!=|<|>)\s*(-?[\d.]+(?:e-?\d+)?)\s*$")


def read(source: K6Summary, now: str) -> Reading:
    """Read the file of a source at the time ``now``."""
    document = read_document(source.folder, source.file)
    metrics = read_json(document).get("metrics")
    if not isinstance(metrics, dict) or not all(isinstance(metric, dict) for metric in metrics.values()):
        raise Unusable(f"{source.file}: has no `metrics`: it is no summary of k6", broken=True)
    entries = list(_entries(metrics))
    if not entries:
        raise Unusable(f"{source.file}: has not one threshold, so nothing was asked", made=document.modified)
    if not _count(metrics.get("iterations", {})) and not _count(metrics.get("http_reqs", {})):
        raise Unusable(f"{source.file}: neither an iteration nor a request is counted", made=document.modified)
    return Reading(
        origin=f"k6, {source.file}", read=now, made=document.modified, sha256=document.sha256, entries=named(entries)
    )


def _count(metric: Mapping[str, Any]) -> float:
    count = _values(metric).get("count", 0)
    return count if isinstance(count, int | float) else 0


def _values(metric: Mapping[str, Any]) -> Mapping[str, Any]:
    """handleSummary keeps the figures under `values`; --summary-export beside the thresholds."""
    values = metric.get("values", metric)
    return values if isinstance(values, dict) else {}


def _entries(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[Entry]:
    for name, metric in metrics.items():
        thresholds = metric.get("thresholds") or {}
        if not isinstance(thresholds, dict):
            raise Unusable(f"the thresholds of {short(name, 80)} are no mapping", broken=True)
        for expression, said in thresholds.items():
            outcome = _outcome(name, expression, said, _values(metric))
            yield Entry(name=f"{name}.{_worded(expression)}", title=short(f"{name}: {expression}"), outcome=outcome)


def _worded(expression: str) -> str:
    """``p(95)<500`` as a name: ``p95_lt_500``."""
    words = {"<=": "_le_", ">=": "_ge_", "===": "_eq_", "==": "_eq_", "!=": "_ne_", "<": "_lt_", ">": "_gt_"}
    text = re.sub(r"[()\s]", "", expression)
    for sign, word in words.items():
        text = text.replace(sign, word)
    return text.replace(".", "-")


def _outcome(metric: str, expression: str, said: object, values: Mapping[str, Any]) -> Outcome:
    ok = _said_ok(said)
    if ok is None:
        return Broken(f"the threshold {short(expression)} is {short(said, 40)!r}; right would be a truth value")
    figures = {key: value for key, value in values.items() if type(value) in (int, float)}
    if _has_no_value(figures):
        return Unknown(f"{metric} has not one value: k6 lets such a threshold pass, and it proves nothing")
    evidence = (Table(f"{metric} as k6 summed it up", ("statistic", "value"), tuple(figures.items())),)
    value, holds = _checked(expression, figures)
    if holds is not None and holds != ok:
        word = "met" if ok else "missed"
        return Broken(f"k6 says that {expression} was {word}, and its own value is {value:g}", evidence)
    shown = f"{value:g}" if value is not None else "not in the summary"
    return Fact(
        ok, f"threshold {short(expression)} of {metric} {'met' if ok else 'missed'}; the value is {shown}", evidence
    )


def _said_ok(said: object) -> bool | None:
    """--summary-export says whether a threshold *failed*, handleSummary whether it is ``ok``."""
    if isinstance(said, bool):
        return not said
    if isinstance(said, dict) and isinstance(said.get("ok"), bool):
        return bool(said["ok"])
    return None


def _has_no_value(figures: Mapping[str, float]) -> bool:
    """Whether nothing went into a metric. A counter of 0 is a value; k6 1.1.0 writes a trend of nothing as zeros."""
    if "passes" in figures and "fails" in figures:
        return not figures["passes"] and not figures["fails"]
    trend = any(name in TREND or name.startswith("p(") for name in figures)
    return not figures or (trend and not any(figures.values()))


def _checked(expression: str, figures: Mapping[str, float]) -> tuple[float | None, bool | None]:
    """The value that a threshold is about, and whether it holds by our own arithmetic; None where that cannot be told."""
    match = _SIMPLE.match(expression)
    statistic = match[1] if match else ""
    value = figures.get(statistic)
    if value is None and statistic == "rate":
        value = figures.get("value")  # --summary-export calls the share of a rate metric so
    if match is None or value is None:
        return value, None
    bar, sign = float(match[3]), match[2]
    holds = {"<": value < bar, "<=": value <= bar, ">": value > bar, ">=": value >= bar, "!=": value != bar}
    return value, holds.get(sign, value == bar)
