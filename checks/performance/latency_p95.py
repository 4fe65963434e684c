"""Calls answer in time: the 95th percentile of response time stays within its limit under the expected load.

Why: a slow tail is what users feel first, and what queues amplify: one slow call holds up all that wait behind it.
Fix: start at the operation with the slowest tail in the evidence: its queries, locks and calls to other services;
then look
at the CPU and the pool of connections in the same seconds.
"""

import numpy as np

from readiness import Distribution, Measured, Recording, Table, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="steady_load",
    fix="Profile the operation with the slowest tail: its queries, its locks, its calls to other services.",
    effort="days",
)
def latency_p95(
    recording: Recording, *, objective: float = 0.5, limit: float = 2.0, failed_seconds: float = 10.0
) -> Measured | Unknown:
    """95th percentile in seconds; lower is better. Half a second keeps a user's train of thought; two seconds lose it
    (Nielsen, Usability Engineering, 1993, ch. 5, puts the border at one).

    A call that failed was not answered in time, however fast it failed: it counts as ``failed_seconds`` (the client's
    timeout).
    """
    steady = recording.samples.where(phase="steady")
    if not steady.n:
        return Unknown("no call was made in the phase 'steady'")
    rows = []
    for name in sorted({row.operation for row in steady.rows}):
        calls = steady.where(operation=name)
        rows.append((name, calls.n, round(calls.latency.percentile(95).value, 4), calls.failed))
    rows.sort(key=lambda row: -row[2])
    judged = [max(row.latency, failed_seconds) if row.error else row.latency for row in steady.rows]
    estimate = Distribution(np.array(judged, dtype=np.float64)).percentile(95)
    reason = (
        f"p95 is {estimate.value:.3f} s over {steady.n} calls; slowest operation: {rows[0][0]} with {rows[0][2]:.3f} s"
    )
    if steady.failed:
        kind, times = next(iter(steady.errors.items()))
        reason += f"; {steady.failed} failed calls count as {failed_seconds:g} s (most often: {kind}, {times} times)"
    if (late := steady.late.percentile(95).value) > estimate.value / 4:
        reason += f"; the load generator itself was late by {late:.3f} s"
    evidence = Table("Response time by operation", ("operation", "calls", "p95 seconds", "failed"), tuple(rows))
    return Measured(estimate, unit="s", objective=objective, limit=limit, reason=reason, evidence=(evidence,))
