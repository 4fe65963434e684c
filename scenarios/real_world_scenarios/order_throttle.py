"""More orders than the limit per second, begun at different moments of the limit's own second.

Why: a count that starts anew with each second lets twice the limit through around its turn, and venues cut off whoever
sends that. Fix: keep the times of the last orders (a sliding window), so that any one second is a whole second.
"""

import asyncio
from typing import Any

from readiness import Recorder, Target, TargetError, scenario

QUIET_SECONDS = 1.0  # so that nothing of the round before counts
DRIFT_SECONDS = 0.125  # further after every second round: eight rounds begin at eight moments of a second


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("process", "oms", "throttle"),
    full={"rounds": 8},
    deadline=60.0,
    least="standard",
)
async def order_throttle(
    target: Target,
    recorder: Recorder,
    *,
    cash: str = "100000.00",
    share: str = "U",
    rounds: int = 2,
    callers: int = 4,
    before: float = 0.7,
    pressing: float = 0.8,
) -> None:
    """Each round: one order, ``before`` seconds of nothing, ``pressing`` seconds of orders by all ``callers``, quiet.

    A second that the first order opens turns while orders press. A round lasts two seconds and a half, so a second of
    any other phase turns there in one round of two; further rounds begin at further moments of it.
    """
    options = target.spec.capabilities["throttle"].options
    recorder.fact("limit", options.get("orders_per_second"))
    if environment := options.get("environment"):
        try:
            await target.process.start(environment={name: str(value) for name, value in environment.items()})
        except TargetError as error:
            recorder.fact("problem", f"it does not start with the limit: {str(error)[:300]}")
            return
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    one = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    offered = []
    for number in range(rounds):
        recorder.phase(f"round {number + 1}", before + pressing)
        begin = recorder.now
        until = begin + before + pressing
        orders = [await _order(target, recorder, one)]
        await asyncio.sleep(max(0.0, begin + before - recorder.now))
        crowd = await asyncio.gather(*(_press(target, recorder, one, until) for _ in range(callers)))
        offered.append(orders + [order for each in crowd for order in each])
        if number + 1 < rounds:
            quiet = QUIET_SECONDS + DRIFT_SECONDS * (number % 2)
            await asyncio.sleep(max(0.0, until + quiet - recorder.now))
    recorder.fact("offered", offered)


async def _press(target: Target, recorder: Recorder, one: dict[str, Any], until: float) -> list[dict[str, Any]]:
    """Order one after the other, as fast as they are answered."""
    orders = []
    while recorder.now < until:
        orders.append(await _order(target, recorder, one))
    return orders


async def _order(target: Target, recorder: Recorder, one: dict[str, Any]) -> dict[str, Any]:
    """When an order was sent and answered, and how."""
    sent = recorder.now
    reply = await target.call("oms.order", **one, key=recorder.key())
    return {"sent": sent, "received": recorder.now, "status": reply.status, "error": reply.error}
