"""A flash crash and back, and a feed that is away for two hours: the market jumps, what is derived from it must follow.

Why: after a jump every price in a cache is wrong at once, and a feed that failed leaves a quote that looks like any
other. Fix: derive risk and collar from the present quote, and keep the time of a quote as the source gave it.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario

CALM = {"fault": "none", "volatility": 0.45, "move": 0.0}


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
) -> None:
    """Buy shares; crash, look, order at the old price and at the new; back, look; cut the feed, order; restore, order."""
    share = target.spec.capabilities["order_bounds"].options["share"]
    recorder.fact("collar", str(target.spec.capabilities["order_bounds"].options["collar"]))
    recorder.fact("clock", _seen(await target.call("clock.set", now=opening)))
    content = (await target.call("oms.create_account", name="readiness", cash=cash)).json()
    account = str(content.get("id", "")) if isinstance(content, dict) else ""
    purchase = {"account": account, "contract": share, "side": "buy", "quantity": shares}
    one = {**purchase, "quantity": 1}
    recorder.fact("bought", _seen(await target.call("oms.order", **purchase, key=_key(recorder))))
    try:
        looks = {}
        for name, move in (("calm", 0.0), ("crash", -crash), ("back", 0.0)):
            recorder.phase(name)
            await target.call("feed.control", **{**CALM, "move": move})
            looks[name] = {"ingest": _seen(await target.call("feed.ingest")), **await _look(target, account)}
            if name == "crash":
                for when in ("calm", "crash"):
                    order = {**one, "limit": _ask(looks[when]["quote"]), "key": _key(recorder)}
                    reply = await target.call("limit_orders.place", **order)
                    recorder.fact(f"at the price of {when}", {**_seen(reply), "limit": order["limit"]})
        recorder.fact("looks", looks)
        recorder.phase("disconnected")
        await target.call("feed.control", **{**CALM, "fault": "error"})
        recorder.fact("later", _seen(await target.call("clock.set", now=later)))
        away = {"quote": _seen(await target.call("feed.quote")), "order": await _order(target, recorder, one)}
        recorder.fact("disconnected", away)
        recorder.phase("reconnected")
        await target.call("feed.control", **CALM)
        recorder.fact("ingest", _seen(await target.call("feed.ingest")))
        again = {"quote": _seen(await target.call("feed.quote")), "order": await _order(target, recorder, one)}
        recorder.fact("reconnected", again)
    finally:
        await target.call("feed.control", **CALM)


async def _look(target: Target, account: str) -> dict[str, Any]:
    """The quote before and after the risk, so that a quote that moves in between shows."""
    first = await target.call("feed.quote")
    risk = await target.call("oms.risk", account=account)
    second = await target.call("feed.quote")
    held = await target.call("oms.account", account=account)
    return {"quote": _seen(first), "risk": _seen(risk), "quote again": _seen(second), "account": _seen(held)}


async def _order(target: Target, recorder: Recorder, order: dict[str, Any]) -> dict[str, Any]:
    return _seen(await target.call("oms.order", **order, key=_key(recorder)))


def _ask(quote: dict[str, Any]) -> str:
    body = quote["body"]
    return f"{float(body['ask']):.2f}" if isinstance(body, dict) and "ask" in body else "0.01"


def _key(recorder: Recorder) -> str:
    return f"readiness-{recorder.random.getrandbits(64):016x}"


def _seen(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "error": reply.error, "seconds": reply.seconds, "body": reply.json()}
