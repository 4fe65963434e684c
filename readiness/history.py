"""The runs of one target over time: score, categories and checks, each with its median and its trend.

Any number of runs is folded into at most 100 blocks of consecutive runs, each of which stands for the median of its runs;
the trend of a value is the Theil-Sen slope through the blocks (measure/statistics), that of a fact the difference between
the shares of passes in the two halves. What its interval cannot tell from none is no trend.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from readiness.archive import Archive
from readiness.comparison import difference_interval
from readiness.errors import UsageError, nearest
from readiness.measure.statistics import slope, wilson
from readiness.model import CATEGORIES, Category, Estimate, Status, Verdict

BLOCKS = 100
"""Theil-Sen looks at every pair: 100 blocks are 5 000 pairs, and more of them would not show in a terminal."""

VALUE_COLUMNS = (
    "run", "timestamp", "verdict", "score", "check", "status", "value", "value_low", "value_high", "unit",
)  # fmt: skip

FEWEST = 10
"""Runs that a trend takes, as many as the slope does."""

Kind = Literal["score", "category", "check"]


@dataclass(frozen=True)
class Line:
    """One quantity over the runs. A check that measures nothing is followed by the share of runs in which it passed."""

    name: str
    kind: Kind
    category: Category | None
    unit: str
    better: str | None
    """"lower" or "higher"; None where that is not known."""
    status: Status | None
    """Of a check, in the last run that had it."""
    last: float | None
    median: float | None
    runs: int
    """How many runs have a value."""
    points: tuple[float | None, ...]
    """One for each block, oldest first."""
    change: Estimate
    """From the first block to the last along the slope, or of the share of passes from the first half to the second;
    with fewer than 10 runs it is unknown."""

    @property
    def trend(self) -> Literal["better", "worse", "up", "down", "none", "too few runs"]:
        """Which way it goes, beyond the noise."""
        if self.change.n < self.change.needed:
            return "too few runs"
        if self.change.low <= 0 <= self.change.high:
            return "none"
        rising = self.change.value > 0
        if self.better is None:
            return "up" if rising else "down"
        return "better" if rising == (self.better == "higher") else "worse"


@dataclass(frozen=True)
class Selection:
    """Which runs can be held against each other: those of one target with the same scope and profile."""

    target: str
    scope: str
    """Empty: everything."""
    profile: str | None
    runs: int
    left_out: tuple[str, ...]
    """Sentences about the runs that are in the folder and not in here."""


@dataclass(frozen=True)
class History:
    """What is known of a target over time."""

    selection: Selection
    first: str
    last: str
    """Timestamps."""
    verdicts: tuple[Verdict, ...]
    """Of every run, oldest first."""
    machines: int
    """On how many different machines they ran."""
    lines: tuple[Line, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many runs had each verdict."""
        return dict(Counter(self.verdicts))


def history(
    archive: Archive,
    *,
    target: str | None = None,
    profile: str | None = None,
    category: Category | None = None,
    checks: Sequence[str] = (),
    last: int | None = None,
) -> History | None:
    """Return the history of a target, the last run's without one; None where the folder holds no run of it.

    ``last`` limits it to so many runs. Interrupted runs, and those of another scope or profile than the newest, are left out.
    """
    selection = _select(archive, target, profile, last)
    if selection is None:
        return None
    span = archive.rows("SELECT timestamp, verdict FROM chosen ORDER BY place")
    machines = archive.rows("SELECT count(DISTINCT machine) FROM chosen")[0][0]
    lines = () if checks else _score_lines(archive, category)
    return History(
        selection=selection,
        first=span[0][0],
        last=span[-1][0],
        verdicts=tuple(row[1] for row in span),
        machines=machines,
        lines=(*lines, *_check_lines(archive, selection.runs, category, checks)),
    )


def write_values(archive: Archive, path: Path, category: Category | None = None, checks: Sequence[str] = ()) -> None:
    """Write every result of the runs that ``history`` chose as CSV: in place, since there may be millions."""
    columns = ", ".join(f'"{name}"' for name in VALUE_COLUMNS)
    rows = archive.database.sql(
        f"""SELECT {columns} FROM results JOIN chosen USING (place)
            WHERE ($category IS NULL OR category = $category)
            AND (len($checks) = 0 OR list_contains($checks, "check")) ORDER BY place, "check" """,  # noqa: S608
        params={"category": category, "checks": list(checks)},
    )
    rows.write_csv(str(path), header=True)


