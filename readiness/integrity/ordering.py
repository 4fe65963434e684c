"""Numbers, messages and tokens whose order matters: sequences, queues and fencing."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid

Message = tuple[str, int]
"""Key and position within it."""


def gapless_sequence(
    history: History, *, first: int | None = None, gapless: bool = True
) -> IntegrityVerdict[Invocation]:
    """Tell whether numbers that were given out are unique, rise with time and leave no gap.

    ``take`` invocations with the number as ``result``. A number of an invocation that ended before another began is
    the smaller one. An unanswered invocation may have used up one number; a refused one must not. ``first`` is the
    number that the sequence starts with, None where that is not known.
    """
    return merge(_numbered(part, first, gapless) for part in by_key(history).values())


def _numbered(part: list[Invocation], first: int | None, gapless: bool) -> IntegrityVerdict[Invocation]:
    taken = sorted((one for one in part if one.action == "take" and one.ending == "ok"), key=lambda one: one.result)
    if len(taken) < 2:
        return unknown("fewer than two numbers were taken")
    for one, other in pairwise(taken):
        if one.result == other.result:
            return invalid(f"the number {one.result} was given out twice", (one, other))
    earliest = taken[-1]
    for one in reversed(taken):  # each against the one with a larger number that ended first
        if earliest.precedes(one):
            return invalid(f"{one.result} was given out after {earliest.result}", (earliest, one))
        earliest = min(earliest, one, key=lambda one: one.until)
    low = taken[0].result if first is None else first
    if taken[0].result < low:
        return invalid(f"{taken[0].result} is below the first number, {low}", taken[:1])
    missing = taken[-1].result - low + 1 - len(taken)
    lost = sum(one.action == "take" and one.ending == "info" for one in part)
    if gapless and missing > lost:
        return invalid(f"{missing} numbers are missing, {lost} invocations were not answered", (taken[0], taken[-1]))
    return valid(f"{len(taken)} numbers", len(taken))


def at_least_once(
    history: History, handled: Iterable[Hashable], *, most: int | None = None
) -> IntegrityVerdict[Invocation | Hashable]:
    """Tell whether every message that was accepted was handled, none that nobody sent, and each ``most`` times at most.

    ``send`` invocations with different ``value``s; ``handled`` lists what consumers did, repetitions included.
    """
    sent = [one for one in history if one.action == "send"]
    times = Counter(handled)
    if lost := [one for one in sent if one.ending == "ok" and not times[one.value]]:
        return invalid(f"{len(lost)} accepted messages were never handled; the first: {lost[0]}", lost)
    known = {one.value for one in sent if one.possible}
    if strange := [message for message in times if message not in known]:
        return invalid(f"{len(strange)} handled messages were refused or never sent: {strange[0]!r}", strange)
    if often := [message for message, count in times.items() if most is not None and count > most]:
        return invalid(f"{often[0]!r} was handled {times[often[0]]} times, {most} are allowed", often)
    accepted = sum(one.ending == "ok" for one in sent)
    if not accepted:
        return unknown("no message was accepted, so none could be lost")
    repeated = sum(count - 1 for count in times.values())
    return valid(f"all {accepted} accepted messages were handled, {repeated} repetitions", accepted)


def order_per_key(consumed: Sequence[Message], *, redelivery: bool = False) -> IntegrityVerdict[Message]:
    """Tell whether the positions of each key came in order, from its first on, without a gap.

    With ``redelivery`` (at least once) a position that came before may come again; without, that is a fault.
    """
    span: dict[str, range] = {}
    for key, position in consumed:
        seen = span.get(key, range(position, position))
        if position == seen.stop:
            span[key] = range(seen.start, position + 1)
        elif not (redelivery and position in seen):
            reason = f"{key}: {position} came where {seen.stop} is next"
            return invalid(reason, ((key, seen.stop - 1), (key, position)))
    pairs = len(consumed) - len(span)
    return valid(f"{len(consumed)} messages of {len(span)} keys came in order", pairs)


def fencing(history: History) -> IntegrityVerdict[Invocation]:
    """Tell whether a holder whose lease was lost is kept out: no write with a smaller token after a larger one.

    Per key: ``acquire`` returns a token as ``result``, larger than that of every acquisition that ended before;
    ``write`` carries its token as ``value``. A write is refused when one with a larger token was acknowledged before
    it began. Kleppmann, "How to do distributed locking" (2016).
    """
    return merge(_fenced(part) for part in by_key(history).values())


def _fenced(part: list[Invocation]) -> IntegrityVerdict[Invocation]:
    acquired = [one for one in part if one.action == "acquire" and one.ending == "ok"]
    written = [one for one in part if one.action == "write"]
    for one, other in _before(acquired):
        if one.result >= other.result:
            return invalid(f"token {other.result} was given out after {one.result}", (one, other))
    tokens = defaultdict(list)
    for one in acquired:
        tokens[one.result].append(one)
    if twice := next((holders for holders in tokens.values() if len(holders) > 1), None):
        return invalid(f"token {twice[0].result} was given to two holders", twice)
    refused = 0
    for one, other in _before(written):
        if one.ending == "ok" and other.value < one.value:
            if other.ending == "ok":
                return invalid(f"a write with token {other.value} was accepted after {one.value}", (one, other))
            refused += other.ending == "fail"
    if not refused:
        return unknown("no holder wrote with an old token, so nobody had to be kept out")
    return valid(f"{refused} times a write with an old token was refused", refused)


def _before(part: list[Invocation]) -> Iterable[tuple[Invocation, Invocation]]:
    return ((one, other) for one in part for other in part if one.precedes(other))
