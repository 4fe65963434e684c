"""Option prices, Greeks and implied volatilities are right.

Why: every strike, hedge and risk figure is derived from them. They are compared with the closed form of Black and
Scholes (1973), computed here, and with put-call parity, which holds for any model. Fix: the table names the first
wrong figure.
"""

import math
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

Row = tuple[str, float, float, float, str, float | None, float]


@check(
    category="data_integrity",
    severity="critical",
    needs="exchange_sessions",
    capabilities=("pricing",),
    fix="Compare the formula of the figure in the table with a textbook (Hull, chapters 15 and 19).",
)
def option_prices(
    recording: Recording, *, tolerance: float = 1e-6, days_in_year: float = 365.0, volatility_unit: float = 1.0
) -> Fact | Unknown:
    """Theta per day of a year of 365, vega per 1.00 of volatility; 1e-6 is far below a cent and above rounding."""
    prices = recording.facts.get("prices")
    if not prices:
        return Unknown("no prices were recorded")
    for entry in prices:
        for what in ("price", "implied"):
            answer = entry[what] or {}
            if answer.get("status") != 200 or not isinstance(answer.get("body"), dict):
                return Unknown(f"{what} of {entry['asked']} answered {answer.get('error') or answer.get('status')}")
    rows = [row for entry in prices for row in _wrong(entry, tolerance, days_in_year, volatility_unit)]
    rows += _parity(prices, tolerance)
    if rows:
        columns = ("kind", "strike", "years", "volatility", "figure", "answered", "right")
        kind, strike, years, _, figure, answered, right = rows[0]
        reason = (
            f"{len(rows)} figures are wrong; {figure} of a {kind} (strike {strike:g}, {years:g} years) is answered as "
            f"{answered}, right would be {right:.6f}"
        )
        return Fact(False, reason, (Table("Wrong figures", columns, tuple(rows[:50])),))
    return Fact(True, f"{len(prices)} options agree with the closed form within {tolerance:g}", rounds=len(prices))


def _wrong(entry: dict[str, Any], tolerance: float, days: float, unit: float) -> list[Row]:
    """The figures of one option that differ from the closed form."""
    asked, answered = entry["asked"], entry["price"]["body"]
    right = _closed_form(asked)
    right = {**right, "theta": right["theta"] / days, "vega": right["vega"] * unit}
    pairs = [(name, _number(answered.get(name)), value) for name, value in right.items()]
    pairs.append(("implied volatility", _number(entry["implied"]["body"].get("volatility")), asked["volatility"]))
    return [
        (asked["kind"], asked["strike"], asked["years"], asked["volatility"], name, given, value)
        for name, given, value in pairs
        if given is None or not abs(given - value) <= tolerance * max(1.0, abs(value))
    ]


def _closed_form(asked: dict[str, Any]) -> dict[str, float]:
    """Price and Greeks per year and per 1.00, without dividends."""
    spot, strike, years, rate, sigma = (asked[name] for name in ("spot", "strike", "years", "rate", "volatility"))
    root = math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + sigma**2 / 2) * years) / (sigma * root)
    d2 = d1 - sigma * root
    discounted = strike * math.exp(-rate * years)
    density = math.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi)
    decay = -spot * density * sigma / (2 * root)
    smooth = {"gamma": density / (spot * sigma * root), "vega": spot * density * root}
    if asked["kind"] == "call":
        price = spot * _normal(d1) - discounted * _normal(d2)
        theta = decay - rate * discounted * _normal(d2)
        return {"price": price, "delta": _normal(d1), "theta": theta, **smooth}
    price = discounted * _normal(-d2) - spot * _normal(-d1)
    theta = decay + rate * discounted * _normal(-d2)
    return {"price": price, "delta": _normal(d1) - 1, "theta": theta, **smooth}


def _parity(prices: list[dict[str, Any]], tolerance: float) -> list[Row]:
    """Pairs for which call - put is not spot - discounted strike."""
    found: dict[tuple[float, ...], dict[str, float]] = {}
    for entry in prices:
        asked, price = entry["asked"], _number(entry["price"]["body"].get("price"))
        terms = tuple(asked[name] for name in ("spot", "strike", "years", "rate", "volatility"))
        found.setdefault(terms, {})[asked["kind"]] = math.nan if price is None else price
    rows: list[Row] = []
    for (spot, strike, years, rate, sigma), pair in found.items():
        right = spot - strike * math.exp(-rate * years)
        if len(pair) == 2 and not abs(pair["call"] - pair["put"] - right) <= tolerance * spot:
            rows.append(("call - put", strike, years, sigma, "parity", pair["call"] - pair["put"], right))
    return rows


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
