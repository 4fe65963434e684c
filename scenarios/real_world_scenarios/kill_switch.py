"""The kill switch is thrown while several callers order, then the process is killed and started again.

Why: it is the last thing between a program gone wild and the market, and it is used once in years, under load. Fix:
store the state, judge it again where an order is booked, and cancel what rests before the answer.
"""

import asyncio
from typing import Any

from readiness import Killed, Recorder, Reply, Target, TargetError, scenario


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("process", "oms", "limit_orders", "trading_state"),
    deadline=60.0,
    least="standard",
)
async def kill_switch(
    target: Target,
    recorder: Recorder,
    *,
    cash: str = "1000000.00",
    share: str = "U",
    limit: str = "1.00",
    callers: int = 8,
    seconds: float = 0.6,
) -> None:
    """Order from all sides, throw the switch, go on ordering; restart, order once, open trading, order once more."""
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    one = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    resting = await target.call("limit_orders.place", **one, limit=limit, key=recorder.key())
    stop = asyncio.Event()
    crowd = [asyncio.create_task(_keep_ordering(target, recorder, one, stop)) for _ in range(callers)]
    recorder.phase("ordering")
    await asyncio.sleep(seconds)
    recorder.phase("killed")
    thrown = recorder.now
    kill = await target.call("trading_state.kill")
    answered = recorder.now
    recorder.fact("kill", {**kill.as_fact(), "thrown": thrown, "answered": answered})
    await asyncio.sleep(seconds)
    stop.set()
    recorder.fact("orders", [order for orders in await asyncio.gather(*crowd) for order in orders])
    recorder.fact("resting", {"placed": resting.as_fact(), "read": await _read(target, resting)})
    recorder.phase("restarted")
    async with recorder.fault(Killed(target.process)):
        pass
    try:
        await target.process.start()
    except TargetError as error:
        recorder.fact("restart", {"problem": str(error)[:500]})
        return
    recorder.fact("restart", {"problem": "", "order": (await _order(target, recorder, one)).as_fact()})
    recorder.fact("open", (await target.call("trading_state.open")).as_fact())
    recorder.fact("order after opening", (await _order(target, recorder, one)).as_fact())


async def _keep_ordering(
    target: Target, recorder: Recorder, order: dict[str, Any], stop: asyncio.Event
) -> list[dict[str, Any]]:
    """Order one after the other; when each was sent and how it was answered."""
    sent = []
    while not stop.is_set():
        at = recorder.now
        reply = await _order(target, recorder, order)
        sent.append({"at": at, "status": reply.status, "error": reply.error})
    return sent


async def _order(target: Target, recorder: Recorder, order: dict[str, Any]) -> Reply:
    return await target.call("oms.order", **order, key=recorder.key())


async def _read(target: Target, placed: Reply) -> dict[str, Any]:
    content = placed.json()
    order = str(content.get("id", "")) if isinstance(content, dict) else ""
    return (await target.call("limit_orders.read", order=order)).as_fact()
