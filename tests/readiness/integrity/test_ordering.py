"""Sequences, queues and tokens: correct ones pass in every history, each planted disorder is found."""

from dataclasses import replace
from itertools import count, permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given

from readiness.integrity import Invocation, at_least_once, fencing, gapless_sequence, order_per_key
from tests.readiness.integrity.simulation import CASES, carried_out, late, quiet, schedule, seeds


def _taken(random: Random) -> list[Invocation]:
    planned = schedule(random, lambda random, number: {"action": "take"})
    return carried_out(planned, 1, lambda state, one: (state + 1, state))[0]


def _could_be(history: list[Invocation], first: int) -> bool:
    """The oracle: in some order within real time a counter gives out exactly these numbers."""
    possible = [one for one in history if one.possible]
    for size in range(len(possible) + 1):
        for order in permutations(possible, size):
            left = [one for one in possible if one not in order]
            fits = not any(one.ending == "ok" for one in left) and all(
                one.ending == "info" or one.result == first + place for place, one in enumerate(order)
            )
            in_time = not any(b.precedes(a) for place, a in enumerate(order) for b in order[place:])
            if fits and in_time:
                return True
    return False


@CASES
@given(seeds)
def test_a_correct_sequence_is_never_called_wrong(random: Random) -> None:
    history = _taken(random)
    assert gapless_sequence(history, first=1).state != "invalid"
    assert gapless_sequence(history).state != "invalid"


@CASES
@given(seeds)
def test_what_is_called_wrong_is_impossible_and_the_impossible_is_called_wrong(random: Random) -> None:
    planned = schedule(random, lambda random, number: {"action": "take"}, processes=3, most=2)
    history = [
        replace(one, result=max(1, one.result + random.choice((0, 0, 1, -1)))) if one.result else one
        for one in carried_out(planned, 1, lambda state, one: (state + 1, state))[0]
    ]
    verdict = gapless_sequence(history, first=1)
    if any(one.ending == "info" for one in history):
        assert verdict.state != "invalid" or not _could_be(history, 1)  # sound; silence may hide a fault
    elif sum(one.ending == "ok" for one in history) > 1:
        assert (verdict.state == "invalid") == (not _could_be(history, 1))


def test_each_disorder_of_a_sequence() -> None:
    taken = [Invocation(0, "take", place, place + 0.5, result=place + 1) for place in range(4)]
    assert gapless_sequence(taken, first=1).rounds == 4
    assert "twice" in gapless_sequence([*taken, replace(taken[3], process=1)]).reason
    assert "missing" in gapless_sequence([taken[0], *taken[2:]]).reason
    assert "missing" in gapless_sequence(taken[1:], first=1).reason
    assert gapless_sequence([taken[0], *taken[2:]], gapless=False).state == "valid"
    assert gapless_sequence([taken[0], replace(taken[1], ending="info"), *taken[2:]]).state == "valid"
    assert "after" in gapless_sequence([replace(taken[0], result=5), *taken[1:]]).reason
    assert "below" in gapless_sequence(taken, first=2).reason
    assert gapless_sequence(taken[:1]).state == "unknown"


def _sent(random: Random) -> tuple[list[Invocation], list[int]]:
    planned = schedule(random, lambda random, number: {"action": "send", "value": number})
    planned = late(planned, quiet([one for _, one in planned]))
    history, queue = carried_out(planned, [], lambda state, one: ([*state, one.value], None))
    return history, [message for message in queue for _ in range(random.choice((1, 1, 2)))]


@CASES
@given(seeds)
def test_a_correct_queue_loses_nothing_and_each_loss_is_found(random: Random) -> None:
    history, handled = _sent(random)
    assert at_least_once(history, handled).state != "invalid"
    assert at_least_once(history, handled, most=2).state != "invalid"
    accepted = [one for one in history if one.ending == "ok"]
    if accepted:
        victim = random.choice(accepted)
        lost = at_least_once(history, [message for message in handled if message != victim.value])
        assert (lost.state, lost.witness) == ("invalid", (victim,))
        assert at_least_once(history, [*handled, victim.value, victim.value], most=2).state == "invalid"
        assert at_least_once(history, [*handled, -1]).state == "invalid"
        refused = [replace(one, ending="fail") for one in history]
        assert at_least_once(refused, handled).state == "invalid"


def test_a_queue_that_accepted_nothing_proves_nothing() -> None:
    assert at_least_once([Invocation(0, "send", 0, 1, "info", value=1)], []).state == "unknown"


def _messages(random: Random) -> list[tuple[str, int]]:
    next_of = {key: count(random.randint(0, 5)) for key in "abc"}
    return [(key, next(next_of[key])) for key in (random.choice("abc") for _ in range(random.randint(2, 12)))]


@CASES
@given(seeds)
def test_order_per_key_holds_for_any_interleaving_and_each_disorder_is_found(random: Random) -> None:
    consumed = _messages(random)
    assert order_per_key(consumed).state != "invalid"
    again = [*consumed, *random.choices(consumed, k=2)]
    assert order_per_key(again, redelivery=True).state != "invalid"
    assert order_per_key(again).state == "invalid"
    key = consumed[0][0]
    places = [place for place, message in enumerate(consumed) if message[0] == key]
    if len(places) > 2:
        skipped = [message for place, message in enumerate(consumed) if place != places[1]]
        swapped = list(consumed)
        swapped[places[1]], swapped[places[2]] = swapped[places[2]], swapped[places[1]]
        for planted in (skipped, swapped):
            assert order_per_key(planted).state == "invalid"
            assert order_per_key(planted, redelivery=True).state == "invalid"


def test_one_message_has_no_order() -> None:
    assert order_per_key([("a", 1), ("b", 7)]).state == "unknown"


def _leases(random: Random) -> list[Invocation]:
    """A correct store: it remembers the largest token that wrote, and refuses smaller ones."""

    def ask(random: Random, number: int) -> dict[str, Any]:
        return {"action": "write", "value": random.randint(1, 4)}

    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        return max(state, one.value), one.value >= state

    history, _ = carried_out(schedule(random, ask, most=4), 0, effect)
    return [replace(one, ending="fail") if one.result is False else one for one in history]


@CASES
@given(seeds)
def test_a_store_that_fences_is_never_accused_and_each_late_write_is_found(random: Random) -> None:
    history = _leases(random)
    assert fencing(history).state != "invalid"
    done = [one for one in history if one.ending == "ok"]
    if done:
        last = max(done, key=lambda one: one.value)
        late_write = Invocation(9, "write", 900, 901, value=last.value - 1)
        verdict = fencing([*history, late_write])
        assert verdict.state == "invalid"
        assert verdict.witness[1] == late_write
        assert fencing([*history, replace(late_write, ending="fail")]).state == "valid"
        assert fencing([*history, replace(late_write, invoked=-1)]).state != "invalid"


@pytest.mark.parametrize(("tokens", "said"), [((1, 1), "after"), ((2, 1), "after")])
def test_tokens_must_rise(tokens: tuple[int, int], said: str) -> None:
    acquired = [Invocation(place, "acquire", place, place + 0.5, result=token) for place, token in enumerate(tokens)]
    verdict = fencing(acquired)
    assert verdict.state == "invalid"
    assert said in verdict.reason


def test_one_token_has_one_holder() -> None:
    both = [Invocation(place, "acquire", 0, 1, result=7) for place in range(2)]
    assert "two holders" in fencing(both).reason
