"""Price history on its way through: ingested, counted, queried, and ingested once more.

Why: rows that vanish or appear twice spoil every figure that is derived from them, and nobody sees it in an answer.
Fix: the counts of the two ingestions and of the queries before and after show at which step rows were lost.
"""

from typing import Any

from readiness import Recorder, Sample, Target, scenario


@scenario(
    suite="end_to_end_workflows",
    effect="write",
    capabilities=("history",),
    alone=True,
    quick={"rows": 60_000, "queries": 300},
    full={
        "rows": 1_000_000,
        "first": "2015-03-02",
        "last": "2025-06-10",
        "few_first": "2015-02-02",
        "few_last": "2015-02-27",
        "queries": 4000,
        "query_seconds": 30.0,
    },
    deadline=300.0,
)
async def data_pipeline(
    target: Target,
    recorder: Recorder,
    *,
    rows: int = 100_000,
    few: int = 5_000,
    few_first: str = "2023-11-01",
    few_last: str = "2023-11-30",
    first: str = "2023-12-01",
    last: str = "2024-12-31",
    year: str = "2024",
    queries: int = 700,
    query_seconds: float = 4.0,
    timeout: float = 120.0,
) -> None:
    """Ingest a ``few`` rows, then ``rows`` of another period; query a year; ingest the same rows again.

    The year is queried up to ``queries`` times: 59 independent ones bound a p95.
    """
    recorder.fact("asked", {"rows": rows, "first": first, "last": last})
    recorder.phase("ingest a few")
    wanted = {"start": few_first, "end": few_last, "rows": few}
    recorder.fact("few", (await target.call("history.ingest", timeout=timeout, **wanted)).as_fact())
    recorder.phase("ingest")
    recorder.fact("before", await _count(target, first, last))
    recorder.fact(
        "ingest", (await target.call("history.ingest", timeout=timeout, start=first, end=last, rows=rows)).as_fact()
    )
    recorder.fact("after", await _count(target, first, last))
    recorder.phase("query", query_seconds)
    begin = recorder.now
    for _ in range(queries):
        at = recorder.now
        if at - begin > query_seconds:
            break
        reply = await target.call("history.query", start=f"{year}-01-01", end=f"{year}-12-31")
        error = reply.error or ("" if reply.status == 200 else f"status {reply.status}")
        recorder.sample(Sample(at, reply.seconds, 0.0, "history", "query", reply.status, error))
    recorder.phase("ingest again")
    recorder.fact(
        "again", (await target.call("history.ingest", timeout=timeout, start=first, end=last, rows=rows)).as_fact()
    )
    recorder.fact("finally", await _count(target, first, last))


async def _count(target: Target, first: str, last: str) -> dict[str, Any]:
    """What the target serves of the period; the days themselves are not kept."""
    reply = await target.call("history.query", start=first, end=last, timeout=30.0)
    content = reply.json()
    served = content if isinstance(content, dict) else {}
    days = served.get("days")
    dates = [day.get("date") for day in days if isinstance(day, dict)] if isinstance(days, list) else []
    counts = {"rows": served.get("rows"), "days": len(dates), "distinct_days": len(set(dates))}
    return {"status": reply.status, "error": reply.error, **counts}
