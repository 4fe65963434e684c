"""A query over a year of price history answers in time.

Why: charts and risk figures ask for it again and again; a scan that grows with the data is quick only on the day it
is written. Fix: aggregate in the database, over an index or a sorted column, not row by row in the program.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="data_pipeline",
    fix="Aggregate inside the database; look at the query's plan for a scan or a loop over rows.",
)
def query_time(recording: Recording, *, objective: float = 0.03, limit: float = 0.1) -> Measured | Unknown:
    """95th percentile of the query's seconds; 0.1 s is where an answer stops feeling immediate (Nielsen 1993)."""
    calls = recording.samples.where(phase="query")
    if not calls.n:
        return Unknown("no query was made")
    if calls.failed:
        kinds = ", ".join(f"{count} x {kind}" for kind, count in calls.errors.items())
        return Unknown(f"{calls.failed} of {calls.n} queries failed ({kinds}); their times say nothing")
    if not (rows := recording.facts.get("finally", {}).get("rows")):
        return Unknown(f"the period that was queried holds {rows!r} rows; the time of an empty query says nothing")
    p95 = calls.latency.percentile(95)
    reason = (
        f"p95 of {calls.n} queries is {p95.value * 1000:.1f} ms, the slowest took {calls.latency.largest * 1000:.1f} ms"
    )
    return Measured(p95, "s", objective, limit, reason=reason)
