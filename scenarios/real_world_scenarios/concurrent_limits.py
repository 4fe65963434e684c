"""Orders for one account, all at once: more than its limits allow, against what it allows one by one.

Why: a limit that is read before the order has the account to itself holds in every test with one caller and fails in
the first busy minute. Fix: judge the limit inside the transaction (or under the lock) that books the order.
"""

import asyncio
from typing import Any

from readiness import Recorder, Reply, Target, scenario

LOT = 100  # shares
AFFORDABLE = 3.5  # lots that the credit account can pay for


@scenario(suite="real_world_scenarios", effect="write", capabilities=("oms",))
async def concurrent_limits(
    target: Target, recorder: Recorder, *, orders: int = 16, cash: str = "1000000.00", share: str = "U"
) -> None:
    """Sell one put at a time until refused; the same all at once; then buy more lots at once than the cash pays for."""
    chain = await target.call("oms.chain")
    contract, spot = _put(chain)
    sale = {"contract": contract, "side": "sell", "quantity": 1}
    recorder.phase("one by one")
    account = await _open(target, cash)
    alone: list[dict[str, Any]] = []
    while len(alone) < orders and not (alone and alone[-1]["status"] >= 400):
        alone.append((await _order(target, recorder, account, **sale)).as_fact())
    recorder.fact("one by one", {"orders": alone, **await _held(target, account, contract)})
    recorder.phase("at once")
    account = await _open(target, cash)
    together = await asyncio.gather(*(_order(target, recorder, account, **sale) for _ in range(orders)))
    recorder.fact(
        "at once", {"orders": [reply.as_fact() for reply in together], **await _held(target, account, contract)}
    )
    recorder.phase("credit")
    account = await _open(target, f"{spot * LOT * AFFORDABLE:.2f}")
    purchase = {"contract": share, "side": "buy", "quantity": LOT}
    bought = await asyncio.gather(*(_order(target, recorder, account, **purchase) for _ in range(orders)))
    recorder.fact("credit", {"orders": [reply.as_fact() for reply in bought], **await _held(target, account, share)})


async def _open(target: Target, cash: str) -> str:
    content = (await target.call("oms.create_account", name="readiness", cash=cash)).json()
    return str(content.get("id", "")) if isinstance(content, dict) else ""


async def _order(target: Target, recorder: Recorder, account: str, **order: Any) -> Reply:
    key = recorder.key()
    return await target.call("oms.order", account=account, key=key, **order)


async def _held(target: Target, account: str, contract: str) -> dict[str, Any]:
    """What the account says it holds of the contract, and its cash; None where it does not say."""
    content = (await target.call("oms.account", account=account)).json()
    if not isinstance(content, dict) or not isinstance(content.get("positions"), list):
        return {"quantity": None, "cash": None, "buying_power": None}
    quantity = sum(held["quantity"] for held in content["positions"] if held.get("contract") == contract)
    return {"quantity": quantity, "cash": content.get("cash"), "buying_power": content.get("buying_power")}


def _put(chain: Reply) -> tuple[str, float]:
    """A put below the spot, which binds margin but is not exercised, and the spot."""
    content = chain.json()
    if not isinstance(content, dict):
        return "", 0.0
    spot = float(content.get("spot") or 0.0)
    puts = [o for o in content.get("options") or () if o.get("kind") == "put" and float(o.get("strike", 0)) < spot]
    return (str(puts[-1].get("contract", "")) if puts else ""), spot
