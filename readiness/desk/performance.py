"""What an account is worth and what it earned: marks at the last known market, profit split into its parts."""

from dataclasses import dataclass
from decimal import Decimal

from readiness.desk.accounts import Account, Position
from readiness.desk.defects import active
from readiness.desk.ingest import Market
from readiness.desk.money import cents
from readiness.desk.store import Store

TOTALS = """
    SELECT (SELECT coalesce(sum(amount), 0) FROM postings WHERE account = ? AND kind = 'deposit'),
           coalesce(sum(realized), 0), coalesce(sum(fees), 0) FROM orders WHERE account = ?"""

FIRST_MARKS: dict[str, float | None] = {}  # the defect frozen-marks


@dataclass(frozen=True, slots=True)
class Performance:
    """Profit since opening. `total_return` relates it to everything that was paid in."""

    start_cash: Decimal
    cash: Decimal
    market_value: Decimal
    realized: Decimal
    unrealized: Decimal
    fees: Decimal
    total_return: float


def market_value(position: Position, symbol: str, market: Market) -> Decimal:
    """What a position would bring; one without a market is carried at its cost."""
    mark = market.mark(symbol, position.contract)
    if active("frozen-marks"):
        mark = FIRST_MARKS.setdefault(position.contract, mark)
    if mark is None:
        return position.cost
    return cents(Decimal(str(mark)) * position.quantity * position.multiplier)


def measure(account: Account, symbol: str, store: Store, market: Market) -> Performance:
    """The account's result: cash + market value = paid in + realized + unrealized - fees."""
    with store.connection() as connection:
        row = connection.execute(TOTALS, [account.id, account.id]).fetchone()
    paid_in, realized, fees = row or (Decimal(), Decimal(), Decimal())
    value = sum((market_value(held, symbol, market) for held in account.positions), start=Decimal("0.00"))
    cost = sum((held.cost for held in account.positions), start=Decimal("0.00"))
    earned = account.cash + value - paid_in
    return Performance(
        start_cash=account.start_cash,
        cash=account.cash,
        market_value=value,
        realized=cents(realized),
        unrealized=value - cost,
        fees=cents(fees),
        total_return=round(float(earned / paid_in), 6) if paid_in else 0.0,
    )
