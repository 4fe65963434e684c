"""What `readiness load` shows: a line while it runs, and a page at its end. Pure text."""

import math

from readiness.load.live import Glimpse
from readiness.load.pace import Pace
from readiness.load.session import PERCENTS, LoadResult
from readiness.load.thresholds import Threshold
from readiness.measure.histogram import Histogram

Judged = list[tuple[Threshold, bool, float]]
BARS = 12
BAR_WIDTH = 40


def line(glimpse: Glimpse) -> str:
    """The last second."""
    times = "  ".join(
        f"{name} {time(value)}" for name, value in (("p50", glimpse.p50), ("p95", glimpse.p95), ("p99", glimpse.p99))
    )
    return f"{glimpse.seconds:5.0f} s  {glimpse.rate:9,.0f}/s  {times}  failed {glimpse.failed}"


def summary(result: LoadResult, judged: Judged, *, interrupted: bool) -> str:
    """Everything that came of it."""
    lines = ["interrupted: what follows is about the part that ran"] if interrupted else []
    lines += [f"incomplete   {text}" for text in result.lacking]
    lines += [
        f"calls        {result.calls:,} in {result.seconds:.1f} s, {result.rate:,.1f} verified per second",
        f"failed       {result.failed:,} ({share(result.error_share)})",
        *(f"               {count:,} {kind}" for kind, count in result.errors.items()),
        f"latency      {_latency(result.latencies)}",
    ]
    if len(result.operations) > 1:
        lines += [f"  {name}: {_latency(found)}" for name, found in sorted(result.operations.items())]
    lines += bars(result.latencies)
    lines += _connections(result)
    lines += [f"generator    {share(result.cpu)} of a core, {result.memory / 1e6:.0f} MB at most{_pace(result.pace)}"]
    if result.pace and (said := result.pace.saturated):
        lines += [f"             note: {said}"]
        lines += ["             (latency counts from the intended start: the wait in the generator is part of it)"]
    return "\n".join(lines + [_threshold(*one) for one in judged])


def bars(found: Histogram) -> list[str]:
    """The distribution of latencies, in steps of equal ratio, as bars."""
    if not found.count:
        return []
    low, high = max(found.smallest, 1e-9), found.largest
    width = max(math.log(high / low), 1e-9) / BARS
    counts = [0] * BARS
    for begin, end, count in found.buckets():
        middle = min(max((begin + end) / 2, low), high)
        counts[min(BARS - 1, int(math.log(middle / low) / width))] += count
    most = max(counts)
    return [
        f"  {time(low * math.exp(width * (place + 1))):>9}  {'█' * math.ceil(count / most * BAR_WIDTH):<{BAR_WIDTH}} {count:,}"
        for place, count in enumerate(counts)
    ]


def time(seconds: float) -> str:
    """A time in the unit that fits."""
    if math.isnan(seconds):
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds * 1e6:.4g} µs"


def share(value: float) -> str:
    """A share in per cent."""
    return "-" if math.isnan(value) else f"{value * 100:.3g} %"


def _latency(found: Histogram) -> str:
    if not found.count:
        return "no verified answer"
    parts = [f"mean {time(found.mean)}", *(f"p{percent:g} {time(found.percentile(percent))}" for percent in PERCENTS)]
    return "  ".join([*parts, f"max {time(found.largest)}"])


def _connections(result: LoadResult) -> list[str]:
    said = f"connections  {result.connects:,} opened"
    said += f", {result.stale:,} calls sent again after a kept one had died" if result.stale else ""
    said += f", {result.unasked:,} given up because of bytes that nobody asked for" if result.unasked else ""
    return [said]


def _pace(pace: Pace | None) -> str:
    if pace is None or not pace.asked:
        return f", {pace.cut:,} iterations cut off" if pace and pace.cut else ""
    said = f", started {pace.started:,} of {pace.asked:,} ({pace.rate:,.1f} per second)"
    said += f", late p99 {time(pace.late_p99)}" if pace.late_p99 else ""
    said += f", {pace.queued:,} waited for a free user" if pace.queued else ""
    return said + (f", {pace.cut:,} cut off" if pace.cut else "")


def _threshold(threshold: Threshold, holds: bool, value: float) -> str:
    shown = (
        time(value)
        if threshold.is_latency
        else share(value)
        if threshold.what == "errors"
        else f"{value:.4g} per second"
    )
    return f"{'✓ holds' if holds else '✗ fails'}  {threshold.text}  ({shown})"
