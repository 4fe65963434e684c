"""A trader's day in one pass: account, market data, advice, an order, its repetition, ledger, risk and performance.

Why: a service whose parts work one by one may still fail where one hands over to the next. Every answer is recorded
as it came. Fix: the first step whose answer is an error names the place to begin.
"""

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(
    suite="end_to_end_workflows",
    effect="write",
    capabilities=("oms", "feed"),
    quick={"repeats": 3},
    full={"repeats": 20},
)
async def trading_workflow(
    target: Target,
    recorder: Recorder,
    *,
    cash: str = "100000.00",
    volatility: float = 0.5,
    normal_volatility: float = 0.45,
    repeats: int = 5,
    timeout: float = 15.0,
) -> None:
    """Trade once, send the same order again one by one and ``repeats`` times at once, and read all books."""
    steps: list[dict[str, Any]] = []

    async def step(fact: str, operation: str, /, **values: Any) -> Reply:
        reply = await target.call(operation, timeout=timeout, **values)
        steps.append({"step": fact, "status": reply.status, "error": reply.error, "seconds": reply.seconds})
        recorder.fact(fact, reply.as_fact())
        return reply

    recorder.phase("workflow")
    recorder.fact("source", (await _disturb(target, volatility)).as_fact())
    begin = recorder.now
    try:
        created = await step("created", "oms.create_account", name="readiness", cash=cash)
        account = created.field("id")
        await step("ingested", "feed.ingest")
        chain = await step("chain", "oms.chain")
        advice = await step("advice", "oms.recommendation", account=account)
        contract = advice.field("contract") or _put_near(chain, 0.30)
        order = {"account": account, "contract": contract, "side": "sell", "quantity": 1}
        keys = [recorder.key() for _ in range(2)]
        first = await step("order", "oms.order", **order, key=keys[0])
        again = await step("order_again", "oms.order", **order, key=keys[0])
        recorder.fact("orders", await _repeat(target, order, keys, repeats, [first, again], timeout))
        await step("ledger", "oms.ledger", account=account)
        await step("account", "oms.account", account=account)
        await step("risk", "oms.risk", account=account)
        await step("performance", "oms.performance", account=account)
        recorder.fact("workflow", {"seconds": recorder.now - begin, "steps": steps})
    finally:
        await _disturb(target, normal_volatility)


async def _repeat(
    target: Target, order: dict[str, Any], keys: list[str], repeats: int, first: list[Reply], timeout: float
) -> dict[str, Any]:
    """Send the order again under its key, and a new one several times at once; the answers by key."""
    old, new = [
        await asyncio.gather(*(target.call("oms.order", timeout=timeout, **order, key=key) for _ in range(repeats)))
        for key in keys
    ]
    answers = [[reply.as_fact() for reply in replies] for replies in ([*first, *old], new)]
    return {"contract": order["contract"], "side": order["side"], "answers": answers}


async def _disturb(target: Target, volatility: float) -> Reply:
    return await target.call("feed.control", fault="none", volatility=volatility, move=0.0)


def _put_near(reply: Reply, target_delta: float) -> str:
    """The put whose delta is nearest, to trade something where no advice names a contract; else empty."""
    content = reply.json()
    options = content.get("options") if isinstance(content, dict) else None
    puts = [o for o in options or () if isinstance(o, dict) and o.get("kind") == "put" and _number(o) is not None]
    nearest = min(puts, key=lambda o: abs(abs(_number(o) or 0.0) - target_delta), default={})
    return str(nearest.get("contract", ""))


def _number(option: dict[str, Any]) -> float | None:
    try:
        return float(Decimal(str(option.get("delta"))))
    except InvalidOperation:
        return None
