"""Tests of the check credit_limit."""

import pytest

from checks.data_integrity.credit_limit import credit_limit
from readiness import Fact, Recording, Unknown


def recording(taken: int, refused: int, cash: str | None, power: str | None) -> Recording:
    orders = [{"status": 201}] * taken + [{"status": 409}] * refused
    return Recording(facts={"credit": {"orders": orders, "cash": cash, "buying_power": power}})


@pytest.mark.parametrize(
    ("cash", "power", "passed"),
    [("1200.50", "1200.50", True), ("0.00", None, True), ("-0.01", None, False), ("500.00", "-0.01", False)],
)
def test_zero_is_the_boundary(cash: str, power: str | None, passed: bool) -> None:
    outcome = credit_limit(recording(3, 13, cash, power))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_an_overdraft_is_red_even_when_all_were_taken() -> None:
    outcome = credit_limit(recording(16, 0, "-40000.00", "-40000.00"))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "-40000.00" in outcome.reason


@pytest.mark.parametrize(
    ("taken", "refused", "cash"), [(0, 16, "100.00"), (16, 0, "1.00"), (3, 13, None), (3, 13, "?")]
)
def test_unknown_when_the_limit_was_not_tried(taken: int, refused: int, cash: str | None) -> None:
    assert isinstance(credit_limit(recording(taken, refused, cash, None)), Unknown)
    assert isinstance(credit_limit(Recording()), Unknown)
