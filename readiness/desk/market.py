"""What the desk knows of the market: quotes, options with their Greeks, and chains ready to be sent."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from readiness.desk import pricing
from readiness.desk.calendar import years_until
from readiness.desk.pricing import Kind

RISK_FREE_RATE = 0.05


def price_text(price: float) -> str:
    """A price as the decimal string that money is sent as."""
    return f"{price:.2f}"


@dataclass(frozen=True, slots=True)
class Quote:
    """The market in the shares of one symbol."""

    symbol: str
    at: datetime
    bid: float
    ask: float
    last: float
    quality: str

    def age_seconds(self, now: datetime) -> float:
        """How old the quote is at the exchange's clock."""
        return (now - self.at).total_seconds()

    def body(self, now: datetime) -> bytes:
        """The quote as JSON."""
        fields = {
            "symbol": self.symbol,
            "bid": price_text(self.bid),
            "ask": price_text(self.ask),
            "last": price_text(self.last),
            "at": self.at.isoformat(),
            "age_seconds": round(self.age_seconds(now), 3),
            "quality": self.quality,
        }
        return json.dumps(fields).encode()


@dataclass(frozen=True, slots=True)
class Option:
    """The market in one option contract, with the Greeks at its implied volatility."""

    contract: str
    kind: Kind
    strike: float
    expires: date
    bid: float
    ask: float
    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    open_interest: int
    volume: int
    quality: str

    @property
    def mid(self) -> float:
        """The middle of the market."""
        return (self.bid + self.ask) / 2

    def fields(self) -> dict[str, object]:
        """The option as it is sent."""
        return {
            "contract": self.contract,
            "kind": self.kind,
            "strike": price_text(self.strike),
            "expires": self.expires.isoformat(),
            "bid": price_text(self.bid),
            "ask": price_text(self.ask),
            "mid": f"{self.mid:.3f}",
            "iv": self.iv,
            "delta": self.delta,
            "gamma": self.gamma,
            "theta": self.theta,
            "vega": self.vega,
            "open_interest": self.open_interest,
            "volume": self.volume,
            "quality": self.quality,
        }


@dataclass(frozen=True)
class Chain:
    """All options of a symbol at one instant. What is derived from it is computed once, on first use."""

    symbol: str
    at: datetime
    spot: float
    options: tuple[Option, ...] = field(repr=False)

    @cached_property
    def body(self) -> bytes:
        """The chain as JSON; hundreds of requests share one computation."""
        options = [option.fields() for option in self.options]
        head = {"symbol": self.symbol, "spot": price_text(self.spot), "at": self.at.isoformat()}
        return json.dumps(head | {"options": options}, separators=(",", ":")).encode()

    @cached_property
    def by_contract(self) -> dict[str, Option]:
        """The options by their contract's name."""
        return {option.contract: option for option in self.options}

    @cached_property
    def at_the_money_volatility(self) -> float:
        """The implied volatility of the nearest expiry's put whose strike is nearest to the spot."""
        puts = [option for option in self.options if option.kind == "put"]
        if not puts:
            return 0.0
        return min(puts, key=lambda put: (put.expires, abs(put.strike - self.spot))).iv

    def age_seconds(self, now: datetime) -> float:
        """How old the chain is at the exchange's clock."""
        return (now - self.at).total_seconds()


def option_greeks(kind: Kind, spot: float, strike: float, expires: date, iv: float, at: datetime) -> dict[str, float]:
    """The Greeks that the chain shows, rounded to what a reader can use."""
    greeks = pricing.greeks(kind, spot, strike, years_until(expires, at), RISK_FREE_RATE, iv)
    return {name: round(getattr(greeks, name), 6) for name in ("delta", "gamma", "theta", "vega")}
