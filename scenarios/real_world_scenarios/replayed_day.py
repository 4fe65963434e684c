"""A whole day is traded on one instance, and what was sent is sent again to a second one with no data of the first.

Why: a loss that cannot be replayed cannot be explained, and a fix for it cannot be shown. Fix: let orders, advice and
ledger depend on what came in and on the exchange's clock alone; no chance, no order of a set, no system time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from readiness import Recorder, Reply, Target, TargetError, fill, own_folder, scenario

REPORTS = ("oms.account", "oms.ledger", "oms.performance", "oms.risk")
RESTS = "1.00"  # a limit that no market of the day comes near: what rests is worked at its own pace, not the clock's


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("process", "oms", "limit_orders", "feed", "replay"),
    full={"steps": 40},
    deadline=90.0,
    least="standard",
)
async def replayed_day(
    target: Target,
    recorder: Recorder,
    *,
    opening: str = "2025-06-11T13:31:00+00:00",
    closing: str = "2025-06-11T19:59:00+00:00",
    steps: int = 8,
    cash: str = "100000.00",
    share: str = "U",
) -> None:
    """At each of ``steps`` times of the day: move the market, hold the clock, ingest, follow the advice, order shares."""
    recorder.phase("trade")
    day = _Day(target, await _account(target, opening, cash))
    first, last = datetime.fromisoformat(opening), datetime.fromisoformat(closing)
    try:
        for step in range(steps):
            move, volatility = recorder.random.uniform(-0.04, 0.04), recorder.random.uniform(0.35, 0.55)
            await day.send("feed.control", fault="none", move=round(move, 4), volatility=round(volatility, 4))
            now = first + (last - first) * step / max(1, steps - 1)
            await day.send("replay.hold_clock", now=now.isoformat())
            await day.send("feed.ingest")
            await day.trade(recorder, share)
        for report in REPORTS:
            await day.send(report)
        recorder.fact("day", day.answers)
        recorder.phase("replay")
        try:
            await target.process.start(environment=_fresh(target))
        except TargetError as error:
            recorder.fact("problem", f"no second instance: {str(error)[:300]}")
            return
        replay = _Day(target, await _account(target, opening, cash))
        for operation, values in day.inputs:
            await replay.send(operation, **values)
        recorder.fact("replay", replay.answers)
    finally:
        await target.call("feed.control", fault="none", move=0.0, volatility=0.45)


class _Day:
    """What was sent in a day, without the account it was for, and what was answered."""

    def __init__(self, target: Target, account: str) -> None:
        self.inputs: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[dict[str, Any]] = []
        self._target = target
        self._account = account

    async def send(self, operation: str, **values: Any) -> Reply:
        self.inputs.append((operation, values))
        reply = await self._target.call(operation, account=self._account, **values)
        told = {"operation": operation, "status": reply.status, "error": reply.error, "body": reply.json()}
        if operation != "feed.control":  # the source is not what is replayed
            self.answers.append(told)
        return reply

    async def trade(self, recorder: Recorder, share: str) -> None:
        """Sell the put that is advised, buy shares, and let an order rest."""
        advice = (await self.send("oms.recommendation")).json()
        put = advice.get("contract") if isinstance(advice, dict) else None
        orders: list[dict[str, Any]] = [{"contract": share, "side": "buy", "quantity": recorder.random.randint(1, 9)}]
        if put:
            orders.append({"contract": put, "side": "sell", "quantity": 1})
        for order in orders:
            await self.send("oms.order", **order, key=recorder.key())
        await self.send("limit_orders.place", **orders[0], limit=RESTS, key=recorder.key())


async def _account(target: Target, opening: str, cash: str) -> str:
    """Open an account at a time of the day: its first posting has one, too."""
    await target.call("replay.hold_clock", now=opening)
    content = (await target.call("oms.create_account", name="readiness", cash=cash)).json()
    return str(content.get("id", "")) if isinstance(content, dict) else ""


def _fresh(target: Target) -> Mapping[str, str]:
    """The settings that name its data, with a folder that has none."""
    folder = own_folder(target) / "replay"
    folder.mkdir()
    handle = target.adapter.handle()
    places = {"data": str(folder), "database": str(folder / "data.duckdb"), "port": handle["port"]}
    settings = target.spec.environment.items()
    return {name: str(fill(text, places)) for name, text in settings if "{data}" in text or "{database}" in text}
