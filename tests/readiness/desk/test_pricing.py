"""Prices against printed textbook values, and against what must hold for any model."""

import math
import time
from collections.abc import Callable, Iterator
from itertools import product

import pytest

from readiness.desk import defects
from readiness.desk.pricing import (
    Greeks,
    Kind,
    NoSolution,
    cumulative,
    greeks,
    implied_volatility,
    price,
    probability_below,
)

KINDS: tuple[Kind, ...] = ("call", "put")
# spot, strike, years, rate, volatility
GRID = list(product((20.0, 34.0, 50.0), (30.0, 34.0, 40.0), (7 / 365, 0.25, 2.0), (0.0, 0.05), (0.15, 0.45, 1.5)))


@pytest.fixture
def wrong_greeks() -> Iterator[None]:
    defects.arm(["wrong-greeks"])
    yield
    defects.arm([])


@pytest.mark.parametrize(
    ("kind", "spot", "strike", "years", "rate", "volatility", "expected", "tolerance"),
    [
        # Hull, "Options, Futures, and Other Derivatives", example 15.6
        ("call", 42.0, 40.0, 0.5, 0.10, 0.20, 4.76, 0.005),
        ("put", 42.0, 40.0, 0.5, 0.10, 0.20, 0.81, 0.005),
        # Haug, "The Complete Guide to Option Pricing Formulas", section 1.1
        ("call", 60.0, 65.0, 0.25, 0.08, 0.30, 2.1334, 0.00005),
        # the standard at-the-money example: one year, 5 %, 20 %
        ("call", 100.0, 100.0, 1.0, 0.05, 0.20, 10.450584, 0.000001),
        ("put", 100.0, 100.0, 1.0, 0.05, 0.20, 5.573526, 0.000001),
    ],
)
def test_textbook_prices(
    kind: Kind,
    spot: float,
    strike: float,
    years: float,
    rate: float,
    volatility: float,
    expected: float,
    tolerance: float,
) -> None:
    assert price(kind, spot, strike, years, rate, volatility) == pytest.approx(expected, abs=tolerance)


def test_textbook_greeks() -> None:
    # Hull, examples 19.1-19.8: spot 49, strike 50, 5 %, 20 %, 20 weeks (0.3846 years)
    call = greeks("call", 49.0, 50.0, 0.3846, 0.05, 0.20)
    assert call.delta == pytest.approx(0.522, abs=0.0005)
    assert call.gamma == pytest.approx(0.066, abs=0.0005)
    assert call.theta * 365 == pytest.approx(-4.31, abs=0.005)
    assert call.vega == pytest.approx(12.1, abs=0.05)
    assert call.rho == pytest.approx(8.91, abs=0.005)


@pytest.mark.parametrize(("spot", "strike", "years", "rate", "volatility"), GRID)
def test_put_call_parity(spot: float, strike: float, years: float, rate: float, volatility: float) -> None:
    call, put = (price(kind, spot, strike, years, rate, volatility) for kind in KINDS)
    assert call - put == pytest.approx(spot - strike * math.exp(-rate * years), abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("spot", "strike", "years", "rate", "volatility"), GRID)
def test_greeks_are_the_slopes_of_the_price(
    kind: Kind, spot: float, strike: float, years: float, rate: float, volatility: float
) -> None:
    found = greeks(kind, spot, strike, years, rate, volatility)

    def slope(bump: Callable[[float], float], step: float) -> float:
        return (bump(step) - bump(-step)) / (2 * step)

    numeric = Greeks(
        delta=slope(lambda h: price(kind, spot + h, strike, years, rate, volatility), 1e-4),
        gamma=slope(lambda h: greeks(kind, spot + h, strike, years, rate, volatility).delta, 1e-4),
        theta=-slope(lambda h: price(kind, spot, strike, years + h, rate, volatility), 1e-6) / 365,
        vega=slope(lambda h: price(kind, spot, strike, years, rate, volatility + h), 1e-5),
        rho=slope(lambda h: price(kind, spot, strike, years, rate + h, volatility), 1e-5),
    )
    assert found == pytest.approx(numeric, rel=1e-5, abs=1e-6)
    assert (0.0 <= found.delta <= 1.0) if kind == "call" else (-1.0 <= found.delta <= 0.0)


