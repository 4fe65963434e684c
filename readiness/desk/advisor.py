"""What to do next with the wheel: sell a put, hold, take profit, roll or adjust. Pure: same snapshot, same advice.

The wheel sells out-of-the-money puts on one share, about five weeks out, near a delta of 0.30. The parameters are those
of the desk's trading rules and stand, with their defaults, in `Limits`.
"""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from readiness.desk.calendar import years_until
from readiness.desk.clock import NEW_YORK
from readiness.desk.defects import active
from readiness.desk.money import CONTRACT_SIZE
from readiness.desk.pricing import Kind, price, probability_below
from readiness.desk.risk import put_margin, short_put_tail

Action = Literal["SELL_PUT", "HOLD", "ADJUST", "ROLL", "CLOSE"]

VOLATILITY_STOP = 1.20  # 120 % a year: above it the desk neither recommends nor trades

_LEAST_DELTA = 0.01  # below it a delta is as good as none, and nothing is divided by it


class Option(Protocol):
    """An option of the chain as the advisor reads it: dollars per share, iv a fraction, put deltas in -1..0."""

    @property
    def contract(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def strike(self) -> float: ...
    @property
    def expires(self) -> date: ...
    @property
    def bid(self) -> float: ...
    @property
    def ask(self) -> float: ...
    @property
    def mid(self) -> float: ...
    @property
    def iv(self) -> float: ...
    @property
    def delta(self) -> float: ...
    @property
    def open_interest(self) -> int: ...
    @property
    def volume(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Position:
    """What the account holds: signed contracts (or shares), average price in dollars per share."""

    contract: str
    quantity: int
    average_price: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a recommendation depends on: dollars, aware time, volatility and rate as fractions per year."""

    timestamp: datetime
    ticker: str
    current_price: float
    buying_power: float
    margin_used: float
    positions: Sequence[Position]
    option_chain: Sequence[Option]
    implied_volatility: float
    risk_free_rate: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The wheel's parameters. Days are calendar days, yields and moneyness fractions, prices dollars per share."""

    delta_target: float = 0.30
    max_put_delta: float = 0.45
    days_target: int = 35
    roll_days: int = 7
    moneyness_low: float = 0.70  # strike / spot
    moneyness_high: float = 1.10
    min_premium_yield: float = 0.005  # premium / strike
    roll_profit: float = 0.25  # share of the premium earned
    close_profit: float = 0.50
    roll_delta: float = 0.70
    max_puts: int = 10
    min_confidence: float = 0.25
    max_spread: float = 0.50
    min_volume: int = 10
    min_open_interest: int = 50
    commission: float = 0.65  # dollars per contract
    margin_rate: float = 0.20
    max_var: float = 0.15  # share of the account's capital
    max_cvar: float = 0.25
    max_delta: float = 200.0  # shares
    max_shares: int = 5_000  # in one order, as max_contracts and max_value (dollars)
    max_contracts: int = 500
    max_value: float = 125_000.0
    collar: float = 0.10  # of the price at the touch, beyond which no order is taken
    least_collar: float = 0.10  # dollars: cheap options move by more than a tenth at each tick


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of one short put contract held to expiry, in dollars, all zero when no contract is concerned.

    expected_return: expected profit / margin, when the share moves with the at-the-money volatility and drifts at the
    risk-free rate. edge_ratio: expected profit / max_loss. var_95, cvar_95: losses at expiry (`risk.short_put_tail`).
    """

    max_loss: float = 0.0
    probability_assignment: float = 0.0
    expected_return: float = 0.0
    edge_ratio: float = 0.0
    var_95: float = 0.0
    cvar_95: float = 0.0
    margin_required: float = 0.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One piece of advice; `confidence` is in 0..1, `details` holds the numbers behind the rationale."""

    action: Action
    rationale: str
    confidence: float
    contract: str | None = None
    strike: float | None = None
    risk: Risk = Risk()
    details: Mapping[str, float | int | str] = field(default_factory=dict)


def recommend(snapshot: Snapshot, limits: Limits) -> Recommendation:
    """The one thing to do now: what is held comes first, then a new put, else nothing."""
    volatility = snapshot.implied_volatility
    if volatility > VOLATILITY_STOP and not active("ignores-volatility"):
        rationale = f"implied volatility {volatility:.0%} is above the stop at {VOLATILITY_STOP:.0%}: no trading"
        return Recommendation("HOLD", rationale, 1.0, details={"implied_volatility": volatility})
    candidate, refused = _best_put(snapshot, limits)
    puts = _short_puts(snapshot)
    for position, option in puts:
        advice = _manage(snapshot, limits, position, option, candidate)
        if advice:
            return advice
    short = sum(-position.quantity for position, _ in puts)
    delta = _share_delta(snapshot)
    if short > limits.max_puts or abs(delta) > limits.max_delta:
        rationale = (
            f"{short} short puts (limit {limits.max_puts}), delta {delta:.0f} (limit {limits.max_delta:.0f}): reduce"
        )
        return Recommendation("ADJUST", rationale, 1.0, details={"short_puts": short, "delta": delta})
    if candidate is None:
        return Recommendation("HOLD", _explain(refused), 1.0, details=dict(refused))
    return _open(snapshot, limits, candidate, short, delta)


def assess(snapshot: Snapshot, limits: Limits, option: Option, premium: float) -> Risk:
    """The risk of being short one contract of this put for `premium` dollars per share; see `Risk`."""
    spot, rate = snapshot.current_price, snapshot.risk_free_rate
    years = years_until(option.expires, snapshot.timestamp)
    fair = price("put", spot, option.strike, years, rate, snapshot.implied_volatility)
    tail = short_put_tail(spot, option.strike, years, rate, option.iv, premium)
    margin = put_margin(spot, option.strike, premium, limits.margin_rate) * CONTRACT_SIZE
    max_loss = (option.strike - premium) * CONTRACT_SIZE + limits.commission
    profit = (premium - fair * math.exp(rate * years)) * CONTRACT_SIZE - limits.commission
    return Risk(
        max_loss=max_loss,
        probability_assignment=probability_below(spot, option.strike, years, rate, option.iv),
        expected_return=profit / margin,
        edge_ratio=profit / max_loss if max_loss > 0.0 else 0.0,
        var_95=tail.var * CONTRACT_SIZE,
        cvar_95=tail.cvar * CONTRACT_SIZE,
        margin_required=margin,
    )


def _best_put(snapshot: Snapshot, limits: Limits) -> tuple[Option | None, Counter[str]]:
    """The put to sell: the expiry nearest the target that has any, in it the delta nearest; and why others fell out."""
    refused: Counter[str] = Counter()
    eligible: list[Option] = []
    today = _today(snapshot)
    for option in snapshot.option_chain:
        if option.kind == "put":
            reason = _objection(option, snapshot.current_price, today, limits)
            if reason:
                refused[reason] += 1
            else:
                eligible.append(option)
    if not eligible:
        return None, refused
    near = min({option.expires for option in eligible}, key=lambda day: abs((day - today).days - limits.days_target))
    in_month = [option for option in eligible if option.expires == near]
    if active("random-advice"):
        return random.choice(in_month), refused
    return min(in_month, key=lambda option: _delta_distance(option, limits)), refused


def _delta_distance(option: Option, limits: Limits) -> float:
    delta = option.delta if active("put-delta-sign") else abs(option.delta)
    return abs(delta - limits.delta_target)


def _objection(option: Option, spot: float, today: date, limits: Limits) -> str | None:
    """Why this put is not sold, or None."""
    if (option.expires - today).days <= limits.roll_days:
        return "too_close_to_expiry"
    if not limits.moneyness_low <= option.strike / spot <= limits.moneyness_high:
        return "moneyness"
    if abs(option.delta) > limits.max_put_delta:
        return "delta"
    if option.mid / option.strike < limits.min_premium_yield:
        return "premium_yield"
    if option.ask - option.bid > limits.max_spread:
        return "spread"
    if option.volume < limits.min_volume:
        return "volume"
    return "open_interest" if option.open_interest < limits.min_open_interest else None


def _manage(
    snapshot: Snapshot, limits: Limits, position: Position, option: Option, candidate: Option | None
) -> Recommendation | None:
    """What a held short put asks for, or None while it is fine."""
    days = (option.expires - _today(snapshot)).days
    profit = 1.0 - option.mid / position.average_price if position.average_price > 0.0 else 0.0
    better = candidate is not None and candidate.contract != option.contract and candidate.mid > option.mid
    action: Action
    if profit >= limits.close_profit:
        action, why = "CLOSE", f"{profit:.0%} of the premium is earned (take profit at {limits.close_profit:.0%})"
    elif abs(option.delta) >= limits.roll_delta:
        action, why = "ROLL", f"delta {option.delta:.2f} has reached the limit of {limits.roll_delta:.2f}"
    elif days < limits.roll_days:
        action, why = "ROLL", f"{days} days are left (roll below {limits.roll_days})"
    elif profit >= limits.roll_profit and better:
        action, why = "ROLL", f"{profit:.0%} of the premium is earned and a new put pays more than the rest"
    else:
        return None
    details: dict[str, float | int | str] = {"profit": profit, "days": days, "delta": option.delta}
    if action == "ROLL" and candidate is not None:
        details["roll_to"] = candidate.contract
    risk = assess(snapshot, limits, option, position.average_price)
    return Recommendation(action, f"{option.contract}: {why}", 1.0, option.contract, option.strike, risk, details)


def _open(snapshot: Snapshot, limits: Limits, put: Option, short: int, delta: float) -> Recommendation:
    """Sell the candidate, as many contracts as every limit allows, unless that is none or the market is too thin."""
    risk = assess(snapshot, limits, put, put.mid)
    sizes = _sizes(snapshot, limits, put, risk, short, delta)
    contracts = min(sizes.values())
    confidence = _confidence(put, limits)
    details: dict[str, float | int | str] = {
        "delta": put.delta,
        "dte": (put.expires - _today(snapshot)).days,
        "premium": put.mid,
        "premium_yield": put.mid / put.strike,
        "volatility": put.iv,
        "contracts": contracts,
    }
    about = f"{put.contract}: delta {put.delta:.2f}, {details['dte']} days, premium {put.mid:.2f}"
    if contracts < 1:
        binding = min(sizes, key=sizes.__getitem__)
        return Recommendation("HOLD", f"{binding} allows no further put ({about})", 1.0, details=details)
    if confidence < limits.min_confidence:
        rationale = f"confidence {confidence:.2f} is below {limits.min_confidence:.2f} ({about})"
        return Recommendation("HOLD", rationale, confidence, details=details)
    return Recommendation("SELL_PUT", f"sell {about}", confidence, put.contract, put.strike, risk, details)


def _sizes(snapshot: Snapshot, limits: Limits, put: Option, risk: Risk, short: int, delta: float) -> dict[str, int]:
    """How many contracts each limit allows."""
    capital = snapshot.buying_power + snapshot.margin_used
    # the premium that comes in pays its own share of the margin
    blocked = risk.margin_required - put.mid * CONTRACT_SIZE + limits.commission
    return {
        "the number of puts": limits.max_puts - short,
        "buying power": int(snapshot.buying_power // blocked),
        "value at risk": int(limits.max_var * capital // max(risk.var_95, 1.0)),
        "conditional value at risk": int(limits.max_cvar * capital // max(risk.cvar_95, 1.0)),
        "delta": int((limits.max_delta - delta) // (max(abs(put.delta), _LEAST_DELTA) * CONTRACT_SIZE)),
    }


def _confidence(put: Option, limits: Limits) -> float:
    """How well the put fits, in 0..1: tightness of its market, less up to half of that for a delta off the target."""
    miss = min(abs(abs(put.delta) - limits.delta_target) / max(limits.delta_target, _LEAST_DELTA), 1.0)
    tightness = max(1.0 - (put.ask - put.bid) / put.mid, 0.0)
    return tightness * (1.0 - miss / 2.0)


def _short_puts(snapshot: Snapshot) -> list[tuple[Position, Option]]:
    by_contract = {option.contract: option for option in snapshot.option_chain if option.kind == "put"}
    held = ((position, by_contract.get(position.contract)) for position in snapshot.positions)
    return [(position, option) for position, option in held if option is not None and position.quantity < 0]


def _share_delta(snapshot: Snapshot) -> float:
    """The account's delta in shares; contracts that the chain no longer lists count nothing."""
    per_unit = {option.contract: option.delta * CONTRACT_SIZE for option in snapshot.option_chain}
    per_unit[snapshot.ticker] = 1.0
    return sum(position.quantity * per_unit.get(position.contract, 0.0) for position in snapshot.positions)


def _today(snapshot: Snapshot) -> date:
    return snapshot.timestamp.astimezone(NEW_YORK).date()


def _explain(refused: Counter[str]) -> str:
    if not refused:
        return "the chain lists no puts"
    return "no put passes the filters: " + ", ".join(f"{count} by {reason}" for reason, count in refused.most_common())
