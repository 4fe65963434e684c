"""A fall of five percent, and the hedge that the service proposes for an account full of shares: asked for, and ordered.

Why: a hedge with the wrong sign doubles what it should take away, on the day on which it matters. Fix: the sign of a
delta, and the side of the trade that takes it away.
"""

from decimal import Decimal, InvalidOperation

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
    recorder.fact("clock", (await target.call("clock.set", now=opening)).as_fact())
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    share = (await target.call("feed.quote")).field("symbol")
    try:
        recorder.fact("bought", (await _order(target, recorder, account, share, "buy", shares)).as_fact())
        await target.call("feed.control", **{**CALM, "move": move})
        recorder.fact("fall", (await target.call("feed.ingest")).as_fact())
        recorder.fact("before", (await target.call("oms.risk", account=account)).as_fact())
        proposed = await target.call("hedging.hedge", account=account)
        recorder.fact("proposed", proposed.as_fact())
        if contract := proposed.field("contract"):
            side, quantity = proposed.field("side"), _whole(proposed.field("quantity"))
            if quantity is not None:
                ordered = await _order(target, recorder, account, contract, side, quantity)
                recorder.fact("ordered", ordered.as_fact())
        recorder.fact("after", (await target.call("oms.risk", account=account)).as_fact())
        recorder.fact("account", (await target.call("oms.account", account=account)).as_fact())
        recorder.fact("chain", (await target.call("feed.chain")).as_fact())
    finally:
        await target.call("feed.control", **CALM)


def _whole(text: str) -> int | None:
    """The whole number that a text writes, also as 2.0; None where it writes none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if number.is_finite() and number == number.to_integral_value() else None


async def _order(target: Target, recorder: Recorder, account: str, contract: str, side: str, quantity: int) -> Reply:
    key = recorder.key()
    order = {"account": account, "contract": contract, "side": side, "quantity": quantity}
    return await target.call("oms.order", **order, key=key)
