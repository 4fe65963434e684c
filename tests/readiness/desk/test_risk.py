"""Risk figures against hand calculation and simulation."""

import math
import random
from statistics import fmean

import pytest

from readiness.desk.pricing import Greeks
from readiness.desk.risk import (
    SHARE,
    Holding,
    parametric_var,
    portfolio_greeks,
    put_margin,
    short_put_tail,
    value_at_risk,
)


@pytest.mark.parametrize(
    ("count", "confidence", "var", "cvar"),
    [
        # losses 1..n: the loss of rank ceil(confidence * n), and the mean from there up
        (20, 0.95, 19.0, 19.5),
        (100, 0.95, 95.0, 97.5),
        (10, 0.95, 10.0, 10.0),
        (21, 0.95, 20.0, 20.5),
        (100, 0.07, 7.0, 53.5),  # binary floats would make it rank 8
        (100, 0.99, 99.0, 99.5),
        (1, 0.95, 1.0, 1.0),
    ],
)
def test_nearest_rank_by_hand(count: int, confidence: float, var: float, cvar: float) -> None:
    returns = [-float(loss) for loss in range(1, count + 1)]
    random.Random(count).shuffle(returns)
    assert value_at_risk(returns, confidence) == (var, cvar)


def test_gains_make_a_negative_value_at_risk() -> None:
    assert value_at_risk([0.01, 0.02, 0.03], 0.95) == (-0.01, -0.01)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 95.0, math.nan])
def test_confidence_must_be_a_fraction(confidence: float) -> None:
    with pytest.raises(ValueError, match="right would be between 0 and 1"):
        value_at_risk([0.0], confidence)


def test_no_returns_have_no_value_at_risk() -> None:
    with pytest.raises(ValueError, match="at least one return"):
        value_at_risk([])


def test_parametric_var_by_hand() -> None:
    # 100 000 dollars at 25.2 % a year: 1 587.45 a day; 1.645 and 2.063 of them
    var, cvar = parametric_var(100_000.0, 0.252)
    assert var == pytest.approx(2611.14, abs=0.1)
    assert cvar == pytest.approx(3274.46, abs=0.1)
    assert parametric_var(-100_000.0, 0.252, days=4.0).var == pytest.approx(2 * var)


def test_parametric_var_agrees_with_historical_var_of_normal_returns() -> None:
    chance = random.Random(11)
    returns = [chance.gauss(0.0, 0.45 / math.sqrt(252)) for _ in range(200_000)]
    assert value_at_risk(returns) == pytest.approx(parametric_var(1.0, 0.45), rel=0.02)


@pytest.mark.parametrize("strike", [24.0, 31.0, 36.0])
def test_short_put_tail_agrees_with_simulation(strike: float) -> None:
    spot, years, rate, volatility, premium = 34.0, 0.1, 0.05, 0.60, 0.80
    chance = random.Random(5)
    drift, deviation = (rate - volatility**2 / 2) * years, volatility * math.sqrt(years)
    ends = (spot * math.exp(drift + deviation * chance.gauss(0.0, 1.0)) for _ in range(200_000))
    losses = [max(strike - end, 0.0) - premium for end in ends]
    simulated = value_at_risk([-loss for loss in losses])
    assert short_put_tail(spot, strike, years, rate, volatility, premium) == pytest.approx(simulated, abs=0.05)
    assert fmean(losses) < simulated.var or strike < 25.0


def test_short_put_tail_at_expiry_is_the_loss_itself() -> None:
    assert short_put_tail(30.0, 32.0, 0.0, 0.05, 0.45, 0.5) == (1.5, 1.5)


def test_put_margin_by_hand() -> None:
    assert put_margin(34.0, 34.0, 1.0) == pytest.approx(1.0 + 6.8)  # at the money: 20 % of the spot
    assert put_margin(34.0, 31.0, 1.0) == pytest.approx(1.0 + 6.8 - 3.0)  # less the amount out of the money
    assert put_margin(34.0, 25.0, 0.1) == pytest.approx(0.1 + 2.5)  # never less than 10 % of the strike
    assert put_margin(30.0, 34.0, 4.5) == pytest.approx(4.5 + 6.0)  # in the money: no deduction


def test_portfolio_greeks_add_up() -> None:
    put = Greeks(delta=-0.30, gamma=0.06, theta=-0.02, vega=4.0, rho=-1.0)
    total = portfolio_greeks([Holding(-2, 100, put), Holding(50, 1, SHARE)])
    assert total == pytest.approx(Greeks(delta=60.0 + 50.0, gamma=-12.0, theta=4.0, vega=-800.0, rho=200.0))
    assert portfolio_greeks([]) == (0.0, 0.0, 0.0, 0.0, 0.0)
