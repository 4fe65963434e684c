"""More users get more done: the target serves many users at once instead of one after the other.

Why: what is held by one call at a time (a single connection, a global lock) caps the whole target, however many cores
it has.
Fix: the evidence shows where the verified operations per second stop growing: look for what the users wait for there.
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="user_grid",
    fix="Find what one call holds while others wait: a pool of one connection, a global lock, a single worker.",
    effort="days",
)
def throughput_scaling(
    recording: Recording, *, users: int = 25, objective: float = 100.0, limit: float = 50.0
) -> Measured | Unknown:
    """Verified operations per second with ``users`` users (or the most that were allowed); higher is better.

    Absolute, because a target that is quick for one user cannot grow in proportion. At the limit each of 25 users gets
    two calls a second done, at the objective four.
    """
    grid = recording.facts.get("grid")
    if not grid:
        return Unknown("the recording has no steps of users")
    step = max((row for row in grid if row["users"] <= users), key=lambda row: row["users"], default=None)
    if step is None or not step["operations"]:
        return Unknown(f"no call was made with {users} users or fewer")
    alone = min(grid, key=lambda row: row["users"])
    reason = (
        f"{step['throughput']:.1f} verified operations/s with {step['users']} users, "
        f"{alone['throughput']:.1f} with {alone['users']}; {step['errors']} of {step['operations']} calls failed"
    )
    rows = tuple((row["users"], row["throughput"], row["p95"], row["errors"]) for row in grid)
    evidence = Table("Steps of users", ("users", "verified/s", "p95 s", "failed"), rows)
    return Measured(step["throughput"], "ops/s", objective, limit, "higher", reason, (evidence,))
