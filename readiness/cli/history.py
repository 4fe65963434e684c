"""readiness history: the verdicts of a target over its runs, and the trend of every category and check."""

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.archive import Archive, opened
from readiness.errors import UsageError
from readiness.history import VALUE_COLUMNS, History, Line, history, write_values
from readiness.settings import find_file, read_settings

SPARKS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 10
SHOWN_VERDICTS = 20
LETTERS = {"READY": ("R", "green"), "NOT READY": ("N", "red"), "INCONCLUSIVE": ("I", "yellow")}
TREND_STYLES = {"better": "green", "worse": "bold red"}
PLAIN_WIDTH = 80


def command(asked: argparse.Namespace) -> int:
    """Print the history; what was skipped goes to standard error."""
    folder = runs_folder(asked.folder)
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder of runs")
    if asked.last is not None and asked.last < 1:
        raise UsageError(f"--last {asked.last}: right would be 1 or more")
    with opened(folder) as archive:
        found = history(
            archive, target=asked.target, profile=asked.profile, category=asked.category,
            checks=tuple(asked.check), last=asked.last,
        )  # fmt: skip
        for line in archive.skipped:
            sys.stderr.write(f"skipped {printable(line)}\n")
        if asked.format == "json":
            print(json.dumps(_document(found, archive.skipped), indent=2))
        elif asked.format == "csv":
            _print_csv(archive, asked) if found else print(",".join(VALUE_COLUMNS))
        elif found is None:
            print(f"{folder} holds no run that was judged to its end.")
        else:
            _show(found)
    return 0


def runs_folder(given: str | None) -> Path:
    """Return the folder of runs that was named, else the one of the settings."""
    return Path(given) if given else Path(read_settings(find_file(None, Path.cwd())).output)


def printable(text: str) -> str:
    """Return a text without control characters: a target's words are no commands to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


# --- table ----------------------------------------------------------------------------------------------------------


def _show(found: History) -> None:
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(highlight=False, width=width)
    chosen = found.selection
    console.print(
        Text(
            f"{printable(chosen.target)}, {printable(chosen.scope) or 'everything'}, profile {printable(chosen.profile or 'unknown')}: "
            f"{chosen.runs} {'run' if chosen.runs == 1 else 'runs'} from {found.first[:16]} to {found.last[:16]}",
            style="bold",
        )
    )
    if chosen.left_out:
        console.print(Text(f"Left out: {'; '.join(map(printable, chosen.left_out))}."))
    if found.machines > 1:
        console.print(Text(f"They ran on {found.machines} different machines: a trend may be theirs.", "yellow"))
    console.print(_verdicts(found))
    table = Table("Name", "Last", "Median", "Over time", "Trend (95 %)", box=SIMPLE_HEAD, padding=(0, 1))
    table.columns[0].no_wrap = True
    for line in found.lines:
        table.add_row(
            Text(printable(line.name), "bold" if line.kind != "check" else ""), _last(line), Text(_shown(line.median, line)),
            sparkline(line.points), Text(_trend(line), TREND_STYLES.get(line.trend, "")),
        )  # fmt: skip
    console.print(table)


def _verdicts(found: History) -> Text:
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(found.counts.items()))
    text = Text(f"Verdicts: {said}; last: {found.verdicts[-1]}\n")
    recent = found.verdicts[-SHOWN_VERDICTS:]
    text.append(f"Last {len(recent)} (R ready, N not ready, I inconclusive): ")
    for verdict in recent:
        text.append(*LETTERS[verdict])
    return text


def sparkline(points: Sequence[float | None], width: int = SPARK_WIDTH) -> str:
    """Draw values between their least and their greatest, oldest first; a blank where nothing is known."""
    size = max(1, len(points) / width)
    groups = [
        points[int(at * size) : max(int(at * size) + 1, int((at + 1) * size))] for at in range(min(width, len(points)))
    ]
    levels = [_mean([value for value in group if value is not None]) for group in groups]
    known = [level for level in levels if level is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    middle = len(SPARKS) // 2
    return "".join(
        " " if level is None else SPARKS[round((level - low) / span * (len(SPARKS) - 1)) if span else middle]
        for level in levels
    )


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _last(line: Line) -> Text:
    if line.kind == "check" and (line.unit == "passed" or line.last is None):
        return Text(line.status or "")
    return Text(_shown(line.last, line) + (" FAIL" if line.status == "FAIL" else ""))


def _shown(value: float | None, line: Line) -> str:
    if value is None:
        return "-"
    if line.unit == "passed":
        return f"{100 * value:.3g} %"
    if line.kind != "check":
        return f"{value:.3f}"
    return f"{value:.3g} {printable(line.unit)}".rstrip()


def _trend(line: Line) -> str:
    change, trend = line.change, line.trend
    if trend == "too few runs":
        return "too few"
    if trend == "none":
        return "no trend"
    relative = line.kind == "check" and line.unit != "passed" and (line.median or 0.0) > 0
    whole, unit = (line.median or 0.0, " %") if relative else (100.0, "")
    middle, low, high = (f"{100 * value / whole:+.2g}" for value in (change.value, change.low, change.high))
    return f"{trend} {middle}{unit} ({low} to {high})"


# --- for machines ---------------------------------------------------------------------------------------------------


def _document(found: History | None, skipped: Sequence[str]) -> dict[str, Any]:
    if found is None:
        return {"runs": 0, "lines": [], "skipped": list(skipped)}
    chosen = found.selection
    return {
        "target": chosen.target,
        "scope": chosen.scope,
        "profile": chosen.profile,
        "runs": chosen.runs,
        "left_out": list(chosen.left_out),
        "skipped": list(skipped),
        "first": found.first,
        "last": found.last,
        "machines": found.machines,
        "verdicts": found.counts,
        "last_verdict": found.verdicts[-1],
        "lines": [_line_document(line) for line in found.lines],
    }


def _line_document(line: Line) -> dict[str, Any]:
    known = line.change.n >= line.change.needed
    return {
        "name": line.name,
        "kind": line.kind,
        "category": line.category,
        "unit": line.unit,
        "status": line.status,
        "last": line.last,
        "median": line.median,
        "runs": line.runs,
        "trend": line.trend,
        "change": line.change.value if known else None,
        "change_low": line.change.low if known else None,
        "change_high": line.change.high if known else None,
        "points": list(line.points),
    }


def _print_csv(archive: Archive, asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "values.csv"
        write_values(archive, path, asked.category, tuple(asked.check))
        with path.open() as file:
            shutil.copyfileobj(file, sys.stdout)
