"""The arithmetic of orders: fill prices, average cost and realized profit, by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from readiness.desk.accounts import Position
from readiness.desk.instruments import Instrument, Side
from readiness.desk.orders import Order, fillable, trade

PUT = Instrument("P", "put", Decimal("30.00"), None, 1.00, 1.20)
SHARE = Instrument("U", "stock", None, None, 29.98, 30.02)


@pytest.mark.parametrize(
    ("instrument", "side", "quantity", "price"),
    [
        (PUT, "sell", 1, "1.02"),  # 10 % into the spread
        (PUT, "buy", 1, "1.18"),  # 90 % into the spread
        (PUT, "sell", 10, "1.02"),
        (PUT, "sell", 13, "0.99"),  # three contracts move the price by a cent each
        (PUT, "sell", 500, "0.01"),
        (SHARE, "buy", 500, "30.02"),
    ],
)
def test_fill_prices(instrument: Instrument, side: Side, quantity: int, price: str) -> None:
    assert instrument.fill_price(side, quantity) == Decimal(price)


def held(quantity: int, cost: str) -> Position:
    return Position("P", "put", Decimal("30.00"), None, quantity, Decimal(cost))


@pytest.mark.parametrize(
    ("before", "signed", "cost", "after", "realized"),
    [
        (None, -2, "-200.00", held(-2, "-200.00"), "0.00"),
        (held(-2, "-200.00"), -1, "-130.00", held(-3, "-330.00"), "0.00"),
        (held(-2, "-200.00"), 1, "60.00", held(-1, "-100.00"), "40.00"),
        (held(-2, "-200.00"), 2, "260.00", held(0, "0.00"), "-60.00"),
        (held(-3, "-100.00"), 1, "30.00", held(-2, "-66.67"), "3.33"),
        (held(-1, "-100.00"), 3, "150.00", held(2, "100.00"), "50.00"),
        (held(2, "100.00"), -1, "-80.00", held(1, "50.00"), "30.00"),
    ],
)
def test_what_a_trade_leaves(before: Position | None, signed: int, cost: str, after: Position, realized: str) -> None:
    assert trade(before, PUT, signed, Decimal(cost)) == (after, Decimal(realized))


def test_average_price_is_per_share() -> None:
    assert held(-3, "-330.00").average_price == Decimal("1.1000")


@pytest.mark.parametrize(
    ("instrument", "side", "quantity", "limit", "fills"),
    [
        (PUT, "buy", 25, "1.18", 10),  # ten do not move the market
        (PUT, "buy", 25, "1.20", 12),
        (PUT, "buy", 25, "1.17", 0),
        (PUT, "buy", 25, None, 25),
        (PUT, "sell", 25, "0.99", 13),
        (PUT, "sell", 25, "1.03", 0),
        (SHARE, "buy", 500, "30.02", 500),
        (SHARE, "buy", 500, "30.01", 0),
    ],
)
def test_a_limit_bounds_how_many_fill(
    instrument: Instrument, side: Side, quantity: int, limit: str | None, fills: int
) -> None:
    nothing, at = Decimal("0.00"), datetime(2025, 3, 10, 16, tzinfo=UTC)
    wanted = None if limit is None else Decimal(limit)
    order = Order("o", "a", "P", side, quantity, wanted, "OPEN", None, 0, None, nothing, nothing, nothing, at)
    assert fillable(order, instrument, quantity) == fills
