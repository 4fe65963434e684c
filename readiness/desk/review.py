"""The weekly review of an account: what expires, what is out of balance, how the market behaved, whether the books agree.

It asks no vendor: on a Saturday there is none to ask.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from readiness.desk.accounts import Account
from readiness.desk.advisor import VOLATILITY_STOP, Limits
from readiness.desk.defects import active
from readiness.desk.hedging import Hedge
from readiness.desk.risk import TRADING_DAYS

Regime = Literal["calm", "normal", "high", "stopped", "unknown"]

CALM, HIGH = 0.30, 0.60  # realized volatility a year: below, and from here on, other than usual for a single share
LEAST_RETURNS = 5


@dataclass(frozen=True, slots=True)
class Expiration:
    """An option of the account that is about to expire."""

    contract: str
    expires: date
    days: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What is beyond its limit, and the trade that would mend most of it; deltas in shares."""

    delta: float
    delta_limit: float
    short_puts: int
    short_puts_limit: int
    trade: Hedge | None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the share moved: standard deviation of its daily log returns, as a fraction a year."""

    sessions: int
    realized_volatility: float | None
    regime: Regime


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether cash is what its ledger adds up to, and which positions should be gone."""

    cash: Decimal
    ledger: Decimal
    difference: Decimal
    expired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """One account on one day."""

    account: str
    date: date
    days: int
    expirations: tuple[Expiration, ...]
    rebalancing: Balance
    regime: Behaviour
    integrity: Integrity


def expirations(account: Account, today: date, days: int) -> tuple[Expiration, ...]:
    """The options that expire within ``days`` calendar days, the last day included, soonest first."""
    last = today + timedelta(days=days - 1 if active("review-ends-early") else days)
    found = [
        Expiration(held.contract, held.expires, (held.expires - today).days, held.quantity)
        for held in account.positions
        if held.expires is not None and today <= held.expires <= last
    ]
    return tuple(sorted(found, key=lambda one: (one.expires, one.contract)))


def balance(account: Account, proposed: Hedge, limits: Limits) -> Balance:
    """The account's delta and puts beside their limits; the trade is proposed only where the delta is beyond its own."""
    short = -sum(held.quantity for held in account.short_puts())
    beyond = abs(proposed.delta) > limits.max_delta
    return Balance(proposed.delta, limits.max_delta, short, limits.max_puts, proposed if beyond else None)


def behaviour(closes: Sequence[float]) -> Behaviour:
    """The regime of the latest sessions, from their closing prices; too few say nothing."""
    returns = [math.log(after / before) for before, after in pairwise(closes)]
    if len(returns) < LEAST_RETURNS:
        return Behaviour(len(closes), None, "unknown")
    volatility = statistics.stdev(returns) * math.sqrt(TRADING_DAYS)
    regime: Regime = "calm" if volatility < CALM else "normal" if volatility < HIGH else "high"
    return Behaviour(len(closes), volatility, "stopped" if volatility > VOLATILITY_STOP else regime)


def integrity(account: Account, ledger: Decimal, today: date) -> Integrity:
    """The books of the account as they stand."""
    expired = tuple(held.contract for held in account.positions if held.expires is not None and held.expires < today)
    return Integrity(account.cash, ledger, account.cash - ledger, expired)
