"""Tests of the check volatility_stop."""

from typing import Any

import pytest

from checks.data_integrity.volatility_stop import volatility_stop
from readiness import Fact, Recording, Unknown


def condition(volatility: float, action: str, order: int, error: str = "") -> dict[str, Any]:
    put = {"kind": "put", "expires": "2025-07-18", "strike": "34.00", "iv": volatility}
    return {
        "chain": {"body": {"spot": "34.10", "options": [put]}},
        "advice": {"status": 200, "body": {"action": action}},
        "order": {"status": order, "error": error},
    }


def recording(wild: dict[str, Any], calm: int = 201) -> Recording:
    facts = {"calm": condition(0.45, "SELL_PUT", calm), "fall": condition(1.3, "HOLD", 409), "rise": wild}
    return Recording(facts=facts)


def test_green_when_trading_stops() -> None:
    outcome = volatility_stop(recording(condition(1.3, "HOLD", 409)))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 2


@pytest.mark.parametrize(
    ("action", "order", "error", "said"),
    [
        ("SELL_PUT", 409, "", "SELL_PUT is advised"),
        ("HOLD", 201, "", "order answered 201"),
        ("HOLD", 500, "", "order answered 500"),
        ("HOLD", 0, "timeout", "order answered timeout"),
    ],
)
def test_red_when_it_goes_on(action: str, order: int, error: str, said: str) -> None:
    outcome = volatility_stop(recording(condition(1.3, action, order, error)))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


def test_unknown_at_the_stop_and_without_calm_orders() -> None:
    assert isinstance(volatility_stop(Recording()), Unknown)
    assert isinstance(volatility_stop(recording(condition(1.20, "SELL_PUT", 201))), Unknown)
    assert isinstance(volatility_stop(recording(condition(1.3, "HOLD", 409), calm=409)), Unknown)
