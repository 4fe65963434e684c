"""Geometry of gauges and of the phases of a scenario; the template draws. Lengths are percentages of the width."""

from dataclasses import dataclass
from math import isfinite, isnan, log

from readiness import FaultWindow, Result, ScenarioSummary

from .._wording import clean, number, with_unit  # noqa: TID252 - plugin folders have no absolute name
from ._plots import Span, drawable, neat, share_at, spans

PROPORTIONS = ("share", "ratio", "fraction", "%", "percent")
OBJECTIVE_AT, LIMIT_AT = 24.0, 62.0


@dataclass(frozen=True)
class Gauge:
    """A measured value between its objective and its limit; left is better."""

    value: float
    low: float
    high: float
    beyond: bool


@dataclass(frozen=True)
class Timeline:
    """The phases of a scenario, its fault windows below them, and the axis."""

    phases: tuple[Span, ...]
    windows: tuple[Span, ...]
    end: str


def gauge(result: Result) -> Gauge | None:
    """Place a value between objective and limit, on the scale of its score; None where there is nothing to place."""
    value, objective, limit = result.value, result.objective, result.limit
    if value is None or objective is None or limit is None or objective == limit:
        return None
    if not (drawable(objective) and drawable(limit)) or isnan(value):
        return None
    logarithmic = objective > 0 and limit > 0 and result.unit not in PROPORTIONS
    start = log(objective) if logarithmic else objective
    length = (log(limit) if logarithmic else limit) - start
    if length == 0:
        return None

    def at(x: float) -> float:
        if not drawable(x) or (logarithmic and x <= 0):
            return 100.0 if (x > 0) == (limit > objective) else 0.0
        place = ((log(x) if logarithmic else x) - start) / length
        return round(max(0.0, min(100.0, OBJECTIVE_AT + place * (LIMIT_AT - OBJECTIVE_AT))), 2)

    ends = [at(result.interval.low), at(result.interval.high)] if result.interval else [at(value)]
    return Gauge(value=at(value), low=min(ends), high=max(ends), beyond=at(value) >= 100.0)


def timeline(scenario: ScenarioSummary) -> Timeline | None:
    """Lay the phases of a scenario out; None where it has no time to show."""
    moments = [scenario.seconds, *(at for _, at in scenario.phases), *(w.disarmed for w in scenario.windows)]
    end = max((moment for moment in moments if isfinite(moment)), default=0.0)
    if end <= 0 or not (scenario.phases or scenario.windows):
        return None
    starts = [(clean(name, 40), at) for name, at in scenario.phases if isfinite(at)]
    following = [at for _, at in starts[1:]] + [end]
    phases = tuple(
        Span(name, share_at(at / end), share_at(max(at, after) / end))
        for (name, at), after in zip(starts, following, strict=True)
    )
    return Timeline(phases, spans(scenario.windows, 0.0, end), f"{number(neat(end))} s")


def window_text(window: FaultWindow) -> str:
    """Say when a fault was armed and disarmed."""
    return f"{with_unit(neat(window.armed), 's')} – {with_unit(neat(window.disarmed), 's')}"


def witness_text(window: FaultWindow) -> str:
    """Say what proves that a fault acted."""
    return (
        ", ".join(f"{clean(k, 80)}: {clean(v, 120)}" for k, v in sorted(window.witness.items(), key=str))
        or "none: it proves nothing"
    )
