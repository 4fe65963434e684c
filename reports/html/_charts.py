"""Geometry of the drawings: numbers in, positions out; the template draws. Lengths are percentages of the width."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, log
from statistics import median
from typing import TypeGuard

from markupsafe import Markup

from readiness import FaultWindow, Result, ScenarioSummary, Series

from .._wording import clean, number, with_unit  # noqa: TID252 - plugin folders have no absolute name

PLOT_WIDTH, PLOT_HEIGHT = 1000.0, 100.0
MOST_POINTS = 400
PROPORTIONS = ("share", "ratio", "fraction", "%", "percent")
OBJECTIVE_AT, LIMIT_AT = 24.0, 62.0


@dataclass(frozen=True)
class Span:
    """A stretch of a line, both ends in percent of the width."""

    label: str
    start: float
    end: float

    @property
    def width(self) -> float:
        """Never so small that it cannot be seen."""
        return round(max(self.end - self.start, 0.4), 2)


@dataclass(frozen=True)
class Plot:
    """A series as a line, with gridlines, fault windows and, where it has the same unit, the limit."""

    title: str
    path: Markup
    bottom: str
    top: str
    first: str
    middle: str
    last: str
    limit_at: float | None
    windows: tuple[Span, ...]
    summary: str
    note: str


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


def share_at(share: float) -> float:
    """Place a share on a line of 100."""
    return round(max(0.0, min(1.0, share)) * 100, 2) if isfinite(share) else 0.0


def plot(series: Series, windows: Iterable[FaultWindow], result: Result) -> Plot | None:
    """Lay a series out; None where it has no two finite points."""
    points = [(at, value) for at, value in zip(series.at, series.values, strict=False) if _drawable(at)]
    finite = [value for _, value in points if _drawable(value)]
    if len(finite) < 2:
        return None
    start, end = min(at for at, _ in points), max(at for at, _ in points)
    limit = result.limit if result.unit == series.unit and _drawable(result.limit) else None
    low, high = min(finite), max(finite)
    if limit is not None and not low - (high - low) <= limit <= high + 2 * (high - low):
        limit = None  # it would flatten the line
    bottom, top = _bounds(low, high, high if limit is None else limit)
    thin = _thinned(points)
    unit = clean(series.unit, 30)
    notes = []
    if len(thin) < len(points):
        notes.append(f"{len(points):,} points drawn as {len(thin)}; the least and the greatest stay")
    if len(finite) < len(points):
        notes.append(f"{len(points) - len(finite):,} not finite: a gap")
    return Plot(
        title=series.title,
        path=_path(thin, (start, end), (bottom, top)),
        bottom=number(_neat(bottom)),
        top=f"{number(_neat(top))} {unit}".strip(),
        first=f"{number(_neat(start))} s",
        middle=f"{number(_neat((start + end) / 2))} s",
        last=f"{number(_neat(end))} s",
        limit_at=None if limit is None else round(PLOT_HEIGHT * (top - limit) / (top - bottom), 2),
        windows=_spans(windows, start, end),
        summary=f"least {number(low)}, median {number(median(finite))}, greatest {number(high)} {unit}".strip(),
        note="; ".join(notes),
    )


def gauge(result: Result) -> Gauge | None:
    """Place a value between objective and limit, on the scale of its score; None where there is nothing to place."""
    value, objective, limit = result.value, result.objective, result.limit
    if value is None or objective is None or limit is None or objective == limit:
        return None
    if not (_drawable(objective) and _drawable(limit)) or isnan(value):
        return None
    logarithmic = objective > 0 and limit > 0 and result.unit not in PROPORTIONS
    start = log(objective) if logarithmic else objective
    length = (log(limit) if logarithmic else limit) - start
    if length == 0:
        return None

    def at(x: float) -> float:
        if not _drawable(x) or (logarithmic and x <= 0):
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
    return Timeline(phases, _spans(scenario.windows, 0.0, end), f"{number(_neat(end))} s")


def window_text(window: FaultWindow) -> str:
    """Say when a fault was armed and disarmed."""
    return f"{with_unit(_neat(window.armed), 's')} – {with_unit(_neat(window.disarmed), 's')}"


def witness_text(window: FaultWindow) -> str:
    """Say what proves that a fault acted."""
    return ", ".join(f"{clean(k, 80)}: {clean(v, 120)}" for k, v in window.witness.items()) or "none: it proves nothing"


def _spans(windows: Iterable[FaultWindow], start: float, end: float) -> tuple[Span, ...]:
    length = end - start
    if length <= 0:
        return ()
    spans = []
    for window in windows:
        armed = window.armed if isfinite(window.armed) else start
        disarmed = window.disarmed if isfinite(window.disarmed) else end
        if disarmed >= start and armed <= end:
            spans.append(Span(window.fault, share_at((armed - start) / length), share_at((disarmed - start) / length)))
    return tuple(spans)


def _bounds(low: float, high: float, limit: float) -> tuple[float, float]:
    """Zero belongs to the picture unless the values lie far from it."""
    low, high = min(low, limit), max(high, limit)
    if low >= 0 and low <= 0.6 * high:
        low = 0.0
    if high == low:
        return low - 0.5 * abs(low or 1.0), high + 0.5 * abs(high or 1.0)
    return low, high + 0.06 * (high - low)


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Keep the least and the greatest value of each stretch, so that no spike is lost."""
    if len(points) <= MOST_POINTS:
        return points
    kept: list[tuple[float, float]] = []
    size = 2 * len(points) / MOST_POINTS
    for index in range(MOST_POINTS // 2):
        stretch = points[int(index * size) : int((index + 1) * size)]
        least = min(stretch, key=lambda point: point[1] if _drawable(point[1]) else inf)
        greatest = max(stretch, key=lambda point: point[1] if _drawable(point[1]) else -inf)
        kept += sorted({least, greatest}, key=lambda point: point[0])
    return kept


def _path(points: Sequence[tuple[float, float]], across: tuple[float, float], up: tuple[float, float]) -> Markup:
    (start, end), (bottom, top) = across, up
    parts, pen = [], "M"
    for at, value in points:
        if not _drawable(value):
            pen = "M"
            continue
        x = PLOT_WIDTH * (at - start) / (end - start) if end > start else 0.0
        parts.append(f"{pen}{x:.1f} {PLOT_HEIGHT * (top - value) / (top - bottom):.1f}")
        pen = "L"
    return Markup("".join(parts))  # noqa: S704 - numbers only


def _drawable(value: float | None) -> TypeGuard[float]:
    """Whether sums and differences of such values stay finite."""
    return value is not None and abs(value) < 1e300


def _neat(value: float) -> float:
    """Three significant digits are enough for an axis."""
    return float(f"{value:.3g}") if isfinite(value) else value
