"""Writes ``metrics.txt`` in the OpenMetrics text format: verdict, scores and measured values, for a Prometheus to keep.

What was not measured has no sample: it is absent, never zero. Credentials and queries are cut out of the target's
address, and no reason, path or command of a finding is written.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import inf, isnan

from readiness import Report, Result, reporter

from ._wording import WORST_FIRST, check_id, clean, without_credentials

VERDICTS = ("READY", "NOT READY", "INCONCLUSIVE")
UNITS = {"s": "seconds", "B": "bytes", "bytes": "bytes", "share": "ratio", "ratio": "ratio", "fraction": "ratio"}
Labels = Mapping[str, str]
Samples = Iterable[tuple[Labels, float | None]]


class _Exposition:
    """Metric families, each under a name of its own, with the labels that every sample has."""

    def __init__(self, common: Labels) -> None:
        self._common = common
        self._lines: list[str] = []

    def gauge(self, name: str, meaning: str, samples: Samples, unit: str = "") -> None:
        """Write a gauge; a sample without a value is left out."""
        self._head(name, "gauge", meaning, unit)
        for labels, value in samples:
            if value is not None:
                self._lines.append(f"{name}{_labels({**self._common, **labels})} {_number(value)}")

    def stateset(self, name: str, meaning: str, states: Iterable[str], samples: Iterable[tuple[Labels, str]]) -> None:
        """Write one of several states: 1 for the one that holds, 0 for each other."""
        self._head(name, "stateset", meaning, "")
        known = list(states)
        for labels, holding in samples:
            for state in known:
                both = _labels({**self._common, **labels, name: state})
                self._lines.append(f"{name}{both} {int(state == holding)}")

    def text(self) -> str:
        return "".join(line + "\n" for line in [*self._lines, "# EOF"])

    def _head(self, name: str, kind: str, meaning: str, unit: str) -> None:
        self._lines.append(f"# TYPE {name} {kind}")
        if unit:
            self._lines.append(f"# UNIT {name} {unit}")
        self._lines.append(f"# HELP {name} {_escaped(meaning)}")


@reporter()
def openmetrics(report: Report) -> dict[str, str]:
    """OpenMetrics text."""
    target, policy = without_credentials(report.target), report.policy.get("name", "unnamed")
    page = _Exposition({"target": clean(target, 200), "policy": clean(policy, 80)})
    _overall(page, report)
    page.gauge(
        "readiness_category_score",
        "Score of a category, from 0 to 1; absent where nothing in it was decided.",
        [({"category": line.category}, line.score) for line in report.categories],
    )
    results = _labelled(report.results)
    page.stateset(
        "readiness_check_status",
        "State of a check.",
        WORST_FIRST,
        [({**labels, "severity": result.severity}, result.status) for labels, result in results],
    )
    _measured(page, results)
    return {"metrics.txt": page.text()}


def _overall(page: _Exposition, report: Report) -> None:
    page.stateset("readiness_verdict", "Verdict of the run.", VERDICTS, [({}, report.verdict)])
    overall: tuple[tuple[str, str, float | None], ...] = (
        ("score", "Overall score, from 0 to 1.", report.overall_score),
        ("score_low", "Low end of the overall score: everything unknown turns out badly.", report.overall_interval.low),
        (
            "score_high",
            "High end of the overall score: everything unknown turns out well.",
            report.overall_interval.high,
        ),
        ("raw_score", "Score without waivers and without the cap of an open blocker.", report.raw_score),
        ("coverage", "Share of the applicable weight that was decided, from 0 to 1.", report.coverage),
        ("critical_pass_rate", "Share of the critical checks that passed, from 0 to 1.", report.critical_pass_rate),
        ("deployment_ready", "1 if the whole system may be deployed.", float(report.deployment_ready)),
        ("interrupted", "1 if the run was cut short.", float(report.interrupted)),
        ("machine_fit", "1 if the machine was fit to measure.", float(report.fitness.fit)),
    )
    for name, meaning, value in overall:
        page.gauge(f"readiness_{name}", meaning, [({}, value)])
    seconds = report.test_duration_seconds
    page.gauge("readiness_run_duration_seconds", "How long the run took.", [({}, seconds)], "seconds")
    when = _unix(report.timestamp)
    page.gauge("readiness_run_timestamp_seconds", "When the run ended, in Unix time.", [({}, when)], "seconds")


def _measured(page: _Exposition, results: Iterable[tuple[Labels, Result]]) -> None:
    by_unit: dict[str, list[tuple[Labels, Result]]] = {}
    for labels, result in results:
        if result.value is not None:
            by_unit.setdefault(_unit(result.unit), []).append((labels, result))
    for unit, mine in sorted(by_unit.items()):
        ending = f"_{unit}" if unit else ""
        for what, meaning in (("value", "Value that a check measured"), ("limit", "Limit of that value")):
            samples = [(labels, one.value if what == "value" else one.limit) for labels, one in mine]
            page.gauge(f"readiness_check_{what}{ending}", f"{meaning}.", samples, unit)


def _labelled(results: Iterable[Result]) -> list[tuple[Labels, Result]]:
    """Each result with labels of its own: a second sample with the same ones would make the whole file invalid."""
    seen: Counter[tuple[str, ...]] = Counter()
    labelled: list[tuple[Labels, Result]] = []
    for result in results:
        labels = {"check": check_id(result), "category": result.category, "suite": clean(result.suite, 120)}
        seen[tuple(labels.values())] += 1
        if (count := seen[tuple(labels.values())]) > 1:
            labels["check"] += f" ({count})"
        labelled.append((labels, result))
    return labelled


def _unit(unit: str) -> str:
    """The unit as a part of a metric's name: base units by their OpenMetrics names, others in plain letters."""
    if unit in UNITS:
        return UNITS[unit]
    plain = clean(unit, 30).lower().replace("/", "_per_").replace("%", "percent")
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", plain)).strip("_")


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    if isnan(value):
        return "NaN"
    return "+Inf" if value == inf else "-Inf" if value == -inf else repr(float(value))


def _unix(timestamp: str) -> float | None:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
