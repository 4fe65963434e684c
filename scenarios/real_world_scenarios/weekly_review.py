"""Saturday's review of an account, with no market to ask: what expires, what is out of balance, regime and books.

Why: what the review leaves out is not looked at before Monday, when it is too late to do it calmly. Fix: read it from
what is stored, and count days with both ends.
"""

from datetime import date, datetime
from typing import Any

from readiness import Recorder, Reply, Target, scenario

CALM = {"fault": "none", "volatility": 0.45, "move": 0.0}


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("clock", "feed", "oms", "history", "review"),
    deadline=60.0,
    least="standard",
)
async def weekly_review(
    target: Target,
    recorder: Recorder,
    *,
    friday: str = "2025-06-13T15:00:00+00:00",
    saturday: str = "2025-06-14T15:00:00+00:00",
    month: tuple[str, str] = ("2025-05-12", "2025-06-13"),
    cash: str = "100000.00",
    shares: int = 300,
) -> None:
    """Ingest a month, buy shares and sell a put of each expiry on Friday; review up to the day of the nearest, unheard."""
    recorder.fact("clock", (await target.call("clock.set", now=friday)).as_fact())
    ingested = await target.call("history.ingest", timeout=30.0, start=month[0], end=month[1], rows=20_000)
    recorder.fact("ingested", ingested.as_fact())
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    chain = (await target.call("oms.chain")).json()
    options = chain.get("options", []) if isinstance(chain, dict) else []
    puts = _puts(options)
    share = str(chain.get("symbol", "")) if isinstance(chain, dict) else ""
    wanted = [(share, "buy", shares), *((put["contract"], "sell", 1) for put in puts)]
    recorder.fact("orders", [(await _order(target, recorder, account, *order)).as_fact() for order in wanted])
    recorder.fact("held", {"share": share, "shares": shares, "puts": puts})
    recorder.phase("saturday")
    try:
        recorder.fact("away", (await target.call("feed.control", **{**CALM, "fault": "error"})).as_fact())
        recorder.fact("saturday", (await target.call("clock.set", now=saturday)).as_fact())
        today = datetime.fromisoformat(saturday).date()
        days = min((date.fromisoformat(put["expires"]) - today).days for put in puts) if puts else 7
        recorder.fact("asked", {"date": str(today), "days": days})
        recorder.fact("review", (await target.call("review.weekly", account=account, days=days)).as_fact())
        for name in ("account", "ledger"):
            recorder.fact(name, (await target.call(f"oms.{name}", account=account)).as_fact())
        recorder.fact("history", (await target.call("history.query", start=month[0], end=month[1])).as_fact())
    finally:
        await target.call("feed.control", **CALM)


async def _order(target: Target, recorder: Recorder, account: str, contract: str, side: str, quantity: int) -> Reply:
    key = recorder.key()
    order = {"account": account, "contract": contract, "side": side, "quantity": quantity}
    return await target.call("oms.order", **order, key=key)


def _puts(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The put of each expiry whose delta is nearest to 0.30, the soonest first."""
    puts = [option for option in options if option.get("kind") == "put"]
    expiries = sorted({str(put["expires"]) for put in puts})
    return [
        min(
            (put for put in puts if str(put["expires"]) == expires), key=lambda put: abs(abs(float(put["delta"])) - 0.3)
        )
        for expires in expiries
    ]
