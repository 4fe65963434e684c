"""Runs on disk: one small summary beside each report, queried in place by DuckDB. The files are the truth.

There is no index and no database: a summary of 53 checks is one line of JSON of about 6 kB, and ten thousand of them are
gathered and parsed in about 0.4 s on two cores. A Parquet index of the same takes about 0.2 s, and would have to be kept
true. So runs may be written side by side, copied, and removed by hand; nothing can be lost but a file.
Summaries are written under a temporary name and renamed. What is half-written or foreign is skipped, and said.
"""

import json
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from readiness.attribution import machine_key
from readiness.comparison import better_side, scope_key
from readiness.errors import UsageError
from readiness.model import CATEGORIES
from readiness.report import Interval, Report, Result, Scope, TrendPoint

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUMMARY = "summary.json"
VERSION = 1
"""Of the summary; one of another version is skipped and said."""

_START = f'{{"summary":{VERSION},'.encode()
_USUAL = 32_768  # bytes
_LARGEST = 1_000_000  # bytes; a run of 7 000 checks fits

_RESULT_COLUMNS = {
    "check": "VARCHAR", "category": "VARCHAR", "severity": "VARCHAR", "status": "VARCHAR",
    "low": "DOUBLE", "high": "DOUBLE", "value": "DOUBLE", "value_low": "DOUBLE", "value_high": "DOUBLE",
    "unit": "VARCHAR", "better": "VARCHAR", "weight": "DOUBLE",
}  # fmt: skip
_COLUMNS = {
    "folder": "VARCHAR", "run": "VARCHAR", "timestamp": "VARCHAR", "epoch": "DOUBLE", "target": "VARCHAR",
    "scope": "VARCHAR", "profile": "VARCHAR", "interrupted": "BOOLEAN", "verdict": "VARCHAR",
    "score": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "coverage": "DOUBLE",
    "categories": f"STRUCT({', '.join(f'{name} DOUBLE' for name in CATEGORIES)})",
    "policy": "VARCHAR", "policy_hash": "VARCHAR", "catalogue": "VARCHAR", "git_revision": "VARCHAR",
    "machine": "VARCHAR", "readings": "JSON",
    "results": "STRUCT(" + ", ".join(f'"{name}" {kind}[]' for name, kind in _RESULT_COLUMNS.items()) + ")",
}  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """The summaries of a folder of runs: a table ``runs`` with one row each, and what was skipped, in sentences."""

    folder: Path
    database: "DuckDBPyConnection"
    skipped: tuple[str, ...]

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query with ``$named`` values."""
        return self.database.execute(query, values or None).fetchall()


# --- writing --------------------------------------------------------------------------------------------------------


def write_summary(folder: Path, report: Report) -> Path:
    """Write the summary of a run into its folder; the same report gives the same bytes. Return its path."""
    path = folder / SUMMARY
    text = json.dumps(summary_of(report), separators=(",", ":"), allow_nan=False) + "\n"
    descriptor, temporary = tempfile.mkstemp(prefix=f".{SUMMARY}-", dir=folder)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        # mkstemp is private to its owner; a report is as readable as its neighbours.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def summary_of(report: Report) -> dict[str, Any]:
    """Return what history needs of a report. Results are columns, which is half the size; they come last."""
    environment, results = report.environment, sorted(report.results, key=lambda result: result.check)
    return {
        "summary": VERSION,
        "run": report.run,
        "timestamp": report.timestamp,
        "epoch": seconds_of(report.timestamp),
        "target": report.target,
        "scope": scope_key(report.scope),
        "profile": environment.get("profile"),
        "interrupted": report.interrupted,
        "verdict": report.verdict,
        "score": report.overall_score,
        "low": report.overall_interval.low,
        "high": report.overall_interval.high,
        "coverage": report.coverage,
        "categories": {category: report.category_scores.get(category) for category in CATEGORIES},
        "policy": report.policy.get("name"),
        "policy_hash": environment.get("policy_hash"),
        "catalogue": environment.get("catalogue_version"),
        "git_revision": environment.get("git_revision"),
        "machine": machine_key(environment),
        "readings": {name: _finite(value) for name, value in sorted(report.fitness.readings.items())},
        "results": {name: [row[name] for row in map(_row, results)] for name in _RESULT_COLUMNS},
    }


def _row(result: Result) -> dict[str, Any]:
    return {
        "check": result.check,
        "category": result.category,
        "severity": result.severity,
        "status": result.status,
        "low": result.score.low,
        "high": result.score.high,
        "value": _finite(result.value),
        "value_low": _finite(result.interval.low if result.interval else None),
        "value_high": _finite(result.interval.high if result.interval else None),
        "unit": result.unit,
        "better": better_side(result),
        "weight": result.weight,
    }


def seconds_of(timestamp: str) -> float:
    """Return a timestamp as seconds since 1970; one without a zone is UTC."""
    moment = datetime.fromisoformat(timestamp)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


# --- reading --------------------------------------------------------------------------------------------------------


@contextmanager
def opened(folder: Path) -> Iterator[Archive]:
    """Read every summary below a folder of runs; a folder that is not there holds none."""
    import duckdb  # writing a summary, which every run does, needs none of it

    # Nothing may be fetched from the network: all that is used here is built in.
    offline: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as lines, duckdb.connect(config=offline) as database:
        gathered, skipped = _gather(folder, lines)
        lines.flush()
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in _COLUMNS.items())
        source = (
            "read_json($path, format = 'newline_delimited', ignore_errors = true, "
            f"maximum_object_size = {2 * _LARGEST}, columns = {{{columns}}})"
        )
        database.execute(f"CREATE TABLE runs AS SELECT * FROM {source}", {"path": lines.name})  # noqa: S608
        skipped += _weeded(database, gathered)
        yield Archive(folder, database, tuple(sorted(skipped)))


def _gather(folder: Path, lines: IO[bytes]) -> tuple[set[str], list[str]]:
    """Write every summary as one line, with the name of its folder; return these names and what was skipped."""
    gathered, skipped = set[str](), list[str]()
    if not folder.is_dir():
        return gathered, skipped
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir())
    for name in names:
        try:
            text = _read(f"{folder}/{name}/{SUMMARY}")
        except FileNotFoundError:
            if (folder / name / "plan.json").is_file():
                skipped.append(f"{name}: has no {SUMMARY} (under way, or ended before it was judged)")
            continue
        except OSError as error:
            skipped.append(f"{name}/{SUMMARY}: {error.strerror}")
            continue
        if not text.endswith(b"}\n") or text.count(b"\n") != 1 or not text.isascii() or not text.startswith(_START):
            skipped.append(f"{name}/{SUMMARY}: is not a summary that this version reads, or only a part of one")
            continue
        lines.write(b'{"folder":' + json.dumps(name).encode() + b"," + text[1:])
        gathered.add(name)
    return gathered, skipped


def _read(path: str) -> bytes:
    # Path objects, buffers, and room for the largest file would each double the time that ten thousand files take.
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        text = file.read(_USUAL)
        return text if len(text) < _USUAL else text + file.read(_LARGEST)


def _weeded(database: "DuckDBPyConnection", gathered: set[str]) -> list[str]:
    """Drop the rows that are no whole summary, and the copies of a run; return what was dropped and why."""
    even = " AND ".join(f'len(results."{name}") = len(results."check")' for name in _RESULT_COLUMNS)
    # ``results`` are written last: a line that breaks off before its end has none.
    needed = ("folder", "run", "timestamp", "epoch", "target", "scope", "verdict", "interrupted", "low", "high")
    whole = " AND ".join([f"{name} IS NOT NULL" for name in needed] + [f"coalesce({even}, false)"])
    database.execute(f"DELETE FROM runs WHERE NOT ({whole})")  # noqa: S608 - names of ours
    kept = {row[0] for row in database.execute("SELECT folder FROM runs").fetchall()}
    skipped = [f"{name}/{SUMMARY}: is damaged" for name in gathered - kept]
    copies = database.execute(
        "SELECT run, folder FROM runs QUALIFY row_number() OVER (PARTITION BY run ORDER BY folder <> run, folder) > 1"
    ).fetchall()
    skipped += [f"{folder}: holds the run {run} once more" for run, folder in copies]
    database.execute("DELETE FROM runs WHERE list_contains($copies, folder)", {"copies": [row[1] for row in copies]})
    return skipped


def last_run(folder: Path, target: str, scope: Scope, *, profile: str, before: str) -> Path | None:
    """Return the folder of the newest run before a timestamp with the same target, scope and profile.

    One that was interrupted, or that left no report which this version reads, is passed over: a run must not fail for it.
    """
    with opened(folder) as archive:
        found = archive.rows(
            f"SELECT folder FROM runs WHERE {_EARLIER} ORDER BY epoch DESC, run DESC LIMIT 20",  # noqa: S608
            target=target, scope=scope_key(scope), profile=profile, before=seconds_of(before),
        )  # fmt: skip
    return next((folder / name for (name,) in found if _is_readable(folder / name)), None)


def _is_readable(run: Path) -> bool:
    try:
        read_report(report_file(run))
    except UsageError:
        return False
    return True


def trend_of(
    folder: Path, target: str, scope: Scope, *, profile: str, before: str, limit: int = 50
) -> tuple[TrendPoint, ...]:
    """Return the last ``limit`` runs before a timestamp with the same target, scope and profile, oldest first."""
    with opened(folder) as archive:
        found = archive.rows(
            "SELECT run, timestamp, verdict, score, low, high, categories FROM runs "  # noqa: S608 - a text of ours
            f"WHERE {_EARLIER} ORDER BY epoch DESC, run DESC LIMIT $limit",
            target=target, scope=scope_key(scope), profile=profile, before=seconds_of(before), limit=limit,
        )  # fmt: skip
    return tuple(
        TrendPoint(run=run, timestamp=timestamp, verdict=verdict, score=score, interval=Interval(low=low, high=high),
                   category_scores=categories)
        for run, timestamp, verdict, score, low, high, categories in reversed(found)
    )  # fmt: skip


_EARLIER = "target = $target AND scope = $scope AND profile = $profile AND epoch < $before AND NOT interrupted"


# --- one run --------------------------------------------------------------------------------------------------------


def find_report(name: str, output: Path) -> Path:
    """Return the report file of a run: a report file, a run's folder, or in ``output`` an id, the beginning of one, `last` or `previous`.

    Raises UsageError where there is none, or more than one.
    """
    given = Path(name)
    if given.is_file():
        return given
    if given.is_dir():
        return report_file(given)
    newest_first = (path for path in sorted(output.glob("*"), reverse=True) if _reports_in(path))
    if name in ("last", "previous"):
        found = list(islice(newest_first, 2))
        place = ("last", "previous").index(name)
        if len(found) <= place:
            raise UsageError(f"{name}: {output} holds {len(found)} runs with a report; it takes {place + 1}")
        return report_file(found[place])
    named = [path for path in output.glob("*") if path.name.startswith(name) and _reports_in(path)]
    meant = [path for path in named if path.name == name] or named
    if not meant:
        raise UsageError(
            f"{name}: is no report file, no run's folder and no run in {output}; "
            "right would be one of these, `last` or `previous`"
        )
    if len(meant) > 1:
        names = sorted(path.name for path in meant)
        raise UsageError(f"{name}: begins the names of {len(names)} runs: {', '.join(names[:5])}")
    return report_file(meant[0])


def read_report(path: Path) -> Report:
    """Read a report file; raise UsageError where it is none."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{path}: is not a report that this version reads ({first})") from None


def report_file(folder: Path) -> Path:
    """Return the report in a run's folder; raise UsageError where there is none."""
    reports = _reports_in(folder)
    if not reports:
        raise UsageError(f"{folder}: holds no report; `readiness judge {folder}` writes it")
    return reports[-1]


def _reports_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("production_validation_report_*.json"))
