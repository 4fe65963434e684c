"""Calls succeed: failed calls are rarer than one in a thousand under the expected load.

Why: a failure rate that looks small to an operator is hit every day by a user who makes a thousand calls.
Fix: the evidence counts the failures by operation and kind; look for the first of them in the target's log by its
request id.
"""

import dataclasses
import math

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="steady_load",
    fix="Take the most frequent failure of the evidence, find it in the target's log, and repair its cause.",
)
def error_rate(recording: Recording, *, objective: float = 0.0001, limit: float = 0.001) -> Measured | Unknown:
    """Failed / attempted calls; lower is better. 0.1 % is the seed requirement's limit.

    Without a failure it takes 1 - (1 - limit)**n >= 0.95 calls to rule the limit out (2 995 for 0.1 %); fewer are too
    few.
    """
    steady = recording.samples.where(phase="steady")
    if not steady.n:
        return Unknown("no call was made in the phase 'steady'")
    needed = math.ceil(math.log(0.05) / math.log1p(-limit))
    estimate = dataclasses.replace(steady.error_rate, needed=needed)
    kinds: dict[tuple[str, str], int] = {}
    for row in steady.rows:
        if row.error:
            kinds[row.operation, row.error] = kinds.get((row.operation, row.error), 0) + 1
    rows = tuple((*kind, count) for kind, count in sorted(kinds.items(), key=lambda item: -item[1]))
    reason = f"{steady.failed} of {steady.n} calls failed; the rate is at most {estimate.high:.3%} with 95 % confidence"
    if rows:
        reason += f"; most often {rows[0][0]}: {rows[0][1]} ({rows[0][2]} times)"
    if estimate.low <= limit and (missing := steady.calls_to_exclude(limit)):
        reason += f"; {missing} more calls without a failure would rule out {limit:.2%}"
    evidence = (Table("Failures", ("operation", "failure", "calls"), rows),) if rows else ()
    return Measured(estimate, "", objective, limit, "lower", reason, evidence)
