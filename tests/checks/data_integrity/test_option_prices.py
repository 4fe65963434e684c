"""Tests of the check option_prices."""

from typing import Any

import pytest

from checks.data_integrity.option_prices import option_prices
from readiness import Fact, Recording, Unknown

# Spot 42, strike 40, half a year, 10 %, 20 %: call 4.76, put 0.81 (Hull, example 15.6); the digits from mpmath.
TERMS = {"spot": 42.0, "strike": 40.0, "years": 0.5, "rate": 0.10, "volatility": 0.20}
CALL = {"price": 4.759422392872, "delta": 0.779131290942, "gamma": 0.049962670405, "vega": 8.813415059367}
PUT = {"price": 0.808599372900, "delta": -0.220868709058, "gamma": 0.049962670405, "vega": 8.813415059367}
THETAS = {"call": -4.559092194592 / 365, "put": -0.754174496597 / 365}


def recording(implied: float = 0.2, **wrong: float) -> Recording:
    prices: list[dict[str, Any]] = [
        {
            "asked": {"kind": kind, **TERMS},
            "price": {"status": 200, "body": {**figures, "theta": THETAS[kind], **(wrong if kind == "put" else {})}},
            "implied": {"status": 200, "body": {"volatility": implied}},
        }
        for kind, figures in (("call", CALL), ("put", PUT))
    ]
    return Recording(facts={"prices": prices})


def test_green_on_textbook_numbers() -> None:
    outcome = option_prices(recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize("figure", ["price", "delta", "gamma", "theta", "vega"])
def test_red_when_one_figure_is_wrong(figure: str) -> None:
    outcome = option_prices(recording(**{figure: 0.779131}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert figure in outcome.reason


def test_red_when_the_volatility_is_wrong() -> None:
    outcome = option_prices(recording(implied=0.21))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "implied volatility" in outcome.reason


def test_the_tolerance() -> None:
    within, beyond = option_prices(recording(implied=0.2 + 0.9e-6)), option_prices(recording(implied=0.2 + 1.1e-6))
    assert isinstance(within, Fact)
    assert isinstance(beyond, Fact)
    assert (within.passed, beyond.passed) == (True, False)


def test_unknown_without_answers() -> None:
    assert isinstance(option_prices(Recording()), Unknown)
    given = recording()
    given.facts["prices"][0]["price"] = {"status": 503, "error": "", "body": None}
    assert isinstance(option_prices(given), Unknown)
