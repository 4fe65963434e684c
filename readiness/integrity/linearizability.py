"""Linearizable objects: is there one order, within real time, that explains every answer?

Wing and Gong (1993) with Lowe's memory of configurations (2017), as in Knossos and Porcupine: try to let each pending
invocation take effect next, go back where an answered one can wait no longer, and never visit the same set of done
invocations with the same state twice. Keys are independent (Herlihy and Wing: linearizability is local), so each is
searched alone. An unanswered invocation may take effect at any later time or never.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Final

from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid

Step = Callable[[Any, Invocation], Any]
"""State and invocation -> next state (hashable), or IMPOSSIBLE where the answer contradicts the state."""
IMPOSSIBLE: Final = object()
LOOK = 256
"""Steps between two looks at the clock."""


def register(state: Any, one: Invocation) -> Any:
    """A value that is read, written, and swapped if it is as expected (``cas`` with ``value`` (old, new))."""
    if one.action == "read":
        return state if one.result == state else IMPOSSIBLE
    if one.action == "write":
        return one.value
    if one.action == "cas":
        return one.value[1] if one.value[0] == state else IMPOSSIBLE
    raise ValueError(f"a register knows read, write and cas, not {one.action!r}")


def amount(state: Any, one: Invocation) -> Any:
    """A number that is read and added to; where an addition was answered with the new number, that must fit."""
    if one.action == "read":
        return state if one.result == state else IMPOSSIBLE
    if one.action == "add":
        total = state + one.value
        return total if one.ending == "info" or one.result is None or one.result == total else IMPOSSIBLE
    raise ValueError(f"an amount knows read and add, not {one.action!r}")


def linearizable(
    history: History, step: Step, initial: Hashable, *, seconds: float = 10.0
) -> IntegrityVerdict[Invocation]:
    """Search each key for an order; unknown where ``seconds`` of the process's clock ran out.

    The witness of an invalid history is the answered invocation that fits nowhere in the longest order that was
    found, and those that overlap it. Rounds are answered invocations.
    """
    until = time.monotonic() + seconds
    return merge(_ordered(part, step, initial, until) for part in by_key(history).values())


def _ordered(part: list[Invocation], step: Step, initial: Hashable, until: float) -> IntegrityVerdict[Invocation]:
    # what surely did not happen explains nothing, and an unanswered read changes nothing
    relevant = [one for one in part if one.possible and not (one.ending == "info" and one.action == "read")]
    answered = sum(one.ending == "ok" for one in relevant)
    search = _Search(relevant, step, initial)
    found = search.run(answered, until)
    if found is None:
        return unknown("the time for the search is over: too many invocations overlap")
    if found:
        return valid(f"one order explains all {answered} answers", answered)
    stuck = relevant[search.stuck]
    near = [one for one in relevant if not one.precedes(stuck) and not stuck.precedes(one) and one is not stuck]
    return invalid(f"no order explains {stuck}", (stuck, *near))


class _Search:
    """Depth first, over a doubly linked list of the moments at which invocations begin and end."""

    def __init__(self, part: list[Invocation], step: Step, initial: Hashable) -> None:
        self.part, self.step, self.state = part, step, initial
        self.stuck = 0
        # at the same instant beginnings come first: such invocations may have overlapped
        begins = [(one.invoked, 0, place) for place, one in enumerate(part)]
        ends = [(one.returned, 1, place) for place, one in enumerate(part) if one.ending == "ok"]
        moments = sorted(begins + ends)
        self.owner = [place for _, _, place in moments]
        self.is_end = [bool(side) for _, side, _ in moments]
        self.begin: dict[int, int] = {}
        self.end: dict[int, int] = {}
        for number, (_, side, place) in enumerate(moments):
            (self.end if side else self.begin)[place] = number
        self.last = len(moments)  # the ring's head: stands after the last moment and before the first
        self.next = [*range(1, self.last + 1), 0]
        self.previous = [self.last, *range(self.last)]

    def run(self, answered: int, until: float) -> bool | None:
        """Whether an order was found; None when time ran out."""
        done, seen, deepest, steps = 0, set(), -1, 0
        path: list[tuple[int, Any]] = []
        at = self.next[self.last] if self.last else 0
        while answered:
            steps += 1
            if steps % LOOK == 0 and time.monotonic() > until:
                return None
            place = self.owner[at]
            if not self.is_end[at]:
                state = self.step(self.state, self.part[place])
                configuration = (done | 1 << place, state)
                if state is IMPOSSIBLE or configuration in seen:
                    at = self.next[at]
                    continue
                seen.add(configuration)
                path.append((place, self.state))
                self.state, done = state, configuration[0]
                answered -= self._unlink(place)
                at = self.next[self.last]
                continue
            if len(path) > deepest:
                deepest, self.stuck = len(path), place
            if not path:
                return False
            place, self.state = path.pop()
            done ^= 1 << place
            answered += self._relink(place)
            at = self.next[self.begin[place]]
        return True

    def _moments(self, place: int) -> list[int]:
        return [self.begin[place], self.end[place]] if place in self.end else [self.begin[place]]

    def _unlink(self, place: int) -> int:
        """Take an invocation out; 1 if it was answered."""
        moments = self._moments(place)
        for moment in moments:
            self.next[self.previous[moment]] = self.next[moment]
            self.previous[self.next[moment]] = self.previous[moment]
        return len(moments) - 1

    def _relink(self, place: int) -> int:
        """Put it back, in the opposite order, so that the neighbours are those of before."""
        moments = self._moments(place)
        for moment in reversed(moments):
            self.next[self.previous[moment]] = moment
            self.previous[self.next[moment]] = moment
        return len(moments) - 1
