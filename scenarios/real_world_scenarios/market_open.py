"""The opening of the market: many users at once while quotes stream in.

Why: the first minutes of a session carry the most traffic of the day, on data that changes all the time. Fix: compare
the throughput and the age of the quotes with those of a quiet phase; a lock held over an ingestion shows in both.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from readiness import Recorder, Reply, Target, per_vu_iterations, scenario


@scenario(
    suite="real_world_scenarios",
    effect="write",
    capabilities=("clock", "feed", "load"),
    alone=True,
    quick={"seconds": 2.0},
    full={"seconds": 60.0, "users": 50},
    deadline=150.0,
)
async def market_open(
    target: Target,
    recorder: Recorder,
    *,
    opening: str = "2025-06-11T13:30:00+00:00",
    users: int = 20,
    seconds: float = 4.0,
    updates_per_second: float = 2.5,
) -> None:
    """Set the clock to the opening bell, let the users work and ingest quotes beside them; the clock is put back."""
    before = await target.call("clock.session")
    began = recorder.now
    recorder.fact("clock", (await target.call("clock.set", now=opening)).as_fact())
    opened = recorder.now
    try:
        recorder.fact("session", (await target.call("clock.session")).as_fact())
        recorder.fact("first update", (await target.call("feed.ingest")).as_fact())
        recorder.phase("open", seconds)
        stop = asyncio.Event()
        feed = asyncio.create_task(_stream(target, recorder, opening, opened, updates_per_second, stop))
        begin = recorder.now
        try:
            while recorder.now - begin < seconds:
                await per_vu_iterations(target, recorder, users=users, iterations=5)
        finally:
            stop.set()
            updates = await feed
        recorder.fact("users", min(users, recorder.users))
        recorder.fact("updates", updates)
        recorder.fact("seconds", recorder.now - begin)
    finally:
        recorder.fact("clock back", await _put_back(target, before, recorder.now - began))


async def _stream(
    target: Target, recorder: Recorder, opening: str, opened: float, per_second: float, stop: asyncio.Event
) -> list[dict[str, Any]]:
    """Ingest so many times per second, and look after each time at the quote that is served."""
    updates: list[dict[str, Any]] = []
    begin, number = recorder.now, 0
    while not stop.is_set():
        ingested = await target.call("feed.ingest")
        quote = await target.call("feed.quote")
        now = datetime.fromisoformat(opening) + timedelta(seconds=recorder.now - opened)
        updates.append(
            {
                "since": recorder.now - begin,
                "now": now.isoformat(),
                "ingest": ingested.as_fact(),
                "quote": quote.as_fact(),
            }
        )
        number += 1
        try:
            await asyncio.wait_for(stop.wait(), max(0.01, begin + number / per_second - recorder.now))
        except TimeoutError:
            continue
    return updates


async def _put_back(target: Target, before: Reply, passed: float) -> dict[str, Any]:
    """Set the clock to where it would stand without this scenario; a time that cannot be read is left alone."""
    content = before.json()
    try:
        now = datetime.fromisoformat(content["now"]) + timedelta(seconds=passed)
    except (KeyError, TypeError, ValueError):
        return {"status": 0, "error": f"the session named no time: {before.error or before.status}"}
    return (await target.call("clock.set", now=now.isoformat())).as_fact()
