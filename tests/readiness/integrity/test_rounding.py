"""Rounding: each rule recognises itself, and ties tell them apart; integer arithmetic is the oracle."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.integrity import RoundedAmount, is_tie, money_ties, rules_that_fit, split_whole
from readiness.integrity.rounding import RULES
from tests.readiness.integrity.simulation import CASES, seeds

mills = st.integers(-(10**15), 10**15)
TELLING = [Decimal(text) for text in ("0.125", "0.135", "-0.125", "-0.135", "1.015", "0.121", "-0.121", "0.129")]


def _half_even(mills: int) -> Decimal:
    """The oracle, in whole numbers: thousandths to hundredths."""
    whole, rest = divmod(mills, 10)
    return Decimal(whole + (rest > 5 or (rest == 5 and whole % 2 == 1))).scaleb(-2)


def _half_up(mills: int) -> Decimal:
    whole, rest = divmod(abs(mills), 10)
    return Decimal((whole + (rest >= 5)) * (1 if mills >= 0 else -1)).scaleb(-2)


@CASES
@given(mills)
def test_both_bankers_and_commercial_rounding_agree_with_whole_numbers(mills: int) -> None:
    exact = Decimal(mills).scaleb(-3)
    assert RULES["half even"](exact, 2) == _half_even(mills)
    assert RULES["half up"](exact, 2) == _half_up(mills)
    assert is_tie(exact) == (abs(mills) % 10 == 5)


@CASES
@given(st.lists(mills, min_size=1, max_size=6))
def test_right_answers_are_never_called_wrong_and_a_wrong_cent_always_is(found: list[int]) -> None:
    cases = [RoundedAmount(Decimal(one).scaleb(-3), _half_even(one)) for one in found]
    verdict = money_ties(cases)
    assert verdict.state == ("valid" if any(abs(one) % 10 == 5 for one in found) else "unknown")
    wrong = [*cases[1:], cases[0]._replace(answered=_half_even(found[0]) + Decimal("0.01"))]
    assert money_ties(wrong).witness == (wrong[-1],)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_recognised_by_a_few_telling_amounts(rule: str) -> None:
    cases = [RoundedAmount(exact, RULES[rule](exact, 2)) for exact in TELLING]
    assert rules_that_fit(cases) == (rule,)
    verdict = money_ties(cases)
    assert verdict.state == ("valid" if rule == "half even" else "invalid")
    if rule != "half even":
        assert f"all follow {rule!r}" in verdict.reason


def test_amounts_that_no_rule_explains_and_answers_that_are_none() -> None:
    broken = money_ties([RoundedAmount(Decimal("0.125"), Decimal(7))])
    assert "no known rule" in broken.reason
    assert money_ties([RoundedAmount(Decimal("0.125"), None)]).state == "invalid"
    assert money_ties([]).state == "unknown"


def test_large_amounts_stay_exact() -> None:
    exact = Decimal("999999999999999.125")
    assert money_ties([RoundedAmount(exact, Decimal("999999999999999.12"))]).state == "valid"
    assert money_ties([RoundedAmount(exact, Decimal("999999999999999.13"))]).state == "invalid"


@CASES
@given(seeds)
def test_parts_by_largest_remainder_are_whole_and_a_lost_cent_is_found(random: Random) -> None:
    total, weights = random.randint(1, 10**6), [random.randint(1, 9) for _ in range(random.randint(1, 6))]
    shares = [divmod(total * weight, sum(weights)) for weight in weights]
    parts = [whole for whole, _ in shares]
    for place in sorted(range(len(parts)), key=lambda place: -shares[place][1])[: total - sum(parts)]:
        parts[place] += 1
    cents, scale = [Decimal(part) / 100 for part in parts], [Decimal(weight) for weight in weights]
    assert split_whole(Decimal(total) / 100, cents, scale).state == "valid"
    lost = [cents[0] - Decimal("0.01"), *cents[1:]]
    assert "instead of" in split_whole(Decimal(total) / 100, lost, scale).reason
    if len(cents) > 1:
        shifted = [cents[0] - Decimal("0.02"), cents[1] + Decimal("0.02"), *cents[2:]]
        assert "away from its share" in split_whole(Decimal(total) / 100, shifted, scale).reason


def test_a_sum_in_three_equal_rounded_parts_loses_a_cent() -> None:
    third = [Decimal("33.33")] * 3
    assert split_whole(Decimal(100), third, [Decimal(1)] * 3).state == "invalid"
    assert split_whole(Decimal(100), [Decimal("33.34"), *third[1:]], [Decimal(1)] * 3).state == "valid"
    assert split_whole(Decimal(100), [], []).state == "unknown"
