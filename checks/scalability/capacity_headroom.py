"""There is room above the expected users: each cell of the grid, users by operations, is answered in time and well.

Why: the busiest day brings more users than the plan, and the loss of one of two instances doubles them for the other.
Fix: the table shows the first cell that misses: raise what it ran into (CPU, a pool, workers), or add an instance.
Source of the limits: 95th percentile below 2 s, errors below 5 %, CPU below 80 % in each cell (seed requirement).
"""

from collections.abc import Mapping
from typing import Any

from readiness import Measured, Recording, Table, Unknown, check

COLUMNS = ("users", "operations each", "calls", "p95 s", "failed", "CPU", "verified/s", "within limits")


@check(
    category="scalability",
    severity="major",
    needs="user_grid",
    fix="Raise what the first cell beyond the limits ran into (CPU, a pool, workers), or add an instance.",
    effort="days",
)
def capacity_headroom(
    recording: Recording,
    *,
    expected: int = 25,
    objective: float = 2.0,
    limit: float = 1.25,
    p95: float = 2.0,
    errors: float = 0.05,
    cpu: float = 0.8,
) -> Measured | Unknown:
    """Users up to whom every cell is within ``p95`` seconds, ``errors`` and ``cpu``, as a multiple of the ``expected`` ones.

    Higher is better. CPU is the share of all cores of this machine; it counts where the gate has started the target and a cell lasts
    long enough to tell.
    Twice the expected users is the customary reserve: half of the instances may be lost. A quarter more is the least.
    """
    cells = recording.facts.get("cells")
    if not cells or any(not cell["calls"] for cell in cells):
        return Unknown("the recording has no complete grid of users and operations")
    machine = float(recording.facts.get("cores") or 0)
    bounds = (p95, errors, cpu)
    rows = tuple(_row(cell, machine, bounds) for cell in cells)
    evidence = (Table("Grid of users and operations", COLUMNS, rows),)
    missed = [row for row in rows if not row[-1]]
    levels = sorted({cell["users"] for cell in cells})
    held = [users for users in levels if not missed or users < min(row[0] for row in missed)]
    most = held[-1] if held else 0
    if not missed and most < objective * expected:
        reason = (
            f"all cells are within the limits, but there were {most} users at most; {objective * expected:g} are needed"
        )
        return Unknown(reason, evidence)
    reason = (
        f"{len(rows) - len(missed)} of {len(rows)} cells are within the limits: up to {most} users, {expected} expected"
    )
    if missed:
        reason += f"; the first beyond: {_told(missed[0])}"
    if all(row[5] is None for row in rows):
        reason += "; CPU was not seen: the gate did not start the target, or no cell lasted long enough"
    return Measured(most / expected, "times the expected users", objective, limit, "higher", reason, evidence)


def _row(cell: Mapping[str, Any], machine: float, bounds: tuple[float, float, float]) -> tuple[Any, ...]:
    """One cell and its verdict."""
    share = round(cell["cores"] / machine, 2) if cell["cores"] is not None and machine else None
    failed = cell["errors"] / cell["calls"]
    good = cell["p95"] < bounds[0] and failed < bounds[1] and (share is None or share < bounds[2])
    return (
        cell["users"], cell["operations"], cell["calls"], cell["p95"], round(failed, 4), share, cell["throughput"], good,
    )  # fmt: skip


def _told(row: tuple[Any, ...]) -> str:
    cpu = "" if row[5] is None else f", CPU {row[5]:.0%}"
    return f"{row[0]} users with {row[1]} operations each (p95 {row[3]:.3f} s, {row[4]:.1%} failed{cpu})"
