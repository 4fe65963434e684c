"""Sessions: linearizable services keep both guarantees in every history; each planted violation is found."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given

from readiness.integrity import Invocation, amount, linearizable, monotonic_reads, read_your_writes, register
from tests.readiness.integrity.simulation import CASES, carried_out, schedule, seeds


def _ask_amount(random: Random, number: int) -> dict[str, Any]:
    adds = random.random() < 0.5
    return {"action": "add" if adds else "read", "value": random.randint(1, 3) if adds else None}


def _amount(random: Random) -> list[Invocation]:
    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        after = state + (one.value or 0)
        return after, after if one.action == "read" else None

    return carried_out(schedule(random, _ask_amount, most=4), 0, effect)[0]


def _ask_register(random: Random, number: int) -> dict[str, Any]:
    writes = random.random() < 0.5
    return {"action": "write" if writes else "read", "value": number if writes else None}


def _register(random: Random) -> list[Invocation]:
    def effect(state: int, one: Invocation) -> tuple[int, Any]:
        return (one.value, None) if one.action == "write" else (state, state)

    return carried_out(schedule(random, _ask_register, most=4), -1, effect)[0]


@CASES
@given(seeds)
def test_a_correct_service_is_never_accused(random: Random) -> None:
    assert read_your_writes(_amount(random), 0).state != "invalid"
    assert read_your_writes(_register(random), -1).state != "invalid"
    assert monotonic_reads(_amount(random)).state != "invalid"


@CASES
@given(seeds)
def test_what_a_session_loses_is_not_linearizable_either(random: Random) -> None:
    """The oracle: both guarantees follow from linearizability, so a violation must contradict it, too."""
    amounts = [
        replace(one, result=max(0, one.result + random.choice((-2, -1, 0, 1)))) if one.result is not None else one
        for one in _amount(random)
    ]
    if "invalid" in (read_your_writes(amounts, 0).state, monotonic_reads(amounts).state):
        assert linearizable(amounts, amount, 0).state == "invalid"
    values = [
        replace(one, result=random.randint(-1, 6)) if one.result is not None and random.random() < 0.5 else one
        for one in _register(random)
    ]
    if read_your_writes(values, -1).state == "invalid":
        assert linearizable(values, register, -1).state == "invalid"


@CASES
@given(seeds)
def test_a_read_without_the_own_writes_is_found(random: Random) -> None:
    history = _amount(random)
    own = [one for one in history if one.action == "add" and one.ending == "ok"]
    if own:
        mine = sum(one.value for one in own if one.process == own[0].process)
        stale = Invocation(own[0].process, "read", 900, 901, result=mine - 1)
        verdict = read_your_writes([*history, stale], 0)
        assert verdict.state == "invalid"
        assert stale in verdict.witness or verdict.witness[-1].action == "read"
        assert read_your_writes([*history, replace(stale, result=99)], 0).state == "valid"
    written = [one for one in _register(random) if one.action == "write" and one.ending == "ok"]
    if written:
        stale = Invocation(written[-1].process, "read", 900, 901, result=-1)
        assert read_your_writes([*written, stale], -1).state == "invalid"


@CASES
@given(seeds)
def test_a_falling_read_is_found_between_calls_that_do_not_overlap(random: Random) -> None:
    reads = [one for one in _amount(random) if one.action == "read" and one.ending == "ok"]
    again = [Invocation(9, "read", 900 + place, 900.5 + place, result=value) for place, value in enumerate((5, 7, 6))]
    assert monotonic_reads([*reads, *again]).witness == (again[1], again[2])
    assert monotonic_reads([*reads, *again[:2]]).state == "valid"
    overlapping = [again[1], replace(again[2], invoked=again[1].returned)]
    assert monotonic_reads(overlapping).state == "unknown"


def test_a_register_may_have_been_overwritten_by_someone_else() -> None:
    mine = Invocation(0, "write", 0, 1, value="mine")
    theirs = Invocation(1, "write", 0.5, 1.5, value="theirs")
    earlier = Invocation(1, "write", -2, -1, value="earlier")
    states = [
        read_your_writes([earlier, mine, theirs, Invocation(0, "read", 2, 3, result=value)], "first").state
        for value in ("mine", "theirs", "earlier", "first")
    ]
    assert states == ["valid", "valid", "invalid", "invalid"]


def test_where_nothing_is_read_or_the_value_may_fall_nothing_is_known() -> None:
    reads = [Invocation(0, "read", place, place + 0.5, result=5 - place) for place in range(3)]
    assert read_your_writes(reads, 0).state == "unknown"
    assert monotonic_reads([*reads, Invocation(1, "add", 0, 9, value=-1)]).state == "unknown"
    assert monotonic_reads(reads).state == "invalid"
    assert monotonic_reads(reads[:1]).state == "unknown"
