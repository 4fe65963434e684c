"""Additions: no sum of a correct service is called wrong; every lost or doubled addition is found, also with silence."""

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.integrity import Invocation, acknowledged_sum, combination, lost_updates
from readiness.integrity.additions import TooManyCombinationsError
from tests.readiness.integrity.simulation import CASES, begin, carried_out, late, quiet, schedule, seeds


def _ask(random: Random, number: int) -> dict[str, Any]:
    return {"action": "add", "value": random.choice((random.randint(1, 9), 2**number))}


def _history(random: Random) -> tuple[list[Invocation], int]:
    planned = schedule(random, _ask)
    over = quiet([one for _, one in planned])
    history, last = carried_out(late(planned, over), 100, lambda state, one: (state + one.value, None))
    return history, last


def _read_around(history: list[Invocation], first: int, last: int) -> list[Invocation]:
    over = quiet(history)
    before = Invocation(0, "read", begin(history) - 2, begin(history) - 1, result=first)
    return [before, *history, Invocation(0, "read", over, over + 1, result=last)]


def _possible(history: list[Invocation]) -> set[int]:
    """The oracle: every amount that some choice of the unanswered additions leaves."""
    done = sum(one.value for one in history if one.ending == "ok")
    open_ = [one.value for one in history if one.ending == "info"]
    choices = (chosen for size in range(len(open_) + 1) for chosen in combinations(open_, size))
    return {100 + done + sum(chosen) for chosen in choices}


@CASES
@given(seeds)
def test_a_correct_amount_is_never_called_wrong(random: Random) -> None:
    history, last = _history(random)
    for checker in (lost_updates, acknowledged_sum):
        assert checker(_read_around(history, 100, last)).state != "invalid"


@CASES
@given(seeds, st.integers(-12, 12))
def test_any_amount_is_judged_as_the_oracle_judges_it(random: Random, off: int) -> None:
    history, last = _history(random)
    if not any(one.ending == "ok" for one in history):
        return
    verdict = acknowledged_sum(_read_around(history, 100, last + off))
    assert (verdict.state == "valid") == (last + off in _possible(history)), verdict


@CASES
@given(seeds)
def test_a_lost_addition_is_found_and_named(random: Random) -> None:
    history, last = _history(random)
    done = [one for one in history if one.ending == "ok"]
    history = [one for one in history if one.ending != "info"]
    if not done:
        return
    last = 100 + sum(one.value for one in done)
    victim = random.choice(done)
    verdict = lost_updates(_read_around(history, 100, last - victim.value))
    assert verdict.state == "invalid"
    assert sum(one.value for one in verdict.witness if one.action == "add") == victim.value
    assert verdict.power is None


@CASES
@given(st.lists(st.integers(-6, 20), max_size=7), st.integers(-10, 60))
def test_a_combination_is_found_exactly_where_one_exists(amounts: list[int], total: int) -> None:
    sums = {sum(chosen) for size in range(len(amounts) + 1) for chosen in combinations(amounts, size)}
    found = combination(amounts, total)
    assert (found is not None) == (total in sums)
    if found is not None:
        assert sum(amounts[place] for place in found) == total
        assert len(set(found)) == len(found)


def test_powers_of_two_need_no_search_and_a_hopeless_search_is_given_up() -> None:
    assert combination([2**place for place in range(300)], 5) == (0, 2)
    with pytest.raises(TooManyCombinationsError):
        combination([3**place + 1 for place in range(40)] + [2, 2], 10**30)


@pytest.mark.parametrize(
    ("after", "state", "said"),
    [
        (107, "valid", ""),
        (105, "invalid", "1 lost: 2"),
        (108, "invalid", "counted twice"),
        (None, "unknown", "not read"),
    ],
)
def test_what_each_case_says(after: int | None, state: str, said: str) -> None:
    adds = [Invocation(place, "add", 1, 3, value=2**place) for place in range(3)]
    history = _read_around(adds, 100, after or 0) if after else adds
    verdict = lost_updates(history)
    assert (verdict.state, said in verdict.reason) == (state, True), verdict


def test_additions_in_turn_prove_nothing_about_updates_but_about_acknowledgements() -> None:
    adds = [Invocation(0, "add", place, place + 0.5, value=1) for place in range(3)]
    history = _read_around(adds, 0, 3)
    assert lost_updates(history).state == "unknown"
    assert acknowledged_sum(history).state == "valid"


def test_an_unanswered_addition_counts_whole_or_not_at_all() -> None:
    adds = [Invocation(0, "add", 1, 3, value=10), Invocation(1, "add", 1, 3, "info", value=5)]
    states = [acknowledged_sum(_read_around(adds, 0, present)).state for present in (10, 15, 12)]
    assert states == ["valid", "valid", "invalid"]


def test_rounds_are_keys_and_one_bad_key_decides() -> None:
    adds = [Invocation(place, "add", 1, 3, value=2**place) for place in range(2)]
    rounds = [[replace(one, key=str(number)) for one in _read_around(adds, 0, 3)] for number in range(10)]
    verdict = lost_updates([one for part in rounds for one in part])
    assert verdict.rounds == 10
    assert verdict.power == pytest.approx(0.369043, abs=1e-6)
    rounds[4][-1] = replace(rounds[4][-1], result=2)
    verdict = lost_updates([one for part in rounds for one in part])
    assert verdict.state == "invalid"
    assert "1 of 10" in verdict.reason
