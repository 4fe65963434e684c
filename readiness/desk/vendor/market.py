"""The simulated market: every price is a pure function of seed, symbol and instant.

A share's log price is a sum of sine waves with seeded phases, the amplitude of each growing with the root of its
period: increments scale like those of a random walk, and any instant of any year costs the same.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from readiness.desk.calendar import third_friday, years_until
from readiness.desk.clock import NEW_YORK
from readiness.desk.contracts import Contract
from readiness.desk.pricing import Kind, price

BASE_PRICES = {"U": 34.0}
RATE = 0.05
EXPIRIES = 3

_HALF_SPREAD = 0.01
_SHORTEST_WAVE_S = 90.0
_WAVE_RATIO = 2.6180339887  # the golden ratio squared: no wave is a multiple of another
_WAVES = 14  # up to 300 days
_DAILY_AMPLITUDE = 0.008  # of the wave of one day; the sum moves about 2.5 % a day
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Wave:
    """One component of a log price: amplitude (dimensionless), angular speed per second, phase in radians."""

    amplitude: float
    speed: float
    phase: float


@dataclass(frozen=True, slots=True)
class Market:
    """What moves prices: seed, level of implied volatility (0.45 = 45 %), shift of the spot (-0.05 = -5 %)."""

    seed: int
    volatility: float = 0.45
    move: float = 0.0

    def spot(self, symbol: str, at: datetime) -> float:
        """The share's price in dollars."""
        return undisturbed_spot(self.seed, symbol, at.timestamp()) * (1.0 + self.move)

    def quote(self, symbol: str, at: datetime) -> dict[str, object]:
        """Bid, ask and last of the share, in dollars and whole cents."""
        mid = round(self.spot(symbol, at), 2)
        bid, ask = round(mid - _HALF_SPREAD, 2), round(mid + _HALF_SPREAD, 2)
        return {"symbol": symbol, "bid": bid, "ask": ask, "last": mid, "at": at.isoformat()}

    def chain(self, symbol: str, at: datetime) -> dict[str, object]:
        """All listed options: three monthly expiries, strikes from 70 % to 130 % of the spot, both kinds."""
        spot = round(self.spot(symbol, at), 2)
        options = [
            self._option(Contract(symbol, expires, kind, strike), spot, years_until(expires, at))
            for expires in monthly_expiries(at)
            for strike in strikes(spot)
            for kind in _KINDS
        ]
        return {"symbol": symbol, "spot": spot, "at": at.isoformat(), "rate": RATE, "options": options}

    def _option(self, contract: Contract, spot: float, years: float) -> dict[str, object]:
        volatility = self.volatility * skew(contract.strike / spot)
        fair = price(contract.kind, spot, contract.strike, years, RATE, volatility)
        half_spread = max(_HALF_SPREAD, 0.015 * fair)
        bid = max(math.floor((fair - half_spread) * 100.0) / 100.0, 0.01)
        ask = max(math.ceil((fair + half_spread) * 100.0) / 100.0, 0.02)
        open_interest, volume = interest(self.seed, contract, spot)
        return {
            "contract": contract.code,
            "kind": contract.kind,
            "strike": contract.strike,
            "expires": contract.expires.isoformat(),
            "bid": bid,
            "ask": ask,
            "iv": round(volatility, 6),
            "open_interest": open_interest,
            "volume": volume,
        }


_KINDS: tuple[Kind, ...] = ("put", "call")


@lru_cache
def waves(seed: int, symbol: str) -> tuple[Wave, ...]:
    """The components of a symbol's log price, shortest first."""
    chance = random.Random(f"{seed}:{symbol}")
    periods = [_SHORTEST_WAVE_S * _WAVE_RATIO**step for step in range(_WAVES)]
    return tuple(
        Wave(_DAILY_AMPLITUDE * math.sqrt(period / _DAY_S), math.tau / period, chance.uniform(0.0, math.tau))
        for period in periods
    )


def undisturbed_spot(seed: int, symbol: str, epoch_s: float) -> float:
    """The share's price in dollars before any move that a test asks for."""
    return BASE_PRICES[symbol] * math.exp(
        sum(wave.amplitude * math.sin(wave.speed * epoch_s + wave.phase) for wave in waves(seed, symbol))
    )


def strikes(spot: float) -> Iterator[float]:
    """Listed strikes in dollars: steps of 0.50 below 50 dollars of spot, else 1.00."""
    step = 0.5 if spot < 50.0 else 1.0
    for count in range(math.ceil(0.7 * spot / step), math.floor(1.3 * spot / step) + 1):
        yield count * step


def skew(moneyness: float) -> float:
    """Implied volatility relative to its level, at strike / spot: puts below the spot cost more, as for real shares."""
    x = math.log(moneyness)
    return 1.0 - 0.20 * x + 0.10 * x * x


def monthly_expiries(at: datetime) -> list[date]:
    """The next three monthly expiries after this day in New York."""
    today = at.astimezone(NEW_YORK).date()
    month = today.replace(day=1)
    found: list[date] = []
    while len(found) < EXPIRIES:
        expires = third_friday(month.year, month.month)
        if expires > today:
            found.append(expires)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def interest(seed: int, contract: Contract, spot: float) -> tuple[int, int]:
    """Open interest and the day's volume, in contracts: a seeded share of what its distance from the spot attracts."""
    attraction = math.exp(-((math.log(contract.strike / spot) / 0.18) ** 2))
    popularity, turnover = _temper(seed, contract.code)
    open_interest = int(4000 * attraction * popularity)
    return open_interest, int(open_interest * turnover)


@lru_cache(maxsize=4096)
def _temper(seed: int, code: str) -> tuple[float, float]:
    """How popular a contract is (0.2..1) and which part of its open interest trades in a day (0.1..0.5)."""
    chance = random.Random(f"{seed}:{code}")
    return chance.uniform(0.2, 1.0), chance.uniform(0.1, 0.5)
