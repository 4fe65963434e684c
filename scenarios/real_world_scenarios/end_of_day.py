"""The close of a day: some trades, then the books are closed and compared with what the accounts say.

Why: the end of day is where an error of the day is found, or written down as truth. Fix: compare the accounts of the
report with the ledger that the service itself shows.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(suite="real_world_scenarios", effect="write", capabilities=("oms", "end_of_day"), full={"accounts": 20})
async def end_of_day(
    target: Target, recorder: Recorder, *, date: str = "2025-06-11", cash: str = "100000.00", accounts: int = 3
) -> None:
    """Sell a put and buy it back in some accounts, close the day, and read report, accounts and ledgers."""
    recorder.fact("date", date)
    recorder.phase("trades")
    traded = [await _trade(target, recorder, cash, both=number > 0) for number in range(accounts)]
    recorder.phase("close")
    recorder.fact("close", (await target.call("end_of_day.close", date=date, timeout=30.0)).as_fact())
    recorder.fact("report", (await target.call("end_of_day.report", date=date)).as_fact())
    for entry in traded:
        entry["read"] = (await target.call("oms.account", account=entry["account"])).as_fact()
        entry["ledger"] = (await target.call("oms.ledger", account=entry["account"])).as_fact()
    recorder.fact("accounts", traded)


async def _trade(target: Target, recorder: Recorder, cash: str, *, both: bool) -> dict[str, Any]:
    created = await target.call("oms.create_account", name="readiness", cash=cash)
    account = created.field("id")
    contract = _a_put(await target.call("oms.chain"))
    orders = []
    for side in ("sell", "buy") if both else ("sell",):
        key = recorder.key()
        sent = {"account": account, "contract": contract, "side": side, "quantity": 1, "key": key}
        orders.append({"side": side, **(await target.call("oms.order", **sent)).as_fact()})
    return {"account": account, "created": created.as_fact(), "orders": orders}


def _a_put(chain: Reply) -> str:
    content = chain.json()
    options = content.get("options") if isinstance(content, dict) else None
    puts = [o for o in options or () if isinstance(o, dict) and o.get("kind") == "put"]
    return str(puts[len(puts) // 2].get("contract", "")) if puts else ""
