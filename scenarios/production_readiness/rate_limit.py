"""One caller asks more often than he may, while another asks now and then.

The capability `rate_limit` says which call is limited, to how many `calls` in how many `seconds`, and which `other`
identity must not notice.
"""

import asyncio
import time
from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(suite="production_readiness", effect="load", capabilities=("http", "rate_limit"))
async def rate_limit(
    target: Target, recorder: Recorder, *, share: float = 0.5, times: float = 3.0, beside: int = 5, at_once: int = 10
) -> None:
    """``share`` of the limit, a pause, then ``times`` the limit with ``beside`` calls of the other one, and once more after it."""
    options = target.spec.capabilities["rate_limit"].options
    calls, seconds = int(options.get("calls", 1)), float(options.get("seconds", 1.0))
    other = options.get("other")
    recorder.fact("limit", {"calls": calls, "seconds": seconds, "other": other})
    recorder.phase("within", seconds)
    within = [await target.call("rate_limit.call") for _ in range(max(1, int(calls * share)))]
    recorder.fact("within", _statuses(within))
    await asyncio.sleep(1.1 * seconds)
    recorder.phase("over", seconds)
    begin = time.monotonic()
    own, others = await asyncio.gather(
        _burst(target, int(calls * times) + 5, at_once), _beside(target, other, beside, calls, seconds)
    )
    took = time.monotonic() - begin
    refused = [reply for reply in own if reply.status == 429]
    waits = [reply.headers.get("retry-after", "") for reply in refused]
    recorder.fact("over", {**_statuses(own), "seconds": took, "waits": sorted(set(waits))[:10]})
    recorder.fact("others", _statuses(others))
    recorder.phase("after", seconds)
    await asyncio.sleep(max([1.1 * seconds, *(float(wait) for wait in waits if wait.isdigit() and int(wait) <= 60)]))
    recorder.fact("after", _statuses([await target.call("rate_limit.call")]))
    await asyncio.sleep(1.1 * seconds)  # whoever comes next has the whole limit


async def _burst(target: Target, count: int, at_once: int) -> list[Reply]:
    turn = asyncio.Semaphore(at_once)

    async def one() -> Reply:
        async with turn:
            return await target.call("rate_limit.call")

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _beside(target: Target, other: str | None, count: int, calls: int, seconds: float) -> list[Reply]:
    """The other caller stays far below his own limit."""
    replies = []
    for _ in range(min(count, max(1, calls // 2)) if other else 0):
        await asyncio.sleep(min(0.05, seconds / calls))
        replies.append(await target.call("rate_limit.call", identity=other))
    return replies


def _statuses(replies: list[Reply]) -> dict[str, Any]:
    """How many calls there were, and how often each answer came."""
    counts: dict[str, int] = {}
    for reply in replies:
        said = str(reply.status or reply.error)
        counts[said] = counts.get(said, 0) + 1
    good = sum(count for said, count in counts.items() if said.startswith("2"))
    return {"calls": len(replies), "good": good, "statuses": counts}
