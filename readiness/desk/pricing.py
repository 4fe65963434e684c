"""Prices, Greeks and implied volatility of European options without dividends, in plain `math`.

Formulas: F. Black, M. Scholes, "The Pricing of Options and Corporate Liabilities" (1973); notation and units follow
J. Hull, "Options, Futures, and Other Derivatives", chapters 15 and 19.

Arguments everywhere: spot and strike in dollars (> 0), years to expiry (>= 0), rate continuously compounded per year
(0.05 = 5 %), volatility per square root of a year (0.45 = 45 %, >= 0).
"""

import math
from typing import Literal, NamedTuple

from readiness.desk.defects import active

Kind = Literal["call", "put"]

DAYS_IN_YEAR = 365
HIGHEST_VOLATILITY = 20.0  # 2000 %: above any quoted equity option

_SQRT_2 = math.sqrt(2.0)
_SQRT_2_PI = math.sqrt(2.0 * math.pi)
_MOST_STEPS = 100
_PRECISION = 1e-12


class Greeks(NamedTuple):
    """Sensitivities of one option on one share, in dollars.

    delta: per dollar of spot, call 0..1, put -1..0. gamma: delta per dollar of spot. theta: per calendar day (the
    annual figure / 365). vega: per 1.00 of volatility (divide by 100 for one point). rho: per 1.00 of rate.
    """

    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


class NoSolution(ValueError):  # noqa: N818 - the condition, not a fault of the program
    """No volatility gives this price: it lies outside the arbitrage bounds, or time has run out."""


def price(kind: Kind, spot: float, strike: float, years: float, rate: float, volatility: float) -> float:
    """The Black-Scholes price of one option on one share, in dollars."""
    _require_valid(spot, strike, years, rate, volatility)
    sign = 1.0 if kind == "call" else -1.0
    present_strike = strike * math.exp(-rate * years)
    deviation = volatility * math.sqrt(years)
    if deviation == 0.0:
        return max(sign * (spot - present_strike), 0.0)
    d1 = math.log(spot / present_strike) / deviation + deviation / 2.0
    return sign * (spot * cumulative(sign * d1) - present_strike * cumulative(sign * (d1 - deviation)))


def greeks(kind: Kind, spot: float, strike: float, years: float, rate: float, volatility: float) -> Greeks:
    """The sensitivities of `price`; at expiry or without volatility those of the discounted intrinsic value."""
    _require_valid(spot, strike, years, rate, volatility)
    sign = 1.0 if kind == "call" else -1.0
    present_strike = strike * math.exp(-rate * years)
    root_years = math.sqrt(years)
    deviation = volatility * root_years
    if deviation == 0.0:
        exercised = 1.0 if sign * (spot - present_strike) > 0.0 else 0.0
        carry = sign * present_strike * exercised
        return Greeks(sign * exercised, 0.0, -rate * carry / DAYS_IN_YEAR, 0.0, years * carry)
    d1 = math.log(spot / present_strike) / deviation + deviation / 2.0
    density = math.exp(-d1 * d1 / 2.0) / _SQRT_2_PI
    delta = cumulative(d1)
    if kind == "put" and not active("wrong-greeks"):
        delta -= 1.0
    carry = sign * present_strike * cumulative(sign * (d1 - deviation))
    decay = spot * density * volatility / (2.0 * root_years) + rate * carry
    gamma = density / (spot * deviation)
    return Greeks(delta, gamma, -decay / DAYS_IN_YEAR, spot * density * root_years, years * carry)


def implied_volatility(kind: Kind, spot: float, strike: float, years: float, rate: float, price: float) -> float:
    """The volatility at which the option costs `price` dollars; NoSolution outside the arbitrage bounds.

    Works on the out-of-the-money twin of the option (put-call parity), where the price is all time value and nothing is
    lost to cancellation, by Newton steps kept inside a shrinking bracket.
    """
    _require_valid(spot, strike, years, rate, 0.0)
    present_strike = strike * math.exp(-rate * years)
    sign = 1.0 if kind == "call" else -1.0
    intrinsic = max(sign * (spot - present_strike), 0.0)
    bound = spot if kind == "call" else present_strike
    if years == 0.0 or not intrinsic < price < bound:
        raise NoSolution(
            f"price {price:g} of a {kind} with {years:g} years left has no volatility; "
            f"right would be more than {intrinsic:.6g} and less than {bound:.6g}, before expiry"
        )
    return _solve(spot, present_strike, math.sqrt(years), price - intrinsic)


def probability_below(spot: float, level: float, years: float, rate: float, volatility: float) -> float:
    """The risk-neutral chance N(-d2) that the share ends below `level`, where a put of that strike is assigned."""
    _require_valid(spot, level, years, rate, volatility)
    forward = spot * math.exp(rate * years)
    deviation = volatility * math.sqrt(years)
    if deviation == 0.0:
        return 1.0 if forward < level else 0.0
    return cumulative(math.log(level / forward) / deviation + deviation / 2.0)


def cumulative(x: float) -> float:
    """The standard normal distribution function; by the complement, so that far tails keep their digits."""
    return 0.5 * math.erfc(-x / _SQRT_2)


def _solve(spot: float, present_strike: float, root_years: float, time_value: float) -> float:
    """The volatility at which the out-of-the-money option of this strike costs its time value."""
    sign = 1.0 if spot <= present_strike else -1.0
    log_ratio = math.log(spot / present_strike)
    low, high = 0.0, HIGHEST_VOLATILITY
    # the inflection point of price over volatility, from where Newton's method converges (Manaster and Koehler, 1982)
    volatility = min(max(math.sqrt(2.0 * abs(log_ratio)) / root_years, 0.05), high / 2.0)
    for _ in range(_MOST_STEPS):
        deviation = volatility * root_years
        d1 = log_ratio / deviation + deviation / 2.0
        value = sign * (spot * cumulative(sign * d1) - present_strike * cumulative(sign * (d1 - deviation)))
        excess = value - time_value
        low, high = (low, volatility) if excess > 0.0 else (volatility, high)
        vega = spot * math.exp(-d1 * d1 / 2.0) / _SQRT_2_PI * root_years
        step = volatility - excess / vega if vega > 0.0 else low
        following = step if low <= step <= high else (low + high) / 2.0
        moved, volatility = abs(following - volatility), following
        if moved <= _PRECISION * (1.0 + volatility):
            break
    if volatility > HIGHEST_VOLATILITY * 0.999_999:
        raise NoSolution(f"the price needs a volatility above {HIGHEST_VOLATILITY:g}; right would be a lower price")
    return volatility


def _require_valid(spot: float, strike: float, years: float, rate: float, volatility: float) -> None:
    in_range = spot > 0.0 and strike > 0.0 and years >= 0.0 and volatility >= 0.0
    if not (in_range and math.isfinite(spot + strike + years + rate + volatility)):
        raise ValueError(
            f"spot {spot:g}, strike {strike:g}, years {years:g}, rate {rate:g}, volatility {volatility:g}; "
            "right would be finite numbers with spot and strike above 0, years and volatility not below 0"
        )
