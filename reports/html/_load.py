"""Drawings of load: latency as a histogram, load and latency over time, throughput against users, the score over runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log, log10
from typing import Any

from readiness import FaultWindow, LoadSummary, PhaseLoad, Report, ScenarioSummary

from .._wording import NOT_MEASURED, clean, number, percent, with_unit  # noqa: TID252 - plugin folders have no absolute name
from ._plots import (
    PLOT_HEIGHT,
    Frame,
    Line,
    Mark,
    Plot,
    band,
    dots,
    drawable,
    lines_plot,
    neat,
    outline,
    path,
    share_at,
    short,
    summary_of,
)

MOST_BARS = 64
MOST_TICKS = 8
FEW_CALLS = 500
"""Fewer have no shape worth a drawing: what they were is told by the table of phases, and only their latency is drawn."""
SMALLEST = 1e-9  # seconds; nothing answers faster, and a logarithm needs an end
PERCENTILES = {"50": 5, "95": 59, "99": 299, "99.9": 2995}
"""Drawn percentiles, and the samples that each needs before 95 % confidence bounds it from above (scoring.md, part 1)."""
Bucket = tuple[float, float, int]


@dataclass(frozen=True)
class Load:
    """What a scenario sent and how it was answered, as shown."""

    plots: tuple[Plot, ...]
    phases: tuple[PhaseLoad, ...]
    percentiles: tuple[str, ...]
    """Columns of the table of phases: every percentile that one of them has."""
    users: bool
    errors: tuple[tuple[str, int], ...]
    generator: tuple[tuple[str, str], ...]


def load_of(scenario: ScenarioSummary, name: str) -> Load | None:
    """Lay the load of a scenario out; None where it sent none. ``name`` begins the names of its plots."""
    load = scenario.load
    if load is None:
        return None
    rate, latency = timeline_plots(load, scenario.windows, name) or (None, None)
    plots = [latency, concurrency_plot(load.phases, f"{name}-users")]
    if sum(phase.samples for phase in load.phases) >= FEW_CALLS:
        plots = [rate, *plots, histogram_plot(load.histogram, f"{name}-latency")]
    known = {key for phase in load.phases for key in phase.percentiles}
    return Load(
        plots=tuple(plot for plot in plots if plot is not None),
        phases=load.phases,
        percentiles=tuple(sorted(known, key=_as_number)),
        users=any(phase.users is not None for phase in load.phases),
        errors=tuple(sorted(load.errors_by_kind.items(), key=lambda item: (-item[1], item[0]))),
        generator=tuple(_generator(load.generator)),
    )


def timeline_plots(load: LoadSummary, windows: Sequence[FaultWindow], name: str) -> tuple[Plot | None, ...]:
    """Draw what was sent and how fast it was answered, over time."""
    line = load.timeline
    at = [(index + 0.5) * line.bin_seconds for index in range(len(line.rate))]
    if not at:
        return ()
    shared: dict[str, Any] = {"ends": (0.0, len(at) * line.bin_seconds), "windows": windows}
    rate = lines_plot(
        "Load over time, calls per second",
        "per second",
        at,
        {"answers": line.rate, "errors": line.errors},
        summary=f"answers: {_said(line.rate)}; errors: at most {number(neat(max(line.errors, default=0.0)))}",
        name=f"{name}-rate",
        **shared,
    )
    tails = {"99th percentile": line.p99, "95th percentile": line.p95}
    if line.p99 == line.p95:  # few calls in each bin
        tails = {"99th and 95th percentile": line.p95}
    latency = lines_plot(
        "Latency over time, seconds",
        "s",
        at,
        {**tails, "median": line.p50},
        summary=f"95th percentile: {_said(line.p95)}",
        name=f"{name}-time",
        **shared,
    )
    return rate, latency


def concurrency_plot(phases: Sequence[PhaseLoad], name: str) -> Plot | None:
    """Draw throughput against users; None where fewer than two numbers of users were tried."""
    tried = sorted((phase.users, phase.rate) for phase in phases if phase.users is not None and drawable(phase.rate))
    if len({users for users, _ in tried}) < 2:
        return None
    users, rates = [float(users) for users, _ in tried], [rate for _, rate in tried]
    best = max(tried, key=lambda pair: pair[1])
    return lines_plot(
        "Throughput against users, calls per second",
        "per second",
        users,
        {"answers": rates},
        axis="simulated users",
        dotted=True,
        ticks=_apart([Mark(f"{count}", _across(count, users)) for count in dict.fromkeys(map(int, users))], rows=1),
        note="across: simulated users",
        summary=f"most at {best[0]:,} users: {number(neat(best[1]))} answers per second",
        name=name,
    )


def histogram_plot(histogram: Sequence[Bucket], name: str) -> Plot | None:
    """Draw latency as a density over the logarithm of the time, so that buckets of any width compare."""
    buckets = _merged(
        [bucket for bucket in histogram if drawable(bucket[1]) and bucket[1] > SMALLEST and bucket[2] > 0]
    )
    if not buckets:
        return None
    ends = [(low if low > SMALLEST else max(high / 2, SMALLEST), high, count) for low, high, count in buckets]
    frame = Frame(log10(ends[0][0]), log10(ends[-1][1]), 0.0, 1.0)
    if frame.end <= frame.start:
        return None
    heights = [count / log(high / low) if high > low else 0.0 for low, high, count in ends]
    most = max(heights) or 1.0
    tops = [PLOT_HEIGHT * (1 - 0.94 * height / most) for height in heights]
    bars = [
        (frame.across(log10(low)), frame.across(log10(high)), top)
        for (low, high, _), top in zip(ends, tops, strict=True)
    ]
    total, reached = sum(count for *_, count in buckets), bucket_percentiles(histogram)
    marks = [Mark(f"p{key}", frame.across(log10(value))) for key, value in reached.items()]
    said = ", ".join(f"p{key} {with_unit(neat(value), 's')}" for key, value in reached.items())
    return Plot(
        title="Latency of all calls",
        summary=f"{total:,} calls" + (f": {said}" if said else ""),
        lines=(),
        area=outline(bars),
        bottom="",
        top="",
        ticks=_apart(_decades(frame), rows=1),
        marks=_apart(marks),
        note="seconds on a logarithmic axis; percentiles to the width of a bucket",
        name=name,
        numbers={
            "kind": "bars",
            "axis": "latency in seconds",
            "unit": "calls",
            "bars": [
                [short(low), short(high), count, short(h / most)]
                for (low, high, count), h in zip(ends, heights, strict=True)
            ],
            "marks": [{"label": f"p{key}", "at": short(value)} for key, value in reached.items()],
        },
    )


def bucket_percentiles(histogram: Sequence[Bucket]) -> dict[str, float]:
    """Return upper bounds of the percentiles that the counts can bound: the high end of the bucket where each is reached."""
    total = sum(count for *_, count in histogram)
    reached: dict[str, float] = {}
    for key, needed in PERCENTILES.items():
        rank, seen = ceil(total * _as_number(key) / 100), 0
        for _, high, count in histogram if total >= needed else ():
            seen += count
            if seen >= rank:
                if drawable(high) and high > SMALLEST:
                    reached[key] = high
                break
    return reached


def trend_plot(report: Report) -> Plot | None:
    """Draw the score over earlier runs and this one; None where no earlier run is known."""
    runs = [(p.timestamp, p.verdict, p.score, p.interval) for p in report.trend]
    if not runs:
        return None
    runs.append((report.timestamp, report.verdict, report.overall_score, report.overall_interval))
    at = [float(index) for index in range(len(runs))]
    scores = [score for _, _, score, _ in runs]
    lows, highs = [i.low for *_, i in runs], [i.high for *_, i in runs]
    finite = [*(score for score in scores if drawable(score)), *filter(drawable, lows), *filter(drawable, highs)]
    if not finite:
        return None
    frame = Frame(0.0, at[-1], max(0.0, floor(min(finite) * 10) / 10), 1.0)
    if frame.bottom >= 1.0:
        frame = Frame(0.0, at[-1], 0.0, 1.0)
    points = list(zip(at, scores, strict=True))
    first, last = (clean(runs[index][0], 40)[:10] for index in (0, -1))
    steps = [percent(score) for score in scores]
    return Plot(
        title="Score over runs",
        summary=f"{len(runs)} runs, first {steps[0]}, before this {steps[-2]}, now {steps[-1]}",
        lines=(Line("score", path(points, frame), dots(points, frame)),),
        area=band(at, lows, highs, frame),
        bottom=percent(frame.bottom),
        top="100 %",
        ticks=(Mark(first, 0.0), Mark(f"{last} (this run)", 100.0)),
        note="the band is the interval of each score; a gap is a run that decided nothing",
        name="trend",
        numbers={
            "kind": "trend",
            "axis": "run",
            "unit": "%",
            "x": [clean(moment, 40) for moment, *_ in runs],
            "words": [verdict for _, verdict, *_ in runs],
            "y": [_in_percent(score) for score in scores],
            "low": [_in_percent(low) for low in lows],
            "high": [_in_percent(high) for high in highs],
        },
    )


def _said(column: Sequence[float | None]) -> str:
    finite = [value for value in column if drawable(value)]
    return summary_of([neat(value) for value in finite]) if finite else NOT_MEASURED


def _merged(buckets: Sequence[Bucket]) -> list[Bucket]:
    """Join neighbours until they can be drawn; the counts stay."""
    size = ceil(len(buckets) / MOST_BARS) or 1
    groups = [buckets[start : start + size] for start in range(0, len(buckets), size)]
    return [(group[0][0], group[-1][1], sum(count for *_, count in group)) for group in groups]


def _decades(frame: Frame) -> list[Mark]:
    """Label 1, 2 and 5 of each power of ten; only the powers where that would be too many."""
    values = [digit * 10.0**power for power in range(floor(frame.start), ceil(frame.end) + 1) for digit in (1, 2, 5)]
    inside = [value for value in values if frame.start <= log10(value) <= frame.end]
    if len(inside) > MOST_TICKS:
        inside = [value for value in inside if f"{value:e}".startswith("1.")]
    return [Mark(_seconds(value), frame.across(log10(value))) for value in inside]


def _apart(marks: Sequence[Mark], rows: int = 3, gap: float = 9.0) -> tuple[Mark, ...]:
    """Put marks that stand too near each other on rows of their own; where no row is free, the mark is left out."""
    ends, placed = [-gap] * rows, []
    for mark in marks:
        row = next((row for row, end in enumerate(ends) if mark.at - end >= gap), None)
        if row is not None:
            ends[row] = mark.at
            placed.append(Mark(mark.label, mark.at, row))
    return tuple(placed)


def _across(value: float, values: Sequence[float]) -> float:
    return share_at((value - values[0]) / (values[-1] - values[0]))


def _seconds(value: float) -> str:
    return f"{number(neat(value))} s" if value >= 1 else f"{number(neat(value * 1000))} ms"


def _generator(readings: dict[str, float]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(readings.items()):
        match name:
            case "cpu_cores":
                yield "largest share of one core", number(neat(value))
            case "late_p99":
                yield "99 % sent within", f"{number(neat(value * 1000))} ms of their time"
            case _:
                yield name, number(value)


def _in_percent(share: float | None) -> float | None:
    return short(None if share is None else share * 100)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
