"""The one trade that takes most of the share's movement out of an account. Pure: same delta and chain, same trade."""

from dataclasses import dataclass
from datetime import date

from readiness.desk.advisor import Limits
from readiness.desk.defects import active
from readiness.desk.instruments import Side
from readiness.desk.market import Chain, Option
from readiness.desk.money import CONTRACT_SIZE


@dataclass(frozen=True, slots=True)
class Hedge:
    """A trade and what it does: deltas in shares, before and after it. ``contract`` is None where none helps."""

    delta: float
    delta_after: float
    contract: str | None = None
    side: Side | None = None
    quantity: int = 0


def hedge(delta: float, symbol: str, chain: Chain, today: date, limits: Limits) -> Hedge:
    """Puts are bought against a positive delta, shares against a negative one; what is left is the smallest possible."""
    if delta <= 0:
        shares = min(round(-delta), limits.max_shares)
        return Hedge(delta, delta + shares, symbol, "buy", shares) if shares else Hedge(delta, delta)
    put = _protection(chain, today, limits)
    if put is None:
        return Hedge(delta, delta)
    each = -put.delta * CONTRACT_SIZE
    contracts = min(round(delta / each), limits.max_contracts)
    if not contracts:
        return Hedge(delta, delta)
    side: Side = "sell" if active("hedge-adds-risk") else "buy"
    return Hedge(delta, delta - contracts * each, put.contract, side, contracts)


def _protection(chain: Chain, today: date, limits: Limits) -> Option | None:
    """The put to buy: the expiry nearest the target, in it the delta nearest, as for the puts that are sold."""
    puts = [option for option in chain.options if option.kind == "put" and option.delta < 0 and option.ask > 0]
    return min(
        puts,
        key=lambda put: (
            abs((put.expires - today).days - limits.days_target),
            abs(abs(put.delta) - limits.delta_target),
        ),
        default=None,
    )
