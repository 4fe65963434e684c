"""Trading is halted and resumed while orders rest and the market falls through their limit.

Why: in a halt nobody may trade, and everybody must be able to get out of the queue; the first second after it is the
busiest. Fix: ask for the state where orders are taken and again where resting ones are worked, never where they end.
"""

import asyncio

from readiness import Recorder, Reply, Target, scenario

CALM = {"fault": "none", "volatility": 0.45, "move": 0.0}
POLL_SECONDS = 0.1


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("oms", "limit_orders", "trading_state", "feed"),
    deadline=60.0,
    least="standard",
)
async def trading_halt(
    target: Target,
    recorder: Recorder,
    *,
    cash: str = "100000.00",
    share: str = "U",
    below: float = 0.05,
    fall: float = 0.08,
    halted: float = 2.5,
    patience: float = 5.0,
) -> None:
    """Two orders rest; halt, order, cancel one, let the market fall, wait; resume and order again."""
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    chain = await target.call("oms.chain")
    if (spot := chain.number("spot") or 0.0) <= 0:
        recorder.fact("missed", f"the chain told no spot to set limits by ({chain.error or chain.status})")
        return
    limit = f"{spot * (1 - below):.2f}"
    recorder.fact("limit", limit)
    purchase = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    recorder.fact("open", (await target.call("oms.order", **purchase, key=recorder.key())).as_fact())
    rests, ended = [
        await target.call("limit_orders.place", **purchase, limit=limit, key=recorder.key()) for _ in range(2)
    ]
    recorder.phase("halted", halted)
    recorder.fact("halt", (await target.call("trading_state.halt")).as_fact())
    try:
        refused = [
            await target.call("oms.order", **purchase, key=recorder.key()),
            await target.call("limit_orders.place", **purchase, limit=limit, key=recorder.key()),
        ]
        recorder.fact("refused", [reply.as_fact() for reply in refused])
        recorder.fact("cancel", (await target.call("limit_orders.cancel", order=ended.field("id"))).as_fact())
        await target.call("feed.control", **{**CALM, "move": -fall})
        recorder.fact("fall", (await target.call("feed.ingest")).as_fact())
        recorder.fact("quote", (await target.call("feed.quote")).as_fact())
        await asyncio.sleep(halted)
        recorder.fact("while halted", (await target.call("limit_orders.read", order=rests.field("id"))).as_fact())
        recorder.phase("resumed")
        recorder.fact("resume", (await target.call("trading_state.open")).as_fact())
        recorder.fact("resumed", (await _filled(target, rests.field("id"), patience)).as_fact())
        recorder.fact("order after", (await target.call("oms.order", **purchase, key=recorder.key())).as_fact())
    finally:
        await target.call("feed.control", **CALM)


async def _filled(target: Target, order: str, patience: float) -> Reply:
    """The order as soon as something of it was filled, or when patience is over."""
    for _ in range(int(patience / POLL_SECONDS)):
        reply = await target.call("limit_orders.read", order=order)
        content = reply.json()
        if isinstance(content, dict) and content.get("filled"):
            return reply
        await asyncio.sleep(POLL_SECONDS)
    return await target.call("limit_orders.read", order=order)
