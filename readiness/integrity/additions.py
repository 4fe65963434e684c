"""Amounts that are added to: does the sum hold what was acknowledged, and nothing that nobody sent?"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate

from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid

Number = int | Decimal
MOST_SUMS = 20_000
"""Sums that a search for a combination may hold; beyond that it gives up."""


class TooManyCombinationsError(Exception):
    """A search for a combination was given up."""


def combination(amounts: Sequence[Number], total: Number) -> tuple[int, ...] | None:
    """Return positions of amounts that add up to ``total``, or None where none do.

    Amounts of which each exceeds the sum of all smaller ones (powers of two) have one answer at most, taken from the
    largest down. Others are searched: every sum that can be reached, with the way to it.
    """
    order = sorted(range(len(amounts)), key=lambda place: amounts[place], reverse=True)
    if superincreasing([amounts[place] for place in reversed(order)]):
        taken = []
        for place in order:
            if amounts[place] <= total:
                total -= amounts[place]
                taken.append(place)
        return None if total else tuple(sorted(taken))
    ways: dict[Number, tuple[int, ...]] = {0: ()}
    for place, amount in enumerate(amounts):
        ways = {**{found + amount: (*way, place) for found, way in ways.items()}, **ways}
        if total in ways:
            return ways[total]
        if len(ways) > MOST_SUMS:
            raise TooManyCombinationsError
    return ways.get(total)


def lost_updates(history: History) -> IntegrityVerdict[Invocation]:
    """Tell whether additions to an amount got lost between clients: Adya's P4 (1999), seen from outside.

    For each key: the read before all additions and a read after all answered ones differ by the acknowledged
    additions and some combination of the unanswered ones. Actions: ``add`` with ``value``, ``read`` with ``result``.
    Valid only where two acknowledged additions overlapped, because nothing is lost where nothing competes.
    """
    return merge(_explained(part, competing=True) for part in by_key(history).values())


def acknowledged_sum(history: History) -> IntegrityVerdict[Invocation]:
    """Tell whether an amount, read after a crash, holds every acknowledged addition and nothing that was never sent.

    As `lost_updates`, but additions need not overlap; each key with an acknowledged one counts as a round.
    """
    return merge(_explained(part, competing=False) for part in by_key(history).values())


def _explained(part: list[Invocation], *, competing: bool) -> IntegrityVerdict[Invocation]:
    adds = [one for one in part if one.action == "add" and one.possible]
    done = [one for one in adds if one.ending == "ok"]
    open_ = [one for one in adds if one.ending == "info"]
    bounds = _bounds(part, adds)
    if bounds is None:
        return unknown("the amount was not read before or after the additions")
    if not done:
        return unknown("no addition was acknowledged")
    before, after = bounds
    present = after.result - before.result
    rest = present - sum(one.value for one in done)
    try:
        explained = combination([one.value for one in open_], rest) is not None
    except TooManyCombinationsError:
        return unknown(f"{len(open_)} additions were not answered: too many to say which of them count")
    if not explained:
        return _unexplained(done, open_, present, after)
    if competing and not any(first.until >= second.invoked for first, second in _neighbours(done)):
        return unknown("no two acknowledged additions overlapped, so none competed")
    return valid(f"{len(done)} acknowledged additions are all in the amount", 1)


def _unexplained(
    done: list[Invocation], open_: list[Invocation], present: Number, after: Invocation
) -> IntegrityVerdict[Invocation]:
    sent = sum(one.value for one in done)
    most = sent + sum(one.value for one in open_ if one.value > 0)
    if sent <= present <= most and open_:
        return invalid(f"{present} is there, which no choice of the unanswered additions explains", (*open_, after))
    if present > most:
        return invalid(f"at most {most} were added but {present} are there: an addition counted twice", (after,))
    try:
        places = combination([one.value for one in done], sent - present) or ()
    except TooManyCombinationsError:
        places = ()
    lost = [done[place] for place in places]
    named = f"; {len(lost)} lost: {', '.join(str(one.value) for one in lost)}" if lost and len(done) > 1 else ""
    return invalid(f"{sent} were acknowledged but {present} are there{named}", (*lost, after))


def _bounds(part: list[Invocation], adds: list[Invocation]) -> tuple[Invocation, Invocation] | None:
    """The last read that ended before the additions, and the last read that began after the answered ones."""
    reads = [one for one in part if one.action == "read" and one.ending == "ok" and one.result is not None]
    before = [read for read in reads if all(read.precedes(add) for add in adds)]
    after = [read for read in reads if all(add.precedes(read) for add in adds if add.ending == "ok")]
    after = [read for read in after if read not in before]
    return (before[-1], after[-1]) if before and after else None


def _neighbours(done: list[Invocation]) -> Iterable[tuple[Invocation, Invocation]]:
    """Each addition with the latest-ending one of those that began before it."""
    latest = accumulate(done, _later)
    return zip(latest, done[1:], strict=False)


def _later(one: Invocation, other: Invocation) -> Invocation:
    return other if other.until > one.until else one


def superincreasing(ascending: Sequence[Number]) -> bool:
    """Whether each amount is positive and exceeds the sum of those before it."""
    sums = accumulate(ascending, initial=Decimal(0))
    return all(amount > total for total, amount in zip(sums, ascending, strict=False))
