"""What is traded, the market in it, and the price at which an order of some size fills there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from readiness.desk.errors import Problem
from readiness.desk.market import Chain, Quote
from readiness.desk.money import CONTRACT_SIZE, cents

IMPACT_FREE = 10  # contracts that fill without moving the market
IMPACT = Decimal("0.01")  # per share, for each contract above that
BUY_POINT, SELL_POINT = 0.9, 0.1  # where between bid and ask an order fills

Side = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is traded, and the market in it."""

    contract: str
    kind: str
    strike: Decimal | None
    expires: date | None
    bid: float
    ask: float

    @property
    def multiplier(self) -> int:
        """Shares that one unit stands for."""
        return 1 if self.kind == "stock" else CONTRACT_SIZE

    def fill_price(self, side: Side, quantity: int) -> Decimal:
        """Inside the spread, worse for large orders, never below a cent."""
        point = BUY_POINT if side == "buy" else SELL_POINT
        impact = IMPACT * max(0, quantity - IMPACT_FREE) if self.kind != "stock" else Decimal()
        middle = Decimal(str(self.bid + point * (self.ask - self.bid)))
        return max(cents(middle + impact if side == "buy" else middle - impact), Decimal("0.01"))


def find(contract: str, quote: Quote, chain: Chain) -> Instrument:
    """The share or the option of that name; a problem when it is not listed."""
    if contract == quote.symbol:
        return Instrument(contract, "stock", None, None, quote.bid, quote.ask)
    option = chain.by_contract.get(contract)
    if option is None:
        raise Problem(
            404, "unknown_contract", f"{contract!r} is not in the chain; GET /v1/chain/{quote.symbol} lists it"
        )
    strike = Decimal(str(option.strike)).quantize(Decimal("0.01"))
    return Instrument(contract, option.kind, strike, option.expires, option.bid, option.ask)
