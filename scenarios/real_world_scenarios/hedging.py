"""A fall of five percent, and the hedge that the service proposes for an account full of shares: asked for, and ordered.

Why: a hedge with the wrong sign doubles what it should take away, on the day on which it matters. Fix: the sign of a
delta, and the side of the trade that takes it away.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario

CALM = {"fault": "none", "volatility": 0.45, "move": 0.0}


@scenario(
    suite="real_world_scenarios", effect="disrupt", capabilities=("clock", "feed", "oms", "hedging"), deadline=60.0
)
async def hedging(
    target: Target,
    recorder: Recorder,
    *,
    opening: str = "2025-06-11T15:00:00+00:00",
    cash: str = "100000.00",
    shares: int = 250,
    move: float = -0.05,
) -> None:
    """Buy shares, let the price fall, ask for the hedge and order it; risk before and after, account and chain."""
    recorder.fact("clock", _seen(await target.call("clock.set", now=opening)))
    account = _field(await target.call("oms.create_account", name="readiness", cash=cash), "id")
    share = _field(await target.call("feed.quote"), "symbol")
    try:
        recorder.fact("bought", _seen(await _order(target, recorder, account, share, "buy", shares)))
        await target.call("feed.control", **{**CALM, "move": move})
        recorder.fact("fall", _seen(await target.call("feed.ingest")))
        recorder.fact("before", _seen(await target.call("oms.risk", account=account)))
        proposed = await target.call("hedging.hedge", account=account)
        recorder.fact("proposed", _seen(proposed))
        if contract := _field(proposed, "contract"):
            side, quantity = _field(proposed, "side"), int(_field(proposed, "quantity") or 0)
            recorder.fact("ordered", _seen(await _order(target, recorder, account, contract, side, quantity)))
        recorder.fact("after", _seen(await target.call("oms.risk", account=account)))
        recorder.fact("account", _seen(await target.call("oms.account", account=account)))
        recorder.fact("chain", _seen(await target.call("feed.chain")))
    finally:
        await target.call("feed.control", **CALM)


async def _order(target: Target, recorder: Recorder, account: str, contract: str, side: str, quantity: int) -> Reply:
    key = f"readiness-{recorder.random.getrandbits(64):016x}"
    order = {"account": account, "contract": contract, "side": side, "quantity": quantity}
    return await target.call("oms.order", **order, key=key)


def _field(reply: Reply, name: str) -> str:
    content = reply.json()
    value = content.get(name) if isinstance(content, dict) else None
    return "" if value is None else str(value)


def _seen(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "error": reply.error, "seconds": reply.seconds, "body": reply.json()}