# --- which runs -----------------------------------------------------------------------------------------------------


def _select(archive: Archive, target: str | None, profile: str | None, last: int | None) -> Selection | None:
    """Make the tables ``chosen`` (a row a run, with its place and block) and ``results`` (a row a check of a run)."""
    newest = archive.rows(
        """SELECT target, scope, profile FROM runs
           WHERE ($target IS NULL OR target = $target) AND ($profile IS NULL OR profile = $profile)
           ORDER BY interrupted, scope <> '', epoch DESC, run DESC LIMIT 1""",
        target=target,
        profile=profile,
    )
    if not newest:
        _refuse_unknown(archive, target)
        return None
    meant, scope, used = newest[0]
    # Windows copy whole rows: the results, which are most of each, join only afterwards.
    archive.database.execute(
        """CREATE TABLE chosen AS
           WITH alike AS (
               SELECT run, timestamp, epoch, verdict, score, categories, machine FROM runs
               WHERE target = $target AND scope = $scope AND profile IS NOT DISTINCT FROM $profile AND NOT interrupted
               ORDER BY epoch DESC, run DESC LIMIT $last)
           SELECT *, row_number() OVER ordered - 1 AS place,
                  (row_number() OVER ordered - 1) * least($blocks, count(*) OVER ()) // count(*) OVER () AS block
           FROM alike WINDOW ordered AS (ORDER BY epoch, run)""",
        {"target": meant, "scope": scope, "profile": used, "blocks": BLOCKS, "last": last or 1_000_000_000},
    )
    columns = ("check", "category", "status", "value", "value_low", "value_high", "unit", "better")
    listed = ", ".join(f'unnest(results."{name}") AS "{name}"' for name in columns)
    archive.database.execute(
        f"CREATE TABLE results AS SELECT place, block, {listed} FROM chosen JOIN runs USING (run)"  # noqa: S608
    )
    runs = archive.rows("SELECT count(*) FROM chosen")[0][0]
    left_out = _left_out(archive, meant, scope, used)
    return Selection(meant, scope, used, runs, left_out) if runs else None


def _refuse_unknown(archive: Archive, target: str | None) -> None:
    known = [row[0] for row in archive.rows("SELECT DISTINCT target FROM runs ORDER BY target")]
    if known and target is not None and target not in known:
        raise UsageError(
            f"--target {target}: has no run in {archive.folder}{nearest(target, known)}; known: {', '.join(known)}"
        )


def _left_out(archive: Archive, target: str, scope: str, profile: str | None) -> tuple[str, ...]:
    rows = archive.rows(
        """SELECT CASE WHEN target <> $target THEN 'of the target ' || target
                       WHEN interrupted THEN 'interrupted'
                       WHEN scope <> $scope AND scope = '' THEN 'of everything'
                       WHEN scope <> $scope THEN 'of another part'
                       WHEN profile IS DISTINCT FROM $profile THEN 'with the profile ' || coalesce(profile, 'unknown')
                       ELSE 'that are older' END AS why, count(*)
           FROM runs WHERE run NOT IN (SELECT run FROM chosen) GROUP BY why ORDER BY why""",
        target=target,
        scope=scope,
        profile=profile,
    )
    return tuple(f"{count} {why}" for why, count in rows)


# --- lines ----------------------------------------------------------------------------------------------------------


def _score_lines(archive: Archive, category: Category | None) -> tuple[Line, ...]:
    wanted: list[tuple[str, Kind, Category | None, str]] = [("score", "score", None, "score")] if not category else []
    wanted += [(name, "category", name, f"categories.{name}") for name in CATEGORIES if category in (None, name)]
    lines = []
    for name, kind, of, column in wanted:
        # The columns are names of ours.
        last, median, runs = archive.rows(
            f"SELECT arg_max({column}, place) FILTER ({column} IS NOT NULL), median({column}), count({column}) FROM chosen"  # noqa: S608
        )[0]
        if runs:
            points = archive.rows(f"SELECT block, median({column}) FROM chosen GROUP BY block ORDER BY block")  # noqa: S608
            levels = tuple(row[1] for row in points)
            lines.append(Line(name, kind, of, "", "higher", None, last, median, runs, levels, _change(levels)))
    return tuple(lines)


