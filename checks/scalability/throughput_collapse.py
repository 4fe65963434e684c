"""More users do not get less done than fewer.

Why: beyond its knee a service that does less with every further user cannot recover by itself while they keep asking.
Fix: look for what costs more the more wait: a contended lock, a list of waiters that is searched, swapping.
Source: Gunther, Guerrilla Capacity Planning, 2007 (the retrograde part of the Universal Scalability Law).
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="user_grid",
    fix="Look for what costs more the more requests wait: a contended lock, a scan of waiters, too many threads.",
    effort="days",
)
def throughput_collapse(recording: Recording, *, objective: float = 0.7, limit: float = 0.4) -> Measured | Unknown:
    """Verified operations per second with the most users / the best of all steps; higher is better.

    The steps last a moment only, so their noise is large: below the limit it is none (our choice).
    """
    grid = [row for row in recording.facts.get("grid") or [] if row["operations"]]
    best = max((row["throughput"] for row in grid), default=0.0)
    if len(grid) < 3 or not best:
        return Unknown(f"{len(grid)} steps of users with an answer; at least 3 are needed")
    most = max(grid, key=lambda row: row["users"])
    peak = max(grid, key=lambda row: row["throughput"])
    reason = f"{most['throughput']:.0f} operations/s with {most['users']} users, {best:.0f} with {peak['users']}"
    rows = tuple((row["users"], row["throughput"]) for row in grid)
    evidence = Table("Steps of users", ("users", "verified/s"), rows)
    return Measured(most["throughput"] / best, "of the best", objective, limit, "higher", reason, (evidence,))
