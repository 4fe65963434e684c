"""Single writes: there after a crash, done once however often they are sent, and never seen half done."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from readiness.integrity.history import History, Invocation, by_key
from readiness.integrity.verdict import IntegrityVerdict, invalid, merge, unknown, valid


def acknowledged_present(history: History, present: Iterable[Hashable]) -> IntegrityVerdict[Invocation | Hashable]:
    """Tell whether acknowledged writes survived: acknowledged <= present <= acknowledged + unanswered, each once.

    ``write`` invocations with different ``value``s; ``present`` is what is read when all is over, after the crash.
    """
    writes = [one for one in history if one.action == "write"]
    found = Counter(present)
    if lost := [one for one in writes if one.ending == "ok" and not found[one.value]]:
        return invalid(f"{len(lost)} acknowledged writes are gone; the first: {lost[0]}", lost)
    sent = {one.value for one in writes if one.possible}
    if strange := [value for value in found if value not in sent]:
        return invalid(f"{len(strange)} values are there that were refused or never sent: {strange[0]!r}", strange)
    if twice := [value for value, count in found.items() if count > 1]:
        return invalid(f"{len(twice)} writes are there more than once: {twice[0]!r}", twice)
    done = sum(one.ending == "ok" for one in writes)
    if not done:
        return unknown("no write was acknowledged, so nothing could be lost")
    return valid(f"all {done} acknowledged writes are there", 1)


def double_submits(history: History, effects: Mapping[str, int]) -> IntegrityVerdict[Invocation]:
    """Tell whether each idempotency key had one effect, whatever was sent under it and how often.

    ``submit`` invocations: ``key`` is the idempotency key, ``value`` what was asked for, ``result`` the answer. An
    acknowledged key has exactly one effect, an unanswered one at most one, a refused one none; all acknowledged
    repetitions got the same answer, and another request under the same key was refused or got the stored answer.
    """
    keys = by_key(one for one in history if one.action == "submit")
    if strange := [key for key, count in effects.items() if count and key not in keys]:
        return invalid(f"{len(strange)} effects stand under keys that nobody sent: {strange[0]}", ())
    if not any(len(part) > 1 for part in keys.values()):
        return unknown("no key was sent twice, so nothing was repeated")
    return merge(_once(part, effects.get(key, 0)) for key, part in keys.items())


def _once(part: list[Invocation], count: int) -> IntegrityVerdict[Invocation]:
    done = [one for one in part if one.ending == "ok"]
    if count > 1:
        return invalid(f"one key, sent {len(part)} times, had {count} effects", part)
    if done and not count:
        return invalid("it was acknowledged and had no effect", done)
    if count and not any(one.possible for one in part):
        return invalid("it was refused and had an effect", part)
    if other := [one for one in done if one.value != done[0].value and one.result != done[0].result]:
        return invalid("another request under the same key was accepted", (done[0], *other))
    if other := [one for one in done if one.result != done[0].result]:
        return invalid("the acknowledged repetitions got different answers", (done[0], *other))
    if not done:
        return unknown("no repetition was acknowledged")
    return valid(f"{len(part)} requests under one key had one effect", len(part))


def torn_reads(history: History, initial: Hashable) -> IntegrityVerdict[Invocation]:
    """Tell whether readers, also after a crash, saw whole contents only: the first, or one that a writer had begun.

    Each key is a file or a row: ``write`` replaces the content by ``value``, ``read`` returns it as ``result``. What
    is neither old nor new is torn. Which of them is not asked here; that is `linearizable`.
    """
    return merge(_whole(part, initial) for part in by_key(history).values())


def _whole(part: list[Invocation], initial: Hashable) -> IntegrityVerdict[Invocation]:
    reads = [one for one in part if one.action == "read" and one.ending == "ok"]
    writes = [one for one in part if one.action == "write" and one.possible]
    for read in reads:
        begun = {initial, *(write.value for write in writes if write.invoked <= read.returned)}
        if read.result not in begun:
            return invalid("a reader saw what no writer wrote", (read,))
    if not writes:
        return unknown("nothing was written, so nothing could be torn")
    return valid(f"{len(reads)} reads saw whole contents", len(reads))
