"""Geometry of line and bar drawings: values in, paths out, and beside them the numbers that the script draws from.

A plot is drawn twice from the same points: here, for a reader without script, and by the script, if there is one. Across
is measured in percent of the width, up in parts of :data:`PLOT_HEIGHT`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isfinite
from statistics import median
from typing import Any, TypeGuard

from markupsafe import Markup

from readiness import FaultWindow, Result, Series

from .._wording import clean, number, with_unit  # noqa: TID252 - plugin folders have no absolute name

PLOT_HEIGHT = 272.0
"""Twice the height on the screen: whole numbers are as fine as half a pixel."""
MOST_POINTS = 60
NOTHING = Markup("")
Values = Sequence[float | None]


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
class Mark:
    """A word at a place of the axis; ``row`` keeps neighbours apart."""

    label: str
    at: float
    row: int = 0


@dataclass(frozen=True)
class Line:
    """One line of a plot."""

    name: str
    path: Markup
    dots: Markup = NOTHING


@dataclass(frozen=True)
class Plot:
    """Lines or bars over an axis, with fault windows and, where it has the same unit, the limit."""

    title: str
    summary: str
    lines: tuple[Line, ...]
    bottom: str
    top: str
    ticks: tuple[Mark, ...]
    area: Markup = NOTHING
    """A filled shape: the bars of a histogram, or the band of an interval."""
    marks: tuple[Mark, ...] = ()
    limit_at: float | None = None
    windows: tuple[Span, ...] = ()
    note: str = ""
    name: str = ""
    """Under which the script finds ``numbers``; empty where it draws nothing."""
    numbers: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Frame:
    """The ends of both axes."""

    start: float
    end: float
    bottom: float
    top: float

    def across(self, at: float) -> float:
        """Place a moment, in percent of the width."""
        return share_at((at - self.start) / (self.end - self.start)) if self.end > self.start else 0.0

    def up(self, value: float) -> float:
        """Place a value, from the top."""
        return round(PLOT_HEIGHT * (self.top - value) / (self.top - self.bottom), 1)


def series_plot(series: Series, windows: Iterable[FaultWindow], result: Result) -> Plot | None:
    """Lay the evidence of a result out; None where it has no two finite points."""
    points = [(at, value) for at, value in zip(series.at, series.values, strict=False) if drawable(at)]
    finite = [value for _, value in points if drawable(value)]
    if len(finite) < 2:
        return None
    limit = result.limit if result.unit == series.unit and drawable(result.limit) else None
    low, high = min(finite), max(finite)
    if limit is not None and not low - (high - low) <= limit <= high + 2 * (high - low):
        limit = None  # it would flatten the line
    bottom, top = bounds(low, high, high if limit is None else limit)
    frame = Frame(min(at for at, _ in points), max(at for at, _ in points), bottom, top)
    gaps = len(points) - len(finite)
    notes = [thinned_note(len(points)), f"{gaps:,} not finite: a gap" if gaps else ""]
    return Plot(
        title=series.title,
        summary=f"{summary_of(finite)} {clean(series.unit, 30)}".strip(),
        lines=(Line("", path(thinned(points), frame)),),
        bottom=number(neat(bottom)),
        top=with_unit(neat(top), series.unit),
        ticks=time_ticks(frame),
        limit_at=None if limit is None else frame.up(limit),
        windows=spans(windows, frame.start, frame.end),
        note="; ".join(filter(None, notes)),
    )


def lines_plot(
    title: str,
    unit: str,
    at: Sequence[float],
    columns: Mapping[str, Values],
    *,
    ends: tuple[float, float] | None = None,
    windows: Sequence[FaultWindow] = (),
    axis: str = "seconds since the start",
    dotted: bool = False,
    **more: Any,
) -> Plot | None:
    """Lay several columns out over the same axis; None where nothing finite is there.

    The axis runs between ``ends``, else from the first place to the last. ``more`` replaces any field of the plot.
    """
    given = [value for column in columns.values() for value in column if drawable(value)]
    places = [moment for moment in at if drawable(moment)]
    if len(given) < 2 or len(places) != len(at):
        return None
    bottom, top = bounds(min(0.0, min(given)), max(given), max(given))  # a cut axis would make a ripple a fall
    frame = Frame(*(ends or (min(places), max(places))), bottom, top)
    lines = tuple(_line(name, list(zip(at, column, strict=False)), frame, dotted) for name, column in columns.items())
    fields: dict[str, Any] = {
        "title": title,
        "summary": f"{summary_of(given)} {unit}".strip(),
        "lines": lines,
        "bottom": number(neat(bottom)),
        "top": number(neat(top)),
        "ticks": time_ticks(frame),
        "windows": spans(windows, frame.start, frame.end),
        "note": thinned_note(len(at)),
    }
    plot = Plot(**(fields | more))
    numbers = {
        "kind": "lines",
        "unit": unit,
        "axis": axis,
        "dots": dotted,
        "x": [short(moment) for moment in at],
        "lines": [{"name": name, "y": [short(value) for value in column]} for name, column in columns.items()],
        "windows": [_window(window, frame) for window in windows],
    }
    return replace(plot, numbers=numbers)


def _line(name: str, points: Sequence[tuple[float, float | None]], frame: Frame, dotted: bool) -> Line:
    return Line(name, path(thinned(points), frame), dots(points, frame) if dotted else NOTHING)


def _window(window: FaultWindow, frame: Frame) -> dict[str, Any]:
    ends = [min(frame.end, max(frame.start, moment)) for moment in (window.armed, window.disarmed)]
    return {"label": clean(window.fault, 80), "from": short(ends[0]), "to": short(ends[1])}


def summary_of(values: Sequence[float]) -> str:
    """Say what a drawing shows to somebody who does not see it."""
    return f"least {number(min(values))}, median {number(median(values))}, greatest {number(max(values))}"


def time_ticks(frame: Frame) -> tuple[Mark, ...]:
    """Label both ends and the middle of a time axis."""
    moments = (frame.start, (frame.start + frame.end) / 2, frame.end)
    return tuple(Mark(f"{number(neat(moment))} s", place) for moment, place in zip(moments, (0, 50, 100), strict=True))


def spans(windows: Iterable[FaultWindow], start: float, end: float) -> tuple[Span, ...]:
    """Place fault windows on an axis from ``start`` to ``end``; one that lies outside is left out."""
    length = end - start
    if length <= 0:
        return ()
    found = []
    for window in windows:
        armed = window.armed if isfinite(window.armed) else start
        disarmed = window.disarmed if isfinite(window.disarmed) else end
        if disarmed >= start and armed <= end:
            found.append(Span(window.fault, share_at((armed - start) / length), share_at((disarmed - start) / length)))
    return tuple(found)


def share_at(share: float) -> float:
    """Turn a share into percent of the width, held between the two ends."""
    return round(max(0.0, min(1.0, share)) * 100, 2) if isfinite(share) else 0.0


def bounds(low: float, high: float, limit: float) -> tuple[float, float]:
    """Choose the ends of an axis; zero belongs to the picture unless the values lie far from it."""
    low, high = min(low, limit), max(high, limit)
    if low >= 0 and low <= 0.6 * high:
        low = 0.0
    if high == low:
        return low - 0.5 * abs(low or 1.0), high + 0.5 * abs(high or 1.0)
    return low, high + 0.06 * (high - low)


def thinned(points: Sequence[tuple[float, float | None]]) -> Sequence[tuple[float, float | None]]:
    """Keep the least and the greatest value of each stretch, so that no spike is lost, and the last one."""
    if len(points) <= MOST_POINTS:
        return points
    kept: list[tuple[float, float | None]] = []
    size = 2 * len(points) / MOST_POINTS
    for index in range(MOST_POINTS // 2):
        stretch = points[int(index * size) : int((index + 1) * size)]
        least = min(stretch, key=lambda point: point[1] if drawable(point[1]) else inf)
        greatest = max(stretch, key=lambda point: point[1] if drawable(point[1]) else -inf)
        kept += sorted({least, greatest}, key=lambda point: point[0])
    return kept if kept[-1][0] == points[-1][0] else [*kept, points[-1]]


def thinned_note(points: int) -> str:
    """Say that not every point is drawn; empty where each is."""
    return f"{points:,} points drawn as {MOST_POINTS}; the least and the greatest stay" if points > MOST_POINTS else ""


def path(points: Iterable[tuple[float, float | None]], frame: Frame) -> Markup:
    """Draw a line through the points, in steps from one to the next; a value that is not there leaves a gap."""
    stretches: list[list[tuple[int, int]]] = [[]]
    for at, value in points:
        if drawable(value):
            stretches[-1].append(_place(at, value, frame))
        elif stretches[-1]:
            stretches.append([])
    return Markup("".join(_steps(stretch) for stretch in stretches if stretch))  # noqa: S704 - numbers only


def _steps(stretch: Sequence[tuple[int, int]]) -> str:
    """Write one unbroken line; of places at one height in a row, the first and the last say it all."""
    corners = [
        place
        for index, place in enumerate(stretch)
        if not (0 < index < len(stretch) - 1 and stretch[index - 1][1] == place[1] == stretch[index + 1][1])
    ]
    x, y = corners[0]
    steps = [f"{to[0] - at[0]} {to[1] - at[1]}" for at, to in pairwise(corners)]
    return f"M{x} {y}l{' '.join(['0 0', *steps])}"


def dots(points: Iterable[tuple[float, float | None]], frame: Frame) -> Markup:
    """Put a dot on every point: a stroke of no length with a round end."""
    places = [_place(at, value, frame) for at, value in points if drawable(value)]
    return Markup("".join(f"M{x} {y}h0" for x, y in places))  # noqa: S704 - numbers only


def band(at: Sequence[float], lows: Sequence[float], highs: Sequence[float], frame: Frame) -> Markup:
    """Fill the area between two columns."""
    there = [(moment, high) for moment, high in zip(at, highs, strict=True)]
    back = [(moment, low) for moment, low in zip(at, lows, strict=True)]
    edge = path([*there, *reversed(back)], frame)
    return edge + Markup("Z") if edge else edge


def outline(bars: Sequence[tuple[float, float, float]]) -> Markup:
    """Fill under bars (both ends in percent of the width, and the top); neighbours share a side."""
    parts, end = [], None
    for left, right, top in bars:
        if left != end:
            parts.append(f"{'' if end is None else f'V{PLOT_HEIGHT:.0f}Z'}M{left * 10:.0f} {PLOT_HEIGHT:.0f}")
        parts.append(f"V{top:.0f}H{right * 10:.0f}")
        end = right
    return Markup(f"{''.join(parts)}V{PLOT_HEIGHT:.0f}Z") if parts else NOTHING  # noqa: S704 - numbers only


def drawable(value: float | None) -> TypeGuard[float]:
    """Whether sums and differences of such values stay finite."""
    return value is not None and abs(value) < 1e300


def neat(value: float) -> float:
    """Three significant digits are enough for an axis."""
    return float(f"{value:.3g}") if isfinite(value) else value


def short(value: float | None) -> float | None:
    """Five significant digits are enough for a drawing; what is not finite is a gap."""
    return float(f"{value:.5g}") if drawable(value) else None


def _place(at: float, value: float, frame: Frame) -> tuple[int, int]:
    """Return thousandths of the width and the height from the top: steps of whole numbers do not drift."""
    return round(frame.across(at) * 10), round(frame.up(value))
