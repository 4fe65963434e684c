"""The bounds of a single order, exactly at them and one beyond."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from readiness.desk.advisor import Limits
from readiness.desk.errors import Problem
from readiness.desk.guards import on_tick, within_collar, within_size

LIMITS = Limits(max_shares=1000, max_contracts=50, max_value=20_000.0, collar=0.10, least_collar=0.05)


@pytest.mark.parametrize(
    ("kind", "quantity", "price", "refusal"),
    [
        ("stock", 1000, "20.00", None),
        ("stock", 1001, "1.00", "quantity_limit"),
        ("stock", 1000, "20.01", "value_limit"),
        ("put", 50, "4.00", None),
        ("put", 51, "0.01", "quantity_limit"),
        ("put", 50, "4.01", "value_limit"),
    ],
)
def test_size(kind: str, quantity: int, price: str, refusal: str | None) -> None:
    assert refused(lambda: within_size(kind, quantity, Decimal(price), LIMITS)) == refusal


@pytest.mark.parametrize(
    ("side", "price", "bid", "ask", "refusal"),
    [
        ("buy", "33.00", 29.98, 30.00, None),
        ("buy", "33.01", 29.98, 30.00, "price_collar"),
        ("sell", "27.00", 30.00, 30.02, None),
        ("sell", "26.99", 30.00, 30.02, "price_collar"),
        ("buy", "1.00", 29.98, 30.00, None),  # better for the trader: it may rest
        ("sell", "99.00", 29.98, 30.00, None),
        ("buy", "0.07", 0.01, 0.02, None),  # five cents are allowed, however cheap the option
        ("buy", "0.08", 0.01, 0.02, "price_collar"),
    ],
)
def test_collar(side: str, price: str, bid: float, ask: float, refusal: str | None) -> None:
    assert refused(lambda: within_collar(side, Decimal(price), bid, ask, LIMITS)) == refusal


@pytest.mark.parametrize("limit", ["0.29", "0.57", "1.15", "4.35", "4.350000", "29", "0.00"])
def test_a_price_on_the_tick_is_kept(limit: str) -> None:
    assert on_tick(limit) == Decimal(limit)


@pytest.mark.parametrize("limit", ["0.295", "0.291", "0.000001", "30.009999"])
def test_a_price_between_two_ticks_is_refused(limit: str) -> None:
    assert refused(lambda: on_tick(limit)) == "off_tick"


def refused(judge: Callable[[], object]) -> str | None:
    """The code of the refusal, or None."""
    try:
        judge()
    except Problem as problem:
        return problem.code
    return None
