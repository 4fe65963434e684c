"""A wild day: jumps of the price, volatility beyond the stop, impossible quotes, and a feed that lags by hours.

Why: on such days a trading service loses real money by doing what it does on all others. Fix: each check names the
condition under which the service still advised or traded, and the answer that it gave.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(suite="real_world_scenarios", effect="disrupt", capabilities=("clock", "feed", "oms"), deadline=90.0)
async def high_volatility(
    target: Target,
    recorder: Recorder,
    *,
    opening: str = "2025-06-11T15:00:00+00:00",
    cash: str = "100000.00",
    volatility: float = 1.3,
    normal_volatility: float = 0.45,
    move: float = 0.05,
) -> None:
    """Disturb the source in one way after the other; each time ingest, read, ask for advice, order."""
    recorder.fact("clock", (await target.call("clock.set", now=opening)).as_fact())
    created = await target.call("oms.create_account", name="readiness", cash=cash)
    recorder.fact("created", created.as_fact())
    content = created.json()
    account = str(content.get("id", "")) if isinstance(content, dict) else ""
    calm = {"fault": "none", "volatility": normal_volatility, "move": 0.0}
    conditions = {
        "calm": calm,
        "fall": {**calm, "volatility": volatility, "move": -move},
        "rise": {**calm, "volatility": volatility, "move": move},
        "crossed": {**calm, "fault": "crossed"},
        "not a number": {**calm, "fault": "nan"},
        "stale": {**calm, "fault": "stale"},
        "calm again": calm,
    }
    contract = ""
    try:
        for name, disturbance in conditions.items():
            recorder.phase(name)
            seen = await _observe(target, recorder, account, contract, disturbance)
            contract = contract or seen["contract"]
            recorder.fact(name, seen)
    finally:
        await target.call("feed.control", **calm)


async def _observe(
    target: Target, recorder: Recorder, account: str, contract: str, disturbance: dict[str, Any]
) -> dict[str, Any]:
    """Everything that the target says and does under one condition; the contract that was ordered."""
    control = await target.call("feed.control", **disturbance)
    ingests = [(await target.call("feed.ingest")).as_fact() for _ in range(2)]
    quote, chain = await target.call("feed.quote"), await target.call("feed.chain")
    advice = await target.call("oms.recommendation", account=account)
    contract = contract or advice.field("contract") or _a_put(chain)
    key = recorder.key()
    order = await target.call("oms.order", account=account, contract=contract, side="sell", quantity=1, key=key)
    return {
        "contract": contract,
        "control": {"status": control.status, "error": control.error, **disturbance},
        "ingests": ingests,
        "quote": quote.as_fact(),
        "chain": chain.as_fact(),
        "advice": advice.as_fact(),
        "order": order.as_fact(),
    }


def _a_put(chain: Reply) -> str:
    content = chain.json()
    options = content.get("options") if isinstance(content, dict) else None
    puts = [o for o in options or () if isinstance(o, dict) and o.get("kind") == "put"]
    return str(puts[len(puts) // 2].get("contract", "")) if puts else ""
