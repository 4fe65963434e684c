"""Books: transfers keep their total, postings explain balances, copies are equal; each planted cent is found."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given

from readiness.integrity import Invocation, Posting, conserved_sum, ledger_identity, restored_equal
from tests.readiness.integrity.simulation import CASES, carried_out, schedule, seeds


def _bank(random: Random) -> list[Invocation]:
    def ask(random: Random, number: int) -> dict[str, Any]:
        if random.random() < 0.5:
            return {"action": "read"}
        return {"action": "transfer", "value": (random.randint(0, 2), random.randint(0, 2), random.randint(1, 5))}

    def effect(state: tuple[int, ...], one: Invocation) -> tuple[tuple[int, ...], Any]:
        if one.action == "read":
            return state, {str(place): held for place, held in enumerate(state)}
        giver, taker, sum_ = one.value
        if state[giver] < sum_:
            return state, False
        moved = list(state)
        moved[giver] -= sum_
        moved[taker] += sum_
        return tuple(moved), True

    return carried_out(schedule(random, ask, most=4), (10, 10, 10), effect)[0]


@CASES
@given(seeds)
def test_a_correct_bank_is_never_accused_and_each_missing_unit_is_found(random: Random) -> None:
    history = _bank(random)
    assert conserved_sum(history, 30, least=0).state != "invalid"
    reads = [one for one in history if one.action == "read" and one.ending == "ok"]
    if reads:
        victim = random.choice(reads)
        account = random.choice("012")
        skewed = replace(victim, result={**victim.result, account: victim.result[account] + random.choice((-1, 1))})
        verdict = conserved_sum([skewed if one is victim else one for one in history], 30)
        assert (verdict.state, verdict.witness) == ("invalid", (skewed,))


def test_a_total_may_be_right_and_an_account_too_low() -> None:
    read = Invocation(0, "read", 0, 1, result={"a": 31, "b": -1})
    assert conserved_sum([read], 30).state == "valid"
    assert "below 0" in conserved_sum([read], 30, least=0).reason
    assert conserved_sum([], 30).state == "unknown"


def _ledger(random: Random) -> tuple[dict[str, Decimal], list[Posting]]:
    """Double-entry books of some transfers, the balances counted in cents beside them."""
    cents: Counter[str] = Counter(dict.fromkeys("abc", 0))
    postings = []
    for number in range(random.randint(1, 6)):
        giver, taker = random.sample("abc", 2)
        sum_ = random.randint(1, 9999)
        cents[giver] -= sum_
        cents[taker] += sum_
        for account, sign in ((giver, -1), (taker, 1)):
            postings.append(Posting(f"{number}{account}", account, Decimal(sign * sum_) / 100, str(number)))
    return {account: Decimal(held) / 100 for account, held in cents.items()}, postings


@CASES
@given(seeds)
def test_books_in_order_are_never_accused_and_each_planted_fault_is_found(random: Random) -> None:
    balances, postings = _ledger(random)
    assert ledger_identity(balances, postings, double_entry=True).state == "valid"
    victim = random.choice(postings)
    cent = Decimal("0.01")
    others = [line for line in postings if line is not victim]
    half = {**balances, victim.account: balances[victim.account] + cent}
    planted = {
        "stands 2 times": (balances, [*postings, victim]),
        "unexplained": ({**balances, victim.account: balances[victim.account] + cent}, postings),
        "no known account": ({name: held for name, held in balances.items() if name != victim.account}, postings),
        "instead of 0": (half, [*others, victim._replace(amount=victim.amount + cent)]),
    }
    for said, (held, lines) in planted.items():
        verdict = ledger_identity(held, lines, double_entry=True)
        assert verdict.state == "invalid", said
        assert said in verdict.reason
    assert ledger_identity(balances, others).state == "invalid"
    assert ledger_identity(*planted["instead of 0"]).state == "valid"  # single-entry books know no transaction


def test_no_postings_prove_nothing_but_a_balance_without_them_is_wrong() -> None:
    assert ledger_identity({"a": Decimal(0)}, []).state == "unknown"
    assert ledger_identity({"a": Decimal("0.01")}, []).state == "invalid"


VALUES = (
    0,
    1,
    True,
    False,
    None,
    "",
    "1",
    "ä",
    b"\x00",
    1.5,
    float("nan"),
    float("inf"),
    Decimal("1.50"),
    Decimal("NaN"),
)


@CASES
@given(seeds)
def test_a_copy_in_any_order_is_equal_and_each_changed_row_is_found(random: Random) -> None:
    rows = [tuple(random.choice(VALUES) for _ in range(2)) for _ in range(random.randint(1, 5))]
    copy = random.sample(rows, len(rows))
    assert restored_equal({"t": rows}, {"t": copy}).state == "valid"
    lost = restored_equal({"t": rows}, {"t": copy[1:]})
    assert (lost.state, lost.witness[0].original - lost.witness[0].restored) == ("invalid", 1)
    assert restored_equal({"t": rows}, {"t": [*copy, copy[0]]}).state == "invalid"
    assert restored_equal({"t": rows}, {"t": [*copy[1:], ("changed", 1)]}).state == "invalid"
    assert restored_equal({"t": rows}, {}).state == "invalid"
    assert restored_equal({"t": rows}, {"t": copy, "more": []}).state == "invalid"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (float("nan"), float("nan"), True),
        (float("nan"), None, False),
        (None, "", False),
        (1, True, False),
        (1, "1", False),
        (1, Decimal("1.00"), True),
        (0.1, Decimal("0.1"), False),
        (0.5, Decimal("0.50"), True),
    ],
)
def test_what_is_equal_in_a_copy(one: object, other: object, equal: bool) -> None:
    assert (restored_equal({"t": [(one,)]}, {"t": [(other,)]}).state == "valid") == equal


def test_an_empty_original_proves_nothing() -> None:
    assert restored_equal({"t": []}, {"t": []}).state == "unknown"
    assert restored_equal({}, {}).state == "unknown"
