"""Linearizable objects: is there one order, within real time, that explains every answer?

Wing and Gong (1993) with Lowe's memory of configurations (2017), as in Knossos and Porcupine: try to let each pending
invocation take effect next, go back where an answered one can wait no longer, and never visit the same set of done
invocations with the same state twice. Keys are independent (Herlihy and Wing: linearizability is local), so each is
searched alone. An unanswered invocation may take effect at any later time or never.
"""

import time
from collections.abc import Callable, Hashable
from itertools import combinations, pairwise
from typing import Any, Final

from readiness.integrity.additions import combination, superincreasing
from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid

Step = Callable[[Any, Invocation], Any]
"""State and invocation -> next state (hashable), or IMPOSSIBLE where the answer contradicts the state."""
Held = list[tuple[frozenset[int], Invocation]]
"""Reads with the places of the additions that they hold, the fewest first."""
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


def linearizable_sums(history: History, initial: Any, *, seconds: float = 10.0) -> IntegrityVerdict[Invocation]:
    """As `linearizable` with `amount`, in polynomial time where each sum tells which additions it holds.

    That is so where each addition exceeds the sum of all smaller ones (powers of two); others are searched. Every read
    then is a set of additions, and an order exists exactly if these sets form a chain that no later read goes back
    on, and each holds the additions that ended before the read began, none that began after it ended, and with an
    addition all those that had ended when that began.
    """
    until = time.monotonic() + seconds
    return merge(_sums(part, initial, until) for part in by_key(history).values())


def _sums(part: list[Invocation], initial: Any, until: float) -> IntegrityVerdict[Invocation]:
    adds = [one for one in part if one.action == "add" and one.possible]
    reads = [one for one in part if one.action == "read" and one.ending == "ok"]
    if not reads or not adds:
        return unknown("nothing was added, or nothing read")
    if not superincreasing(sorted(add.value for add in adds)) or any(add.result is not None for add in adds):
        return _ordered(part, amount, initial, until)
    held: Held = []
    for read in reads:
        places = combination([add.value for add in adds], read.result - initial)
        if places is None:
            return invalid(f"no choice of the additions explains {read}", (read,))
        held.append((frozenset(places), read))
    held.sort(key=lambda pair: (len(pair[0]), pair[1].invoked))
    if found := _misplaced(held, adds) or _unchained(held):
        return found
    return valid(f"one order explains {len(reads)} reads of {len(adds)} additions", len(reads))


def _misplaced(held: Held, adds: list[Invocation]) -> IntegrityVerdict[Invocation] | None:
    """A read without an addition that must be in it, or with one that cannot be."""
    for found, read in held:
        for place, add in enumerate(adds):
            needed = add.precedes(read) or any(add.precedes(adds[other]) for other in found)
            if place not in found and needed:
                return invalid(f"{read} misses an earlier addition, {add}", (add, read))
            if place in found and read.precedes(add):
                return invalid(f"{read} holds a later addition, {add}", (read, add))
    return None


def _unchained(held: Held) -> IntegrityVerdict[Invocation] | None:
    """Two reads that no growing sum explains, or a later one that holds less."""
    for (fewer, first), (more, second) in pairwise(held):
        if not fewer <= more:
            return invalid("two reads saw additions in different orders", (first, second))
    for (fewer, read), (more, other) in combinations(held, 2):
        if fewer < more and other.precedes(read):
            return invalid(f"{read} misses what was read before: {other}", (other, read))
    return None
