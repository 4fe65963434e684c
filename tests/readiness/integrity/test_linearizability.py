"""The search agrees with brute force over every order, on registers and amounts, with unanswered and refused calls."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given

from readiness.integrity import Invocation, amount, linearizable, linearizable_sums, register
from readiness.integrity.linearizability import IMPOSSIBLE
from tests.readiness.integrity.simulation import CASES, carried_out, schedule, seeds


def _brute_force(history: list[Invocation], step: Callable[[Any, Invocation], Any], state: Any) -> bool:
    """Try every order of every choice: whatever nothing left over precedes may come next."""
    left = [one for one in history if one.possible]

    def explained(state: Any, left: list[Invocation]) -> bool:
        if not any(one.ending == "ok" for one in left):
            return True
        for one in left:
            if any(other.precedes(one) for other in left):
                continue
            after = step(state, replace(one, result=state) if one.ending == "info" and one.action == "read" else one)
            if after is not IMPOSSIBLE and explained(after, [other for other in left if other is not one]):
                return True
        return False

    return explained(state, left)


def _ask_register(random: Random, number: int) -> dict[str, Any]:
    action = random.choice(("read", "write", "cas"))
    value = {"read": None, "write": random.randint(0, 2), "cas": (random.randint(0, 2), random.randint(0, 2))}
    return {"action": action, "value": value[action]}


def _register(random: Random) -> list[Invocation]:
    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        if one.action == "read":
            return state, state
        if one.action == "write":
            return one.value, None
        return (one.value[1], True) if one.value[0] == state else (state, False)

    history, _ = carried_out(schedule(random, _ask_register), 0, effect)
    # a swap that found something else did surely not happen
    return [replace(one, ending="fail") if one.action == "cas" and one.result is False else one for one in history]


def _amount(random: Random) -> list[Invocation]:
    def ask(random: Random, number: int) -> dict[str, Any]:
        adds = random.random() < 0.6
        return {"action": "add" if adds else "read", "value": random.randint(1, 3) if adds else None}

    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        after = state + (one.value or 0)
        return after, after if one.action == "read" or random.random() < 0.5 else None

    return carried_out(schedule(random, ask), 0, effect)[0]


@CASES
@given(seeds)
def test_a_correct_register_is_always_valid(random: Random) -> None:
    history = _register(random)
    assert linearizable(history, register, 0).state in ("valid", "unknown")
    assert (linearizable(history, register, 0).state == "unknown") == (not any(one.ending == "ok" for one in history))


@CASES
@given(seeds)
def test_a_correct_amount_is_never_invalid(random: Random) -> None:
    assert linearizable(_amount(random), amount, 0).state != "invalid"


@CASES
@given(seeds)
def test_any_register_history_is_judged_as_brute_force_judges_it(random: Random) -> None:
    history = [
        replace(one, result=random.randint(0, 2)) if one.action == "read" and random.random() < 0.4 else one
        for one in _register(random)
    ]
    assert (linearizable(history, register, 0).state == "invalid") == (not _brute_force(history, register, 0))


@CASES
@given(seeds)
def test_any_amount_history_is_judged_as_brute_force_judges_it(random: Random) -> None:
    history = [
        replace(one, result=one.result + random.choice((-1, 0, 1))) if one.result is not None else one
        for one in _amount(random)
    ]
    assert (linearizable(history, amount, 0).state == "invalid") == (not _brute_force(history, amount, 0))


def _sums(random: Random) -> list[Invocation]:
    def ask(random: Random, number: int) -> dict[str, Any]:
        adds = random.random() < 0.5
        return {"action": "add" if adds else "read", "value": 2**number if adds else None}

    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        after = state + (one.value or 0)
        return after, after if one.action == "read" else None

    return carried_out(schedule(random, ask, most=4), 0, effect)[0]


@CASES
@given(seeds)
def test_sums_of_powers_of_two_are_judged_as_the_search_judges_them(random: Random) -> None:
    right = _sums(random)
    assert linearizable_sums(right, 0).state != "invalid"
    values = [one.result for one in right if one.result is not None]
    broken = [
        replace(one, result=random.choice([*values, one.result ^ 1, one.result ^ 2 ** random.randrange(12)]))
        if one.result is not None
        else one
        for one in right
    ]
    verdict = linearizable_sums(broken, 0)
    if verdict.state != "unknown":
        assert verdict.state == linearizable(broken, amount, 0).state, verdict


@CASES
@given(seeds)
def test_sums_that_tell_nothing_are_searched(random: Random) -> None:
    right = _amount(random)
    assert linearizable_sums(right, 0).state != "invalid"
    broken = [replace(one, result=one.result + 1) if one.result and one.action == "read" else one for one in right]
    verdict = linearizable_sums(broken, 0)
    if verdict.state != "unknown":
        assert verdict.state == linearizable(broken, amount, 0).state, verdict


def test_a_stale_read_is_invalid_and_named() -> None:
    history = [
        Invocation(0, "write", 0, 1, value=7),
        Invocation(1, "read", 2, 3, result=0),
        Invocation(2, "read", 2.5, 4, result=7),
    ]
    verdict = linearizable(history, register, 0)
    assert verdict.state == "invalid"
    assert verdict.witness == (history[1], history[2])
    assert linearizable([replace(history[0], ending="info"), *history[1:]], register, 0).state == "valid"


def test_keys_are_searched_apart() -> None:
    good = [Invocation(0, "write", 0, 1, key="a", value=1), Invocation(0, "read", 2, 3, key="a", result=1)]
    bad = [replace(one, key="b", result=2 if one.action == "read" else None) for one in good]
    assert linearizable(good, register, 0).rounds == 2
    assert "1 of 2 parts" in linearizable([*good, *bad], register, 0).reason


def test_a_search_without_end_says_unknown() -> None:
    # 26 unanswered additions of different amounts: every subset is another state, and no answer fits any
    open_ = [Invocation(place, "add", 0, 1, "info", value=2**place) for place in range(26)]
    verdict = linearizable([*open_, Invocation(99, "read", 2, 3, result=-1)], amount, 0, seconds=0.05)
    assert verdict.state == "unknown"
    assert "time" in verdict.reason


def test_an_action_that_the_object_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="register knows"):
        linearizable([Invocation(0, "pop", 0, 1)], register, 0)
    with pytest.raises(ValueError, match="amount knows"):
        linearizable([Invocation(0, "pop", 0, 1)], amount, 0)
