"""Money is exact, and ties go to the even cent."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from readiness.desk import defects
from readiness.desk.money import cents, commission, fee, parse


@pytest.fixture
def half_up() -> Iterator[None]:
    defects.arm(["rounding-ties"])
    yield
    defects.arm([])


TIES = [
    ("0.005", "0.00"),
    ("0.015", "0.02"),
    ("0.025", "0.02"),
    ("0.035", "0.04"),
    ("0.125", "0.12"),
    ("0.135", "0.14"),
    ("1.005", "1.00"),
    ("2.675", "2.68"),  # as a float it is 2.67499...
    ("-0.125", "-0.12"),
    ("-0.135", "-0.14"),
    ("0.1250001", "0.13"),
    ("0.1349999", "0.13"),
    ("99999999999.995", "100000000000.00"),
]


@pytest.mark.parametrize(("value", "rounded"), TIES)
def test_cents_rounds_ties_to_even(value: str, rounded: str) -> None:
    assert str(cents(Decimal(value))) == rounded


@pytest.mark.parametrize(
    ("notional", "rate", "expected"),
    [("2.50", "0.05", "0.12"), ("2.70", "0.05", "0.14"), ("0.50", "0.05", "0.02"), ("1000.00", "0.0015", "1.50")],
)
def test_fee_is_rounded_once(notional: str, rate: str, expected: str) -> None:
    assert str(fee(Decimal(notional), Decimal(rate))) == expected


@pytest.mark.usefixtures("half_up")
def test_defect_rounds_ties_up() -> None:
    assert str(fee(Decimal("2.50"), Decimal("0.05"))) == "0.13"
    assert str(cents(Decimal("0.135"))) == "0.14"
    assert str(cents(Decimal("0.1349"))) == "0.13"


@pytest.mark.parametrize("text", ["0", "0.1", "100000.00", "-12.34", "999999999999.99"])
def test_parse_reads_plain_decimals_exactly(text: str) -> None:
    assert parse(text) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["", "abc", "NaN", "Infinity", "1e3", "1,000.00", "+1", " 1", "1\n", "٣", ".5", "5.", "1_000", "0x10"]
)
def test_parse_refuses_other_notations(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount is .*; right would be a plain decimal number"):
        parse(text)


def test_parse_refuses_fractions_of_cents_unless_asked() -> None:
    with pytest.raises(ValueError, match=r"cash is '0\.001'; right would be at most 2 decimals"):
        parse("0.001", name="cash")
    assert parse("0.0525", places=4) == Decimal("0.0525")


def test_parse_refuses_amounts_beyond_any_account() -> None:
    with pytest.raises(ValueError, match="at most 12 whole digits"):
        parse("1000000000000")


def test_commission_is_charged_on_both_sides() -> None:
    assert commission(1) == commission(-1) == Decimal("0.65")
    assert commission(10) == Decimal("6.50")
    assert commission(0) == 0
