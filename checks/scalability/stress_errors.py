"""Under stress calls still succeed: failures stay rare while users are added.

Why: a target that refuses work under stress loses it; a few refusals are load shedding, many are an outage.
Fix: the evidence counts failures by number of users and kind; the first step with failures shows which limit was
reached.
"""

from readiness import Measured, Recording, Samples, Table, Unknown, check


@check(
    category="scalability",
    severity="critical",
    needs="user_grid",
    fix="Raise or queue at the limit that the first failing step reaches (pool, threads, backlog); shed load with 429.",
)
def stress_errors(recording: Recording, *, objective: float = 0.01, limit: float = 0.05) -> Measured | Unknown:
    """Failed / attempted calls over all steps; lower is better. 5 % under stress is the seed requirement's limit."""
    calls = Samples(tuple(row for row in recording.samples.rows if row.phase.startswith("users ")))
    if not calls.n:
        return Unknown("no call was made while users were added")
    kinds: dict[tuple[int, str], int] = {}
    for row in calls.rows:
        if row.error:
            step = int(row.phase.removeprefix("users ")), row.error
            kinds[step] = kinds.get(step, 0) + 1
    rows = tuple((*step, count) for step, count in sorted(kinds.items()))
    reason = f"{calls.failed} of {calls.n} calls failed"
    if rows:
        reason += f", first with {rows[0][0]} users: {rows[0][1]} ({rows[0][2]} times)"
    if calls.error_rate.low <= limit and (needed := calls.calls_to_exclude(limit)):
        reason += f"; {needed} more calls without a failure would rule out {limit:.2%}"
    evidence = (Table("Failures by users", ("users", "failure", "calls"), rows),) if rows else ()
    return Measured(calls.error_rate, "", objective, limit, "lower", reason, evidence)
