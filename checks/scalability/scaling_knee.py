"""Beyond the expected users throughput does not bend down: the knee of the scalability law leaves room.

Why: past its knee a service does less with every further user, so a crowd that came once keeps it down.
Fix: contention is what only one call can do at a time (a lock, one connection); crosstalk is what calls cost each other
(waking all waiters, retries of conflicts, a cache that is torn between cores). The larger of the two is where to look.
Source: Gunther, Guerrilla Capacity Planning, 2007, ch. 4 (Universal Scalability Law).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from readiness import Capacity, Estimate, Measured, Recording, Table, Unfitted, Unknown, check, fit_capacity

LEAST_CALLS = 50
"""Fewer last some ten milliseconds, and of calls that differ their throughput scatters by a fifth and more."""


@check(
    category="scalability",
    severity="minor",
    needs="user_grid",
    fix="Cut what calls cost each other: locks that are fought for, conflicts that are retried, waiters woken in vain.",
    effort="days",
)
def scaling_knee(
    recording: Recording, *, expected: int = 25, objective: float = 2.0, limit: float = 1.0, kept: float = 0.8
) -> Measured | Unknown:
    """Users up to whom throughput stays at ``kept`` of its peak, as a multiple of the ``expected`` ones; higher is better.

    As the law has it that is fitted to the grid's cells, and never beyond the most users that were tried. A flat top has its peak
    anywhere, so the peak itself decides nothing.
    """
    cells = _points([cell for cell in recording.facts.get("cells") or () if cell["throughput"] > 0])
    law = fit_capacity([cell["users"] for cell in cells], [cell["throughput"] for cell in cells])
    if isinstance(law, Unfitted):
        return Unknown(law.reason, (_table(cells),))
    room = _room(law, kept)
    most = law.levels[1]
    if room == most and room < limit * expected:
        reason = f"throughput holds, but there were {most:.0f} users at most; {limit * expected:g} are needed"
        return Unknown(reason, (_table(cells, law),))
    knee = (
        f"the knee lies at {law.knee.value:.0f} users ({_between(law.knee, 0)})" if law.knee else "no knee can be told"
    )
    reason = (
        f"{law.throughput(most):.0f} operations/s with {most:.0f} users, {_best(law):.0f} at best; {knee}; contention "
        f"{law.contention.value:.3f} ({_between(law.contention, 3)}), crosstalk {law.crosstalk.value:.5f} ({_between(law.crosstalk, 5)})"
    )
    return Measured(
        room / expected, "times the expected users", objective, limit, "higher", reason, (_table(cells, law),)
    )


def _points(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Users and throughput: of each cell with ``LEAST_CALLS`` or more, and of all smaller ones of as many users together."""
    points = []
    for users in sorted({cell["users"] for cell in cells}):
        level = [cell for cell in cells if cell["users"] == users]
        large = [(cell,) for cell in level if cell["calls"] >= LEAST_CALLS]
        small = tuple(cell for cell in level if cell["calls"] < LEAST_CALLS)
        for together in [small, *large] if small else large:
            seconds = sum(cell["seconds"] for cell in together)
            good = sum(cell["throughput"] * cell["seconds"] for cell in together)
            points.append({"users": users, "throughput": round(good / seconds, 1)})
    return points


def _best(law: Capacity) -> float:
    """The most throughput that the law has at any number of users that was tried."""
    return max(law.throughput(users) for users in range(int(law.levels[0]), int(law.levels[1]) + 1))


def _room(law: Capacity, kept: float) -> int:
    """The most users, of those that were tried, with whom throughput is ``kept`` of its best or more."""
    least = kept * _best(law)
    return max(users for users in range(int(law.levels[0]), int(law.levels[1]) + 1) if law.throughput(users) >= least)


def _between(estimate: Estimate, digits: int) -> str:
    return f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}"


def _table(cells: Sequence[Mapping[str, Any]], law: Capacity | None = None) -> Table:
    """The curve: what was measured with each number of users, and what the law has there."""
    levels = sorted({cell["users"] for cell in cells})
    rows = tuple(
        (
            users,
            min(cell["throughput"] for cell in cells if cell["users"] == users),
            max(cell["throughput"] for cell in cells if cell["users"] == users),
            round(law.throughput(users), 1) if law else None,
        )
        for users in levels
    )
    return Table("Throughput against users", ("users", "lowest verified/s", "highest verified/s", "the law's"), rows)
