"""A flash crash and back, a feed away for two hours, a gap overnight, a feed in disorder: the market jumps, all must follow.

Why: after a jump every price in a cache is wrong at once, and a feed that failed leaves a quote that looks like any
other. Fix: derive risk and collar from the present quote, and keep time and number of a quote as the source gave it.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from readiness import Recorder, Reply, Target, scenario

CALM = {"fault": "none", "volatility": 0.45, "move": 0.0}
POLL_SECONDS = 0.1
NEARLY = 0.95  # of the collar above the close: sane there, and beyond the collar of any lower open
STEP = timedelta(minutes=10)  # between the messages that count; a late one is nearer to its own than to the next
DELIVERIES = 3  # at each step: the message that counts, a late one, a copy


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("clock", "feed", "oms", "limit_orders", "order_bounds"),
    deadline=60.0,
    least="standard",
)
async def market_moves(
    target: Target,
    recorder: Recorder,
    *,
    opening: str = "2025-06-11T15:00:00+00:00",
    later: str = "2025-06-11T17:30:00+00:00",
    cash: str = "100000.00",
    shares: int = 100,
    crash: float = 0.25,
    close: str = "2025-06-11T19:59:30+00:00",
    reopening: str = "2025-06-12T13:30:01+00:00",
    gap: float = 0.12,
    steps: int = 3,
    patience: float = 4.0,
) -> None:
    """Buy shares; crash, look, order at the old price and at the new; back, look; cut the feed, order; restore, order.

    Then the night: look at the close, open ``gap`` lower and order (the night's own move comes on top, so 8 % are left
    of it on all but the wildest). Last ``steps`` of the feed, in order and disordered.
    """
    bounds = target.spec.capabilities["order_bounds"].options
    share, collar = bounds["share"], float(bounds["collar"])
    recorder.fact("collar", str(bounds["collar"]))
    recorder.fact("clock", (await target.call("clock.set", now=opening)).as_fact())
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    purchase = {"account": account, "contract": share, "side": "buy", "quantity": shares}
    one = {**purchase, "quantity": 1}
    recorder.fact("bought", (await target.call("oms.order", **purchase, key=recorder.key())).as_fact())
    try:
        looks = {}
        for name, move in (("calm", 0.0), ("crash", -crash), ("back", 0.0)):
            recorder.phase(name)
            await target.call("feed.control", **{**CALM, "move": move})
            looks[name] = {"ingest": (await target.call("feed.ingest")).as_fact(), **await _look(target, account)}
            if name == "crash":
                for when in ("calm", "crash"):
                    order = {**one, "limit": _ask(looks[when]["quote"]), "key": recorder.key()}
                    reply = await target.call("limit_orders.place", **order)
                    recorder.fact(f"at the price of {when}", {**reply.as_fact(), "limit": order["limit"]})
        recorder.fact("looks", looks)
        recorder.phase("disconnected")
        await target.call("feed.control", **{**CALM, "fault": "error"})
        recorder.fact("later", (await target.call("clock.set", now=later)).as_fact())
        away = {"quote": (await target.call("feed.quote")).as_fact(), "order": await _order(target, recorder, one)}
        recorder.fact("disconnected", away)
        recorder.phase("reconnected")
        await target.call("feed.control", **CALM)
        recorder.fact("ingest", (await target.call("feed.ingest")).as_fact())
        again = {"quote": (await target.call("feed.quote")).as_fact(), "order": await _order(target, recorder, one)}
        recorder.fact("reconnected", again)
        recorder.phase("gap")
        recorder.fact("gap", await _gap(target, recorder, one, (close, reopening), gap, collar, patience))
        recorder.phase("disorder")
        recorder.fact("in order", await _delivered(target, datetime.fromisoformat(reopening), steps, "none", 1))
        disorder = await _delivered(target, datetime.fromisoformat(reopening), steps, "reordered", DELIVERIES)
        recorder.fact("disordered", disorder)
    finally:
        await target.call("feed.control", **CALM)


async def _gap(
    target: Target,
    recorder: Recorder,
    one: dict[str, Any],
    times: tuple[str, str],
    gap: float,
    collar: float,
    patience: float,
) -> dict[str, Any]:
    """At the close: look, and let an order rest within the gap. At the open: order before anything is read, then look."""
    close, reopening = times
    seen: dict[str, Any] = {"clocks": [(await target.call("clock.set", now=close)).as_fact()]}
    seen["close"] = await _look(target, one["account"])
    last = float(_ask(seen["close"]["quote"]))
    resting = {**one, "limit": f"{last * (1 - gap / 2):.2f}", "key": recorder.key()}
    rests = await target.call("limit_orders.place", **resting)
    seen["resting"] = {**rests.as_fact(), "limit": resting["limit"]}
    await target.call("feed.control", **{**CALM, "move": -gap})
    seen["clocks"].append((await target.call("clock.set", now=reopening)).as_fact())
    far = {**one, "limit": f"{last * (1 + NEARLY * collar):.2f}", "key": recorder.key()}
    seen["far"] = {**(await target.call("limit_orders.place", **far)).as_fact(), "limit": far["limit"]}
    seen["advice"] = (await target.call("oms.recommendation", account=one["account"])).as_fact()
    seen["open"] = await _look(target, one["account"])
    near = {**one, "limit": _ask(seen["open"]["quote"]), "key": recorder.key()}
    seen["near"] = {**(await target.call("limit_orders.place", **near)).as_fact(), "limit": near["limit"]}
    await target.call("feed.ingest")
    seen["advice again"] = (await target.call("oms.recommendation", account=one["account"])).as_fact()
    seen["rested"] = await _filled(target, rests, patience)
    return seen


async def _filled(target: Target, placed: Reply, patience: float) -> dict[str, Any]:
    """The order as soon as nothing of it rests, or when patience is over."""
    content = placed.json()
    order = str(content.get("id", "")) if isinstance(content, dict) else ""
    for _ in range(int(patience / POLL_SECONDS)):
        reply = await target.call("limit_orders.read", order=order)
        body = reply.json()
        if not isinstance(body, dict) or body.get("filled", 0) >= body.get("quantity", 0):
            break
        await asyncio.sleep(POLL_SECONDS)
    return reply.as_fact()


async def _delivered(target: Target, start: datetime, steps: int, fault: str, deliveries: int) -> dict[str, Any]:
    """Ingest so often at each step, and see what is served after each delivery."""
    control = (await target.call("feed.control", **{**CALM, "fault": fault})).as_fact()
    seen = []
    for step in range(1, steps + 1):
        now = (start + step * STEP).isoformat()
        await target.call("clock.set", now=now)
        for _ in range(deliveries):
            ingest = (await target.call("feed.ingest")).as_fact()
            quote, chain = (await target.call("feed.quote")).as_fact(), await target.call("feed.chain")
            seen.append({"now": now, "ingest": ingest, "quote": quote, "chain": _head(chain)})
    return {"control": control, "seen": seen}


def _head(chain: Reply) -> dict[str, Any]:
    """A chain without its options, which are many."""
    content = chain.json()
    named = content if isinstance(content, dict) else {}
    return {**chain.as_fact(), "body": {name: named.get(name) for name in ("at", "spot")}}


async def _look(target: Target, account: str) -> dict[str, Any]:
    """The quote before and after the risk, so that a quote that moves in between shows."""
    first = await target.call("feed.quote")
    risk = await target.call("oms.risk", account=account)
    second = await target.call("feed.quote")
    held = await target.call("oms.account", account=account)
    return {
        "quote": first.as_fact(),
        "risk": risk.as_fact(),
        "quote again": second.as_fact(),
        "account": held.as_fact(),
    }


async def _order(target: Target, recorder: Recorder, order: dict[str, Any]) -> dict[str, Any]:
    return (await target.call("oms.order", **order, key=recorder.key())).as_fact()


def _ask(quote: dict[str, Any]) -> str:
    body = quote["body"]
    return f"{float(body['ask']):.2f}" if isinstance(body, dict) and "ask" in body else "0.01"
