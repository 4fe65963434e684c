"""Money that ends on half a cent: by which rule was it rounded, if by any?"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from functools import partial
from typing import NamedTuple

from readiness.integrity.verdict import IntegrityVerdict, invalid, unknown, valid

HALF = Decimal("0.5")
EXACT = Context(prec=60)
"""Digits for intermediate results; amounts up to 10^15 with rates of 18 decimals stay exact."""
Rule = Callable[[Decimal, int], Decimal]


class RoundedAmount(NamedTuple):
    """What should be rounded, exactly, and what was answered."""

    exact: Decimal
    answered: Decimal | None


def _by_decimal(rule: str, exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), rule, EXACT)


def _float_half_up(exact: Decimal, places: int) -> Decimal:
    """Through a binary float, floor(x + 1/2), as a handwritten rounding does."""
    return Decimal(math.floor(float(exact) * 10**places + 0.5)).scaleb(-places)


def _float_half_even(exact: Decimal, places: int) -> Decimal:
    """Through a binary float that is rounded as it is held: most ties are none there."""
    return Decimal(repr(round(float(exact), places))).quantize(Decimal(1).scaleb(-places), context=EXACT)


RULES: Mapping[str, Rule] = {
    "half even": partial(_by_decimal, ROUND_HALF_EVEN),
    "half up": partial(_by_decimal, ROUND_HALF_UP),
    "half down": partial(_by_decimal, ROUND_HALF_DOWN),
    "down": partial(_by_decimal, ROUND_DOWN),
    "up": partial(_by_decimal, ROUND_UP),
    "floor": partial(_by_decimal, ROUND_FLOOR),
    "ceiling": partial(_by_decimal, ROUND_CEILING),
    "binary float, half up": _float_half_up,
    "binary float, as held": _float_half_even,
}
"""Name -> the rule; half even is IEEE 754-2008 §4.3.1 and what banks call theirs, half up (away from 0) is commercial."""


def is_tie(exact: Decimal, places: int = 2) -> bool:
    """Whether it lies exactly between two neighbours of so many decimals."""
    return abs(EXACT.scaleb(exact, places)) % 1 == HALF


def rules_that_fit(cases: Iterable[RoundedAmount], places: int = 2) -> tuple[str, ...]:
    """Return the names of all rules that explain every answer; without ties several do."""
    found = list(cases)
    return tuple(name for name, rule in RULES.items() if all(rule(c.exact, places) == c.answered for c in found))


def money_ties(
    cases: Sequence[RoundedAmount], rule: str = "half even", places: int = 2
) -> IntegrityVerdict[RoundedAmount]:
    """Tell whether all answers follow the rule; of a wrong series the reason says which rule it follows instead.

    Unknown without a tie: there nearly all rules agree, so nothing was seen. Rounds are the amounts.
    """
    ties = sum(is_tie(case.exact, places) for case in cases)
    wrong = [case for case in cases if RULES[rule](case.exact, places) != case.answered]
    if wrong:
        fits = rules_that_fit(cases, places)
        instead = f"; all follow {fits[0]!r}" if fits else "; no known rule explains all"
        first = wrong[0]
        told = f"{first.exact} became {first.answered}, not {RULES[rule](first.exact, places)}"
        return invalid(f"{len(wrong)} of {len(cases)} are not rounded {rule}: {told}{instead}", wrong)
    if not ties:
        return unknown(f"none of the {len(cases)} amounts was a tie, so how ties are rounded was not seen")
    return valid(f"{len(cases)} amounts are rounded {rule}, {ties} of them ties", len(cases))


def split_whole(total: Decimal, parts: Sequence[Decimal], weights: Sequence[Decimal]) -> IntegrityVerdict[Decimal]:
    """Tell whether the parts of a sum add up to it, and none is a cent or more away from its exact share."""
    if not parts or len(parts) != len(weights) or not sum(weights):
        return unknown("parts and weights do not belong together")
    if (found := sum(parts)) != total:
        return invalid(f"the parts add up to {found} instead of {total}", parts)
    for part, weight in zip(parts, weights, strict=True):
        exact = EXACT.divide(EXACT.multiply(total, weight), sum(weights))
        if abs(part - exact) >= Decimal("0.01"):
            return invalid(f"{part} is a cent or more away from its share, {exact}", (part,))
    return valid(f"{len(parts)} parts add up to {total}", 1)
