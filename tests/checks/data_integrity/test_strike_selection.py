"""Tests of the check strike_selection."""

import pytest

from checks.data_integrity.strike_selection import strike_selection
from readiness import Fact, Recording, Unknown


def recording(contract: str | None, *deltas: float) -> Recording:
    options = [
        {"contract": f"P{n}", "kind": "put", "strike": str(30 + n), "expires": "2025-07-18", "delta": delta}
        for n, delta in enumerate(deltas)
    ]
    options.append({"contract": "C", "kind": "call", "strike": "30", "expires": "2025-07-18", "delta": 0.3})
    advice = {"action": "SELL_PUT", "contract": contract, "rationale": "because"}
    return Recording(facts={"chain": {"body": {"options": options}}, "advice": {"status": 200, "body": advice}})


def test_green_for_the_nearest_delta() -> None:
    outcome = strike_selection(recording("P1", -0.05, -0.29, -0.42))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("contract", "said"), [("P0", "0.15 to 0.45"), ("P2", "is nearer"), ("C", "call"), ("X", "not in")]
)
def test_red_for_another(contract: str, said: str) -> None:
    outcome = strike_selection(recording(contract, -0.05, -0.29, -0.42))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


@pytest.mark.parametrize(("delta", "passed"), [(-0.15, True), (-0.149, False), (-0.45, True), (-0.451, False)])
def test_the_range(delta: float, passed: bool) -> None:
    outcome = strike_selection(recording("P0", delta))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_without_advice() -> None:
    assert isinstance(strike_selection(Recording()), Unknown)
    assert isinstance(strike_selection(recording(None, -0.3)), Unknown)
