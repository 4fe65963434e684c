"""Single writes: what survives, what counts once, what is seen whole; a brute-force oracle stands beside each checker."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given

from readiness.integrity import Invocation, acknowledged_present, double_submits, torn_reads
from tests.readiness.integrity.simulation import CASES, carried_out, late, quiet, schedule, seeds


def _ask_write(random: Random, number: int) -> dict[str, Any]:
    return {"action": "write", "value": number}


def _written(random: Random) -> tuple[list[Invocation], list[int]]:
    planned = schedule(random, _ask_write)
    over = quiet([one for _, one in planned])
    return carried_out(late(planned, over), [], lambda state, one: ([*state, one.value], None))


def _may_be_present(history: list[Invocation], present: list[int]) -> bool:
    """The oracle: some choice of the unanswered writes gives exactly this."""
    done = [one.value for one in history if one.ending == "ok"]
    open_ = [one.value for one in history if one.ending == "info"]
    choices = (chosen for size in range(len(open_) + 1) for chosen in combinations(open_, size))
    return any(sorted(present) == sorted([*done, *chosen]) for chosen in choices)


@CASES
@given(seeds)
def test_what_a_correct_store_keeps_is_never_called_lost(random: Random) -> None:
    history, present = _written(random)
    assert acknowledged_present(history, present).state != "invalid"


@CASES
@given(seeds)
def test_whatever_is_present_is_judged_as_the_oracle_judges_it(random: Random) -> None:
    history, present = _written(random)
    present = [value for value in range(-1, len(history)) for _ in range(random.choice((0, 1, 1, 2)))]
    if random.random() < 0.5:
        present = [one.value for one in history if one.ending == "ok" or random.random() < 0.3]
    assert (acknowledged_present(history, present).state == "invalid") == (not _may_be_present(history, present))


def test_each_loss_is_named() -> None:
    writes = [Invocation(0, "write", place, place + 0.5, value=place) for place in range(3)]
    assert acknowledged_present(writes, [0, 2]).witness == (writes[1],)
    assert "never sent" in acknowledged_present(writes, [0, 1, 2, 9]).reason
    assert "more than once" in acknowledged_present(writes, [0, 1, 2, 2]).reason
    assert acknowledged_present([replace(writes[0], ending="info")], []).state == "unknown"


def _ask_submit(random: Random, number: int) -> dict[str, Any]:
    return {"action": "submit", "key": random.choice("ab"), "value": random.choice(("x", "x", "x", "y"))}


def _submitted(random: Random) -> tuple[list[Invocation], dict[str, int]]:
    """A correct service: the first request under a key takes effect, the same one gets its answer, another is refused."""

    def effect(state: dict[str, tuple[str, int]], one: Invocation) -> tuple[dict[str, tuple[str, int]], Any]:
        if one.key not in state:
            state = {**state, one.key: (one.value, len(state))}
        return state, state[one.key][1] if state[one.key][0] == one.value else "conflict"

    planned = schedule(random, _ask_submit)
    history, state = carried_out(late(planned, quiet([one for _, one in planned])), {}, effect)
    refused = [replace(one, ending="fail", result=None) if one.result == "conflict" else one for one in history]
    return refused, dict.fromkeys(state, 1)


@CASES
@given(seeds)
def test_a_correct_service_is_never_accused_of_a_double_submit(random: Random) -> None:
    history, effects = _submitted(random)
    assert double_submits(history, effects).state != "invalid"


@CASES
@given(seeds)
def test_every_planted_double_submit_is_found(random: Random) -> None:
    history, effects = _submitted(random)
    done = [one for one in history if one.ending == "ok"]
    if not done or len(Counter(one.key for one in history)) == len(history):
        return
    victim = random.choice(done)
    defects = {
        "effects": (history, {**effects, victim.key: 2}),
        "no effect": (history, {**effects, victim.key: 0}),
        "nobody sent": (history, {**effects, "unsent": 1}),
        "different answers": ([*history, replace(victim, result="other")], effects),
        "another request": ([*history, replace(victim, value="z", result="other")], effects),
    }
    for said, (planted, counted) in defects.items():
        verdict = double_submits(planted, counted)
        assert verdict.state == "invalid", said
        assert said in verdict.reason


@pytest.mark.parametrize(
    ("endings", "effects", "state"),
    [
        (("ok", "ok"), 1, "valid"),
        (("ok", "fail"), 1, "valid"),
        (("ok", "info"), 2, "invalid"),
        (("info", "info"), 1, "unknown"),
        (("info", "info"), 2, "invalid"),
        (("fail", "fail"), 1, "invalid"),
        (("fail", "fail"), 0, "unknown"),
        (("ok",), 1, "unknown"),
    ],
)
def test_effects_of_one_key(endings: tuple[Any, ...], effects: int, state: str) -> None:
    history = [Invocation(place, "submit", 0, 1, ending, "k", "x", 1) for place, ending in enumerate(endings)]
    assert double_submits(history, {"k": effects}).state == state


def _ask_content(random: Random, number: int) -> dict[str, Any]:
    writes = random.random() < 0.5
    return {"action": "write" if writes else "read", "value": f"{number}{number}" if writes else None}


def _contents(random: Random) -> list[Invocation]:
    def effect(state: str, one: Invocation) -> tuple[str, Any]:
        return (one.value, None) if one.action == "write" else (state, state)

    return carried_out(schedule(random, _ask_content), "--", effect)[0]


@CASES
@given(seeds)
def test_whole_contents_are_never_called_torn_and_mixed_ones_always_are(random: Random) -> None:
    history = _contents(random)
    assert torn_reads(history, "--").state != "invalid"
    reads = [one for one in history if one.action == "read" and one.ending == "ok"]
    if not reads:
        return
    victim = random.choice(reads)
    torn = replace(victim, result=f"{victim.result[0]}?")
    verdict = torn_reads([torn if one is victim else one for one in history], "--")
    assert verdict.state == "invalid"
    assert verdict.witness == (torn,)


@CASES
@given(seeds)
def test_a_content_from_the_future_or_of_a_refused_write_is_torn(random: Random) -> None:
    history = _contents(random)
    read = Invocation(9, "read", -2, -1, result="--")
    later = [one for one in history if one.action == "write"]
    if later:
        assert torn_reads([replace(read, result=later[0].value), *history], "--").state == "invalid"
        refused = [replace(one, ending="fail") for one in later]
        after = replace(read, invoked=99, returned=100, result=later[0].value)
        assert torn_reads([*refused, after], "--").state == "invalid"


def test_a_file_that_nobody_writes_proves_nothing() -> None:
    assert torn_reads([Invocation(0, "read", 0, 1, result="--")], "--").state == "unknown"
