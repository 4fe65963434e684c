"""Trading is halted and resumed while orders rest and the market falls through their limit.

Why: in a halt nobody may trade, and everybody must be able to get out of the queue; the first second after it is the
busiest. Fix: ask for the state where orders are taken and again where resting ones are worked, never where they end.
"""

import asyncio
from typing import Any

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
    content = (await target.call("oms.create_account", name="readiness", cash=cash)).json()
    account = str(content.get("id", "")) if isinstance(content, dict) else ""
    chain = (await target.call("oms.chain")).json()
    limit = f"{float(chain['spot']) * (1 - below):.2f}" if isinstance(chain, dict) else "0.01"
    purchase = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    recorder.fact("open", _seen(await target.call("oms.order", **purchase, key=_key(recorder))))
    rests, ended = [
        await target.call("limit_orders.place", **purchase, limit=limit, key=_key(recorder)) for _ in range(2)
    ]
    recorder.phase("halted", halted)
    recorder.fact("halt", _seen(await target.call("trading_state.halt")))
    try:
        refused = [
            await target.call("oms.order", **purchase, key=_key(recorder)),
            await target.call("limit_orders.place", **purchase, limit=limit, key=_key(recorder)),
        ]
        recorder.fact("refused", [_seen(reply) for reply in refused])
        recorder.fact("cancel", _seen(await target.call("limit_orders.cancel", order=_id(ended))))
        await target.call("feed.control", **{**CALM, "move": -fall})
        recorder.fact("fall", _seen(await target.call("feed.ingest")))
        await asyncio.sleep(halted)
        recorder.fact("while halted", _seen(await target.call("limit_orders.read", order=_id(rests))))
        recorder.phase("resumed")
        recorder.fact("resume", _seen(await target.call("trading_state.open")))
        recorder.fact("resumed", _seen(await _filled(target, _id(rests), patience)))
        recorder.fact("order after", _seen(await target.call("oms.order", **purchase, key=_key(recorder))))
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


def _id(reply: Reply) -> str:
    content = reply.json()
    return str(content.get("id", "")) if isinstance(content, dict) else ""


def _key(recorder: Recorder) -> str:
    return f"readiness-{recorder.random.getrandbits(64):016x}"


def _seen(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "error": reply.error, "seconds": reply.seconds, "body": reply.json()}
