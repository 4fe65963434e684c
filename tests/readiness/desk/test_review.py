"""The weekly review, part by part."""

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest

from readiness.desk.accounts import Account, Position
from readiness.desk.advisor import Limits
from readiness.desk.hedging import Hedge
from readiness.desk.review import balance, behaviour, expirations, integrity

SATURDAY = date(2025, 6, 14)


def held(contract: str, expires: date | None, quantity: int = -1) -> Position:
    kind = "put" if expires else "stock"
    return Position(contract, kind, Decimal(30) if expires else None, expires, quantity, Decimal("0.00"))


def account(*positions: Position) -> Account:
    return Account("a", "a", Decimal("1000.00"), Decimal("1000.00"), 1, positions)


@pytest.mark.parametrize(("days", "count"), [(1, 0), (5, 0), (6, 1), (7, 1), (34, 2), (366, 2)])
def test_the_last_day_is_included(days: int, count: int) -> None:
    friday, july = SATURDAY + timedelta(days=6), SATURDAY + timedelta(days=34)
    owner = account(held("late", july), held("soon", friday), held("gone", SATURDAY - timedelta(1)), held("U", None, 9))
    found = expirations(owner, SATURDAY, days)
    assert [one.contract for one in found] == ["soon", "late"][:count]


@pytest.mark.parametrize(("delta", "proposed"), [(200.0, False), (200.1, True), (-200.1, True), (0.0, False)])
def test_a_trade_is_proposed_beyond_the_limit_only(delta: float, proposed: bool) -> None:
    trade = Hedge(delta, 1.0, "P", "buy", 2)
    found = balance(account(held("P", SATURDAY, -3), held("Q", SATURDAY, 2)), trade, Limits())
    assert (found.trade is trade) is proposed
    assert (found.short_puts, found.short_puts_limit) == (3, 10)


@pytest.mark.parametrize(
    ("daily", "regime"), [(0.005, "calm"), (0.03, "normal"), (0.05, "high"), (0.09, "stopped"), (0.0, "calm")]
)
def test_the_regime_is_that_of_the_returns(daily: float, regime: str) -> None:
    closes = [34.0 * math.exp(daily * (number % 2)) for number in range(21)]
    found = behaviour(closes)
    # ten returns of +d and ten of -d: their standard deviation is d sqrt(20 / 19)
    assert found.realized_volatility == pytest.approx(daily * math.sqrt(20 / 19) * math.sqrt(252))
    assert (found.regime, found.sessions) == (regime, 21)


def test_too_few_sessions_say_nothing() -> None:
    assert behaviour([34.0] * 5).regime == "unknown"
    assert behaviour([]).realized_volatility is None
    assert behaviour([34.0] * 6).regime == "calm"


def test_books_and_what_should_be_gone() -> None:
    owner = account(held("today", SATURDAY), held("gone", SATURDAY - timedelta(1)), held("U", None, 5))
    found = integrity(owner, Decimal("999.99"), SATURDAY)
    assert (found.difference, found.expired) == (Decimal("0.01"), ("gone",))
