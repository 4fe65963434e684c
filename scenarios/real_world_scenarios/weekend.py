"""A week with an expiry: puts are sold, expire on Friday, one of them in the money, and are looked at on Saturday.

Why: what expires is gone from the market on Monday; an account that still carries it is wrong for ever. Fix: settle at
the close of the last day, and book shares, cash and profit together.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("clock", "oms", "end_of_day"),
    deadline=60.0,
    least="standard",
)
async def weekend(
    target: Target,
    recorder: Recorder,
    *,
    selling: str = "2025-06-18T15:00:00+00:00",
    expiry: str = "2025-06-20",
    closing: str = "2025-06-20T20:30:00+00:00",
    saturday: str = "2025-06-21T15:00:00+00:00",
    cash: str = "100000.00",
) -> None:
    """Sell the lowest and the highest put that expires on Friday, close Friday, and review on Saturday."""
    recorder.fact("clock", (await target.call("clock.set", now=selling)).as_fact())
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    puts = _puts(await target.call("oms.chain"), expiry)
    recorder.fact("puts", puts)
    recorder.phase("sell")
    sold = {name: await _sell(target, recorder, account, put["contract"]) for name, put in puts.items()}
    recorder.fact("sold", sold)
    recorder.fact("before", await _books(target, account))
    recorder.phase("expiry")
    await target.call("clock.set", now=closing)
    recorder.fact("close", (await target.call("end_of_day.close", date=expiry, timeout=30.0)).as_fact())
    recorder.phase("saturday")
    recorder.fact("saturday", (await target.call("clock.set", now=saturday)).as_fact())
    recorder.fact("after", await _books(target, account))
    recorder.fact("session", (await target.call("clock.session")).as_fact())


async def _sell(target: Target, recorder: Recorder, account: str, contract: str) -> dict[str, Any]:
    key = recorder.key()
    order = {"account": account, "contract": contract, "side": "sell", "quantity": 1}
    return (await target.call("oms.order", **order, key=key)).as_fact()


async def _books(target: Target, account: str) -> dict[str, Any]:
    names = ("account", "ledger", "performance")
    return {name: (await target.call(f"oms.{name}", account=account)).as_fact() for name in names}


def _puts(chain: Reply, expiry: str) -> dict[str, Any]:
    """The put farthest out of the money and the one farthest in it, so that no move of two days changes which is which."""
    content = chain.json()
    options = content.get("options") if isinstance(content, dict) else None
    puts = [o for o in options or () if o.get("kind") == "put" and o.get("expires") == expiry]
    if not puts:
        return {}
    ordered = sorted(puts, key=lambda put: float(put["strike"]))
    return {"worthless": ordered[0], "assigned": ordered[-1]}
