"""Amounts in US dollars, as exact decimals. The desk rounds once, at the end, ties to even."""

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal

from readiness.desk.defects import active

CENT = Decimal("0.01")
COMMISSION = Decimal("0.65")  # per option contract, whichever side
CONTRACT_SIZE = 100  # shares that one option contract stands for

_MOST_WHOLE_DIGITS = 12
_PLAIN = re.compile(r"-?(?P<whole>[0-9]+)(\.(?P<fraction>[0-9]+))?", re.ASCII)


def cents(value: Decimal) -> Decimal:
    """Round to whole cents, ties to the even cent (0.125 -> 0.12, 0.135 -> 0.14)."""
    if active("rounding-ties"):
        return Decimal(math.floor(float(value) * 100 + 0.5)).scaleb(-2)
    return value.quantize(CENT, ROUND_HALF_EVEN)


def parse(text: str, name: str = "amount", places: int = 2) -> Decimal:
    """Read a plain decimal such as "100000.00" with at most `places` decimals; ValueError says what would be right."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise ValueError(f"{name} is {text[:40]!r}; right would be a plain decimal number such as '100000.00'")
    if len(match["fraction"] or "") > places:
        raise ValueError(f"{name} is {text[:40]!r}; right would be at most {places} decimals")
    if len(match["whole"]) > _MOST_WHOLE_DIGITS:
        raise ValueError(f"{name} is {text[:40]!r}; right would be at most {_MOST_WHOLE_DIGITS} whole digits")
    return Decimal(text)


def fee(notional: Decimal, rate: Decimal) -> Decimal:
    """notional x rate in whole cents; the product is exact before the one rounding."""
    return cents(notional * rate)


def commission(contracts: int) -> Decimal:
    """What trading this many option contracts costs; the sign of `contracts` (buy or sell) does not matter."""
    return COMMISSION * abs(contracts)
