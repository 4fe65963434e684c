"""What can be lost: value at risk, margin and the Greeks of a portfolio.

Losses are positive numbers throughout (a negative value at risk is a gain even in the bad case).
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import NamedTuple

from readiness.desk.pricing import Greeks, cumulative

SHARE = Greeks(delta=1.0, gamma=0.0, theta=0.0, vega=0.0, rho=0.0)
TRADING_DAYS = 252

_STANDARD_NORMAL = NormalDist()


class Tail(NamedTuple):
    """The loss that is not exceeded with the stated confidence (var), and the mean loss beyond it (cvar)."""

    var: float
    cvar: float


class Holding(NamedTuple):
    """A position as risk sees it: signed quantity, shares per unit (contract 100, share 1), Greeks per share."""

    quantity: int
    multiplier: int
    greeks: Greeks


def value_at_risk(returns: Sequence[float], confidence: float = 0.95) -> Tail:
    """Historical value at risk by nearest rank, in the unit and over the horizon of `returns` (losses negative).

    var is the loss of rank ceil(confidence x n) among the n losses in ascending order; cvar is the mean of that loss
    and all larger ones (P. Jorion, "Value at Risk", chapter 10).
    """
    if not returns:
        raise ValueError("value at risk of no returns; right would be at least one return")
    _require_confidence(confidence)
    losses = sorted(-value for value in returns)
    # as a decimal: ceil(0.07 * 100) of binary floats would be 8
    rank = max(math.ceil(Decimal(str(confidence)) * len(losses)), 1)
    tail = losses[rank - 1 :]
    return Tail(tail[0], math.fsum(tail) / len(tail))


def parametric_var(exposure: float, volatility: float, days: float = 1.0, confidence: float = 0.95) -> Tail:
    """Delta-normal value at risk in dollars over `days` trading days, with zero drift.

    exposure: dollars that move one for one with the share (its absolute value counts); volatility: per year, as a
    fraction. var = exposure x volatility x sqrt(days / 252) x z; cvar replaces z by density(z) / (1 - confidence).
    """
    _require_confidence(confidence)
    scale = abs(exposure) * volatility * math.sqrt(days / TRADING_DAYS)
    z = _STANDARD_NORMAL.inv_cdf(confidence)
    return Tail(scale * z, scale * _STANDARD_NORMAL.pdf(z) / (1.0 - confidence))


def short_put_tail(
    spot: float, strike: float, years: float, rate: float, volatility: float, premium: float, confidence: float = 0.95
) -> Tail:
    """Value at risk of one short put, held to expiry, in dollars per share; the share is lognormal with drift `rate`.

    With F the forward and s = volatility x sqrt(years), the worst (1 - confidence) of all outcomes lie below
    q = F exp(z s - s^2 / 2). cvar rests on E[(K - S) 1{S < m}] = K N(y) - F N(y - s), the Black-Scholes integral up to
    m = min(K, q), with y = (ln(m / F) + s^2 / 2) / s.
    """
    _require_confidence(confidence)
    forward = spot * math.exp(rate * years)
    deviation = volatility * math.sqrt(years)
    if deviation == 0.0:
        loss = max(strike - forward, 0.0) - premium
        return Tail(loss, loss)
    quantile = forward * math.exp(_STANDARD_NORMAL.inv_cdf(1.0 - confidence) * deviation - deviation**2 / 2.0)
    y = (math.log(min(strike, quantile) / forward) + deviation**2 / 2.0) / deviation
    expected = strike * cumulative(y) - forward * cumulative(y - deviation)
    return Tail(max(strike - quantile, 0.0) - premium, expected / (1.0 - confidence) - premium)


def put_margin(spot: float, strike: float, premium: float, rate: float = 0.20) -> float:
    """What a broker sets aside for one short put, in dollars per share.

    Premium plus the larger of rate x spot less the amount out of the money, and 10 % of the strike (the minimum of
    Cboe's margin manual and FINRA rule 4210 (f)(2)(E) for equity options, with rate 0.20).
    """
    return premium + max(rate * spot - max(spot - strike, 0.0), 0.10 * strike)


def portfolio_greeks(positions: Iterable[Holding]) -> Greeks:
    """The Greeks of the whole portfolio: delta and gamma in shares, the others in dollars."""
    totals = [0.0] * len(Greeks._fields)
    for position in positions:
        shares = position.quantity * position.multiplier
        totals = [total + shares * value for total, value in zip(totals, position.greeks, strict=True)]
    return Greeks(*totals)


def _require_confidence(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence!r}; right would be between 0 and 1, such as 0.95")
