"""Histories of correct objects under concurrency, made from a seed: no history made here may ever be called invalid.

Every operation has a moment, between its invocation and its return, at which it takes effect. An unanswered one takes
effect at any later moment or never; a refused one never.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from readiness.integrity import Invocation

CASES = settings(max_examples=2000, derandomize=True, deadline=None, database=None)
seeds = st.integers(0, 2**32 - 1).map(Random)

Effect = Callable[[Any, Invocation], tuple[Any, Any]]
"""State and invocation -> next state and result."""


def schedule(
    random: Random, ask: Callable[[Random, int], dict[str, Any]], *, processes: int = 3, most: int = 3
) -> list[tuple[float, Invocation]]:
    """Invocations of some processes with the moment at which each takes effect, in that order; infinite for never."""
    planned = []
    number = 0
    for process in range(random.randint(1, processes)):
        at = float(random.randint(0, 6))
        for _ in range(random.randint(1, most)):
            returned = at + random.randint(1, 8)
            effect = random.uniform(at, returned)
            end = random.choices(("ok", "info", "fail"), (8, 1, 1))[0]
            if end == "info":
                effect = random.choice((math.inf, random.uniform(at, at + 30)))
            planned.append(
                (effect, Invocation(process, invoked=at, returned=returned, ending=end, **ask(random, number)))
            )
            number += 1
            at = returned + random.randint(1, 4)
    return sorted(planned, key=lambda pair: pair[0])


def carried_out(planned: list[tuple[float, Invocation]], state: Any, effect: Effect) -> tuple[list[Invocation], Any]:
    """The history with the results of a correct object, in the order of invocation, and the last state."""
    history = []
    for moment, one in planned:
        if one.ending == "fail" or math.isinf(moment):
            history.append(one)
            continue
        state, result = effect(state, one)
        history.append(replace(one, result=result) if one.ending == "ok" else one)
    return sorted(history, key=lambda one: one.invoked), state


def begin(history: list[Invocation]) -> float:
    return min((one.invoked for one in history), default=0.0)


def quiet(history: list[Invocation]) -> float:
    """A moment after every answer."""
    return max((one.returned for one in history), default=0.0) + 1.0


def late(planned: list[tuple[float, Invocation]], moment: float) -> list[tuple[float, Invocation]]:
    """The plan without effects of unanswered invocations after a moment."""
    return [(math.inf if effect > moment else effect, one) for effect, one in planned]
