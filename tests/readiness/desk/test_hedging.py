"""The hedge: against what, how much, and what is left of the delta."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from readiness.desk.advisor import Limits
from readiness.desk.hedging import hedge
from readiness.desk.market import Chain, Option

NOW = datetime(2025, 6, 11, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


def put(strike: float, expires: date, delta: float, ask: float = 1.0) -> Option:
    code = f"P{expires:%m%d}-{strike:g}"
    return Option(code, "put", strike, expires, 0.9, ask, 0.45, delta, 0.05, -0.01, 0.03, 1000, 100, "good")


JUNE, JULY = date(2025, 6, 20), date(2025, 7, 18)  # 9 and 37 days away; the target is 35
CHAIN = Chain("U", NOW, 34.0, (put(30, JUNE, -0.30), put(28, JULY, -0.15), put(30, JULY, -0.28), put(34, JULY, -0.47)))


@pytest.mark.parametrize(
    ("delta", "contract", "quantity", "left"),
    [
        (250.0, "P0718-30", 9, -2.0),
        (14.1, "P0718-30", 1, -13.9),
        (13.9, None, 0, 13.9),  # one contract would leave more than there is
        (0.0, None, 0, 0.0),
        (-40.2, "U", 40, -0.2),
        (-0.4, None, 0, -0.4),
    ],
)
def test_the_trade_that_leaves_least(delta: float, contract: str | None, quantity: int, left: float) -> None:
    found = hedge(delta, "U", CHAIN, TODAY, Limits())
    assert (found.delta, found.contract, found.quantity) == (delta, contract, quantity)
    assert found.delta_after == pytest.approx(left)
    assert found.side == ("buy" if contract else None)


def test_the_size_of_an_order_bounds_it() -> None:
    found = hedge(1e6, "U", CHAIN, TODAY, replace(Limits(), max_contracts=3))
    assert found.quantity == 3
    assert hedge(-1e6, "U", CHAIN, TODAY, replace(Limits(), max_shares=7)).quantity == 7


def test_without_a_put_nothing_is_proposed() -> None:
    worthless = Chain("U", NOW, 34.0, (put(30, JULY, -0.3, ask=0.0),))
    assert hedge(100.0, "U", worthless, TODAY, Limits()).contract is None
