"""What one client may rely on: its own writes, and that time does not run backwards. Terry et al. (1994).

Checked as a client sees them: one process, one key. Both follow from linearizability and are weaker than it, so a
service that reads from lagging copies can still keep them, and a violation is easier to understand.
"""

from typing import Any

from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid


def read_your_writes(history: History, initial: Any) -> IntegrityVerdict[Invocation]:
    """Tell whether each read holds what the same process was told is written before.

    Keys are either registers (``write``, each value once) or amounts (``add``, positive). A register may hold the own
    write or one that could come after it; an amount at least ``initial`` and the own acknowledged additions.
    """
    return merge(_own_writes(part, initial) for part in by_key(history).values())


def _own_writes(part: list[Invocation], initial: Any) -> IntegrityVerdict[Invocation]:
    judged = 0
    for read in (one for one in part if one.action == "read" and one.ending == "ok"):
        own = [one for one in part if one.process == read.process and one.ending == "ok" and one.precedes(read)]
        adds = [one for one in own if one.action == "add"]
        writes = [one for one in own if one.action == "write"]
        judged += bool(adds or writes)
        if adds and read.result < (least := initial + sum(one.value for one in adds)):
            return invalid(f"{read.result} was read after {least} was acknowledged to the same client", (*adds, read))
        if writes and not _allowed(writes[-1], read, part):
            return invalid(f"{read.result!r} was read after the own write of {writes[-1].value!r}", (writes[-1], read))
    if not judged:
        return unknown("no process read what it had written")
    return valid(f"{judged} reads hold the reader's own writes", judged)


def _allowed(own: Invocation, read: Invocation, part: list[Invocation]) -> bool:
    """Whether the read returned the own write, or one that may have replaced it before the read ended."""
    written = [one for one in part if one.action == "write" and one.possible and one.value == read.result]
    return any(not one.precedes(own) and one.invoked <= read.returned for one in written)


def monotonic_reads(history: History) -> IntegrityVerdict[Invocation]:
    """Tell whether one process, reading a value that only grows, ever saw it fall."""
    return merge(_growing(part) for part in by_key(history).values())


def _growing(part: list[Invocation]) -> IntegrityVerdict[Invocation]:
    if any(one.action == "write" or (one.action == "add" and one.value < 0) for one in part):
        return unknown("the value does not only grow, so its fall means nothing")
    pairs = 0
    highest: dict[int, Invocation] = {}
    for read in (one for one in part if one.action == "read" and one.ending == "ok"):
        before = highest.get(read.process)
        if before is not None and before.precedes(read):
            pairs += 1
            if read.result < before.result:
                return invalid(f"one client read {before.result} and then {read.result}", (before, read))
        if before is None or read.result >= before.result:
            highest[read.process] = read
    if not pairs:
        return unknown("no process read the same key twice, one after the other")
    return valid(f"{pairs} later reads were never lower", pairs)
