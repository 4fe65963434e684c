"""The weekly review is complete and right with no market to ask: expirations, balance, regime, books.

Why: what the review leaves out is not looked at before Monday. Everything in it is made again here, from orders,
ledger and history. Fix: read it from what is stored, and count the days with both ends.
"""

import math
import statistics
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

TRADING_DAYS = 252
SESSIONS = 21
"""A month's: as many closing prices as the regime is made of."""


@check(
    category="data_integrity",
    severity="major",
    needs="weekly_review",
    fix="Read the review from what is stored; include the last day; compare cash with the sum of its ledger.",
)
def weekly_review(recording: Recording, *, slack: float = 0.25) -> Fact | Unknown:
    """Expirations and books exact, volatility to six digits; the delta may differ by a quarter, as it ages since Friday."""
    facts = recording.facts
    if (stopped := _stopped(facts)) is not None:
        return Unknown(stopped)
    review = facts["review"]
    if review["status"] != 200:
        told = review["error"] or f"status {review['status']}"
        return Fact(False, f"the review cannot be had while no market can be asked: {told}")
    try:
        rows = tuple(_compared(facts, review["body"], slack))
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        return Unknown(f"the review or what it is about was not answered in full ({type(error).__name__}: {error})")
    table = tuple((what, str(told), str(right)) for what, told, right, _ in rows)
    evidence = (Table("The review", ("what", "told", "right"), table),)
    wrong = [f"{what}: {told}; right would be {right}" for what, told, right, good in rows if not good]
    if wrong:
        return Fact(False, "; ".join(wrong), evidence)
    return Fact(True, f"{len(rows)} figures agree with what they were made from", evidence, len(rows))


def _stopped(facts: Any) -> str | None:
    """Why there is nothing to compare, if so."""
    for step in ("clock", "ingested", "away", "saturday"):
        if facts.get(step, {}).get("status") != 200:
            return f"step {step!r} answered {facts.get(step, {}).get('error') or facts.get(step, {}).get('status')}"
    if not facts["held"]["puts"] or any(order["status"] not in (200, 201) for order in facts["orders"]):
        return "shares and puts could not be traded on Friday"
    return None


def _compared(facts: Any, review: dict[str, Any], slack: float) -> list[tuple[str, object, object, bool]]:
    """(what, told, right, whether they agree) of every figure."""
    puts, limit = facts["held"]["puts"], review["rebalancing"]["delta_limit"]
    nearest = [put["contract"] for put in puts if put["expires"] == puts[0]["expires"]]
    listed = sorted(one["contract"] for one in review["expirations"])
    delta = facts["held"]["shares"] - sum(float(put["delta"]) * 100 for put in puts)
    cash = Decimal(facts["account"]["body"]["cash"])
    ledger = sum((Decimal(one["amount"]) for one in facts["ledger"]["body"]["postings"]), start=Decimal())
    closes = [float(day["close"]) for day in facts["history"]["body"]["days"]][-SESSIONS:]
    volatility = _volatility(closes)
    books, balance = review["integrity"], review["rebalancing"]
    told = {name: Decimal(books[name]) for name in ("cash", "ledger", "difference")}
    return [
        ("expirations", listed, sorted(nearest), listed == sorted(nearest)),
        ("short puts", balance["short_puts"], len(puts), balance["short_puts"] == len(puts)),
        ("delta", balance["delta"], round(delta, 1), abs(balance["delta"] - delta) <= slack * abs(delta)),
        ("a trade", balance["trade"] is not None, delta > limit, (balance["trade"] is not None) == (delta > limit)),
        (
            "realized volatility",
            review["regime"]["realized_volatility"],
            volatility,
            math.isclose(review["regime"]["realized_volatility"], volatility, rel_tol=1e-6),
        ),
        ("cash", told["cash"], cash, told["cash"] == cash),
        ("ledger", told["ledger"], ledger, told["ledger"] == ledger),
        ("difference", told["difference"], cash - ledger, told["difference"] == cash - ledger),
    ]


def _volatility(closes: list[float]) -> float:
    """Standard deviation of daily log returns (n - 1), a year of 252 days (J. Hull, Options, Futures, chapter 15)."""
    returns = [math.log(after / before) for before, after in pairwise(closes)]
    return statistics.stdev(returns) * math.sqrt(TRADING_DAYS)
