"""Contract codes are read as they are written."""

from datetime import date

import pytest

from readiness.desk.contracts import Contract, parse_contract
from readiness.desk.pricing import Kind


@pytest.mark.parametrize(
    ("kind", "strike", "code"),
    [
        ("put", 32.0, "U251219P00032000"),
        ("call", 32.5, "U251219C00032500"),
        ("call", 1234.125, "U251219C01234125"),
        ("put", 0.5, "U251219P00000500"),
    ],
)
def test_code_round_trip(kind: Kind, strike: float, code: str) -> None:
    contract = Contract("U", date(2025, 12, 19), kind, strike)
    assert contract.code == code
    assert parse_contract(code) == contract


@pytest.mark.parametrize(
    "code", ["U", "", "U251219X00032000", "u251219P00032000", "U251219P0003200", "U251319P00032000"]
)
def test_other_names_are_refused(code: str) -> None:
    with pytest.raises(ValueError):
        parse_contract(code)
