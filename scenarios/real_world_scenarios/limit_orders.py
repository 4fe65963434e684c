"""Orders with a limit: one rests until the market comes to it, one is cancelled first, one is filled in part.

Why: an order lives longer than the request that placed it; what happens to it later is seen by nobody who tests
requests. Fix: work resting orders with each new market, and count what is left from what was filled.
"""

import asyncio
from typing import Any

from readiness import Recorder, Reply, Target, scenario

POLL_SECONDS = 0.1


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("oms", "limit_orders", "feed"),
    deadline=60.0,
    least="standard",
)
async def limit_orders(
    target: Target,
    recorder: Recorder,
    *,
    cash: str = "100000.00",
    share: str = "U",
    below: float = 0.05,
    fall: float = 0.08,
    contracts: int = 25,
    patience: float = 5.0,
) -> None:
    """Place the three, move the market through their limits, wait, and read orders and account."""
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    chain = await target.call("oms.chain")
    if (spot := chain.number("spot") or 0.0) <= 0:
        recorder.fact("missed", f"the chain told no spot to set limits by ({chain.error or chain.status})")
        return
    limit = f"{spot * (1 - below):.2f}"
    put = _cheap_put(chain.json())
    recorder.fact("limit", limit)
    purchase = {"account": account, "contract": share, "side": "buy", "quantity": 10, "limit": limit}
    recorder.phase("place")
    rests, ended = [await _place(target, recorder, **purchase) for _ in range(2)]
    recorder.fact("cancel", (await target.call("limit_orders.cancel", order=ended.field("id"))).as_fact())
    one = await target.call("oms.order", account=account, contract=put, side="buy", quantity=1, key=recorder.key())
    price = one.json().get("price") if isinstance(one.json(), dict) else None
    part = await _place(
        target, recorder, account=account, contract=put, side="buy", quantity=contracts, limit=str(price)
    )
    recorder.fact(
        "placed", {"rests": rests.as_fact(), "cancelled": ended.as_fact(), "part": part.as_fact(), "one": one.as_fact()}
    )
    recorder.fact("before", (await target.call("oms.account", account=account)).as_fact())
    recorder.phase("moves")
    moved: list[dict[str, Any]] = []
    try:
        # down, where shares are as cheap as the limits ask for; then up, where the puts are
        for move, order in ((-fall, rests), (below, part)):
            await target.call("feed.control", fault="none", volatility=0.45, move=move)
            ingested = (await target.call("feed.ingest")).as_fact()
            moved.append({**ingested, "quote": (await target.call("feed.quote")).as_fact()})
            await _until_done(target, order.field("id"), patience)
    finally:
        await target.call("feed.control", fault="none", volatility=0.45, move=0.0)
    after = {
        name: (await target.call("limit_orders.read", order=reply.field("id"))).as_fact()
        for name, reply in (("rests", rests), ("cancelled", ended), ("part", part))
    }
    recorder.fact("after", after)
    recorder.fact("moves", moved)
    recorder.fact("put", put)
    recorder.fact("account", (await target.call("oms.account", account=account)).as_fact())


async def _place(target: Target, recorder: Recorder, **order: Any) -> Reply:
    return await target.call("limit_orders.place", key=recorder.key(), **order)


async def _until_done(target: Target, order: str, patience: float) -> None:
    """Wait until nothing is left of the order, or patience is."""
    for _ in range(int(patience / POLL_SECONDS)):
        content = (await target.call("limit_orders.read", order=order)).json()
        if not isinstance(content, dict) or content.get("filled", 0) >= content.get("quantity", 0):
            return
        await asyncio.sleep(POLL_SECONDS)


def _cheap_put(chain: Any) -> str:
    """The put with the lowest ask that trades: many of them cost little."""
    options = chain.get("options") if isinstance(chain, dict) else None
    puts = [o for o in options or () if o.get("kind") == "put" and float(o.get("bid") or 0) >= 0.05]
    return str(min(puts, key=lambda o: float(o["ask"]))["contract"]) if puts else ""