def holds_digits(point: tuple[float, float, float, float, float]) -> bool:
    """Whether there is time value at all: a price that is all intrinsic tells nothing about the volatility."""
    return min(price(kind, *point) for kind in KINDS) >= 1e-7


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("spot", "strike", "years", "rate", "volatility"), [point for point in GRID if holds_digits(point)]
)
def test_implied_volatility_round_trip(
    kind: Kind, spot: float, strike: float, years: float, rate: float, volatility: float
) -> None:
    target = price(kind, spot, strike, years, rate, volatility)
    found = implied_volatility(kind, spot, strike, years, rate, target)
    assert price(kind, spot, strike, years, rate, found) == pytest.approx(target, abs=1e-11)
    assert found == pytest.approx(volatility, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("call", 34.0),
        ("call", 0.0),
        ("call", -1.0),
        ("call", 34.0 - 30.0),
        ("put", 30.0),
        ("put", 0.0),
        ("put", math.nan),
    ],
)
def test_price_outside_the_arbitrage_bounds_has_no_volatility(kind: Kind, target: float) -> None:
    with pytest.raises(NoSolution, match="right would be more than"):
        implied_volatility(kind, 34.0, 30.0, 0.25, 0.05, target)


def test_no_volatility_at_expiry_or_above_the_highest() -> None:
    with pytest.raises(NoSolution):
        implied_volatility("call", 34.0, 30.0, 0.0, 0.05, 5.0)
    with pytest.raises(NoSolution, match="above 20"):
        implied_volatility("call", 34.0, 34.0, 1e-6, 0.0, 33.0)


@pytest.mark.parametrize(("volatility", "years"), [(0.0, 0.5), (0.45, 0.0)])
def test_without_uncertainty_only_intrinsic_value_remains(volatility: float, years: float) -> None:
    forward_value = 34.0 - 30.0 * math.exp(-0.05 * years)
    assert price("call", 34.0, 30.0, years, 0.05, volatility) == pytest.approx(forward_value)
    assert price("put", 34.0, 30.0, years, 0.05, volatility) == 0.0
    assert greeks("call", 34.0, 30.0, years, 0.05, volatility).delta == 1.0
    assert greeks("put", 34.0, 30.0, years, 0.05, volatility) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert greeks("put", 30.0, 34.0, years, 0.05, volatility).delta == -1.0


@pytest.mark.parametrize(
    "arguments",
    [(0.0, 30.0, 0.1, 0.05, 0.4), (34.0, -1.0, 0.1, 0.05, 0.4), (34.0, 30.0, -0.1, 0.05, 0.4),
     (34.0, 30.0, 0.1, 0.05, -0.4), (math.nan, 30.0, 0.1, 0.05, 0.4), (34.0, 30.0, 0.1, math.inf, 0.4)],
)  # fmt: skip
def test_impossible_arguments_are_refused(arguments: tuple[float, float, float, float, float]) -> None:
    for function in (price, greeks):
        with pytest.raises(ValueError, match="right would be finite numbers"):
            function("call", *arguments)


def test_probability_below_is_the_slope_of_the_put_over_its_strike() -> None:
    spot, strike, years, rate, volatility, step = 34.0, 31.0, 0.1, 0.05, 0.45, 1e-4
    slope = (
        price("put", spot, strike + step, years, rate, volatility)
        - price("put", spot, strike - step, years, rate, volatility)
    ) / (2 * step)
    found = probability_below(spot, strike, years, rate, volatility)
    assert found == pytest.approx(slope * math.exp(rate * years), abs=1e-7)
    assert probability_below(34.0, 35.0, 0.0, 0.0, 0.4) == 1.0
    assert probability_below(34.0, 33.0, 0.0, 0.0, 0.4) == 0.0


def test_cumulative_against_printed_table() -> None:
    assert cumulative(0.0) == 0.5
    assert cumulative(1.96) == pytest.approx(0.9750021, abs=5e-8)
    assert cumulative(-10.0) == pytest.approx(7.62e-24, rel=1e-3)  # the far tail keeps its digits


def test_one_price_takes_microseconds() -> None:
    best = min(_seconds_per_call() for _ in range(5))
    assert best < 10e-6


@pytest.mark.usefixtures("wrong_greeks")
def test_defect_gives_the_put_the_delta_of_the_call() -> None:
    call, put = (greeks(kind, 34.0, 31.0, 0.1, 0.05, 0.45) for kind in KINDS)
    assert put.delta == call.delta > 0.5


def _seconds_per_call() -> float:
    began = time.perf_counter()
    for _ in range(1000):
        price("put", 34.0, 31.0, 0.1, 0.05, 0.45)
    return (time.perf_counter() - began) / 1000