def _check_lines(archive: Archive, runs: int, category: Category | None, checks: Sequence[str]) -> tuple[Line, ...]:
    """A check is followed in the unit that it has now; one without values by whether it passed."""
    rows = archive.rows(
        """WITH latest AS (
               SELECT "check", arg_max(category, place) AS category, arg_max(status, place) AS status,
                      arg_max(unit, place) FILTER (value IS NOT NULL) AS unit, count(value) > 0 AS measured,
                      arg_max(better, place) FILTER (better IS NOT NULL) AS better
               FROM results GROUP BY "check"),
           followed AS (
               SELECT latest.*, place, block, CASE
                   WHEN measured AND results.unit = latest.unit THEN value
                   WHEN measured THEN NULL
                   WHEN results.status IN ('PASS', 'WARN') THEN 1.0
                   WHEN results.status = 'FAIL' THEN 0.0 END AS level
               FROM results JOIN latest USING ("check")),
           blocks AS (
               SELECT "check", block, CASE WHEN any_value(measured) THEN median(level) ELSE avg(level) END AS level
               FROM followed GROUP BY "check", block),
           drawn AS (SELECT "check", map(list(block ORDER BY block), list(level ORDER BY block)) AS levels
                     FROM blocks GROUP BY "check")
           SELECT "check", any_value(category) AS category, any_value(unit), any_value(measured), any_value(better),
                  any_value(status), arg_max(level, place) FILTER (level IS NOT NULL),
                  CASE WHEN any_value(measured) THEN median(level) ELSE avg(level) END, count(level), any_value(levels),
                  list_value(sum(level) FILTER (2 * place < $runs), count(level) FILTER (2 * place < $runs)),
                  list_value(sum(level) FILTER (2 * place >= $runs), count(level) FILTER (2 * place >= $runs))
           FROM followed JOIN drawn USING ("check") GROUP BY "check" """,
        runs=runs,
    )
    known = {row[0] for row in rows}
    for name in checks:
        if name not in known:
            raise UsageError(f"--check {name}: is in none of these runs{nearest(name, known)}")
    rows = [row for row in rows if category in (None, row[1]) and (not checks or row[0] in checks)]
    order = {name: place for place, name in enumerate(CATEGORIES)}
    rows.sort(key=lambda row: (order.get(row[1], len(order)), row[0]))
    return tuple(_check_line(min(BLOCKS, runs), *row) for row in rows)


def _check_line(
    blocks: int, check: str, category: Category, unit: str | None, measured: bool, better: str | None,
    status: Status, last: float | None, median: float | None, runs: int, levels: dict[int, float | None],
    earlier: Sequence[float | None], later: Sequence[float | None],
) -> Line:  # fmt: skip
    points = tuple(map(levels.get, range(blocks)))
    return Line(
        name=check, kind="check", category=category, unit=(unit or "") if measured else "passed",
        better=better if measured else "higher", status=status, last=last, median=median, runs=runs,
        points=points, change=_change(points) if measured else _pass_change(earlier, later),
    )  # fmt: skip


def _change(points: Sequence[float | None]) -> Estimate:
    """Return how far the slope leads from the first known point to the last."""
    known = [(float(at), value) for at, value in enumerate(points) if value is not None]
    found = slope([at for at, _ in known], [value for _, value in known])
    if math.isnan(found.value):
        return found
    span = known[-1][0] - known[0][0]
    return Estimate(found.value * span, found.low * span, found.high * span, found.n, found.needed)


def _pass_change(earlier: Sequence[float | None], later: Sequence[float | None]) -> Estimate:
    """Return by how much the share of passes differs between the halves, each (passed, decided).

    A slope through zeros and ones is zero for most breaks; two shares have an interval that holds (Newcombe's).
    """
    halves = [(int(passed or 0), int(decided or 0)) for passed, decided in (earlier, later)]
    n = sum(decided for _, decided in halves)
    if not all(decided for _, decided in halves):
        return Estimate(math.nan, -math.inf, math.inf, 0, FEWEST)
    first, second = ((passed / decided, *wilson(passed, decided)) for passed, decided in halves)
    bounds = difference_interval(first, second)
    return Estimate(second[0] - first[0], bounds.low, bounds.high, n, FEWEST)
