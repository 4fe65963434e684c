"""What can be wrong with the vendor's data, applied to good answers. Answers of faulty transport live in `server`.

Quotes and chains are numbered messages, each the whole state of its stream. While the fault is "reordered" every
number that counts is followed by an earlier one and by a copy of itself, and numbers between are missing.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

Fault = Literal["none", "stale", "crossed", "nan", "error", "slow", "garbage", "gaps", "reordered"]

FAULTS: tuple[str, ...] = get_args(Fault)
STALE_BY = timedelta(hours=2)
SLOW_SECONDS = 3.0
LATE_BY = timedelta(minutes=5)
LATE_NUMBERS = 2
GAP = 3

_EVERY = 4
_IMPOSSIBLE = (float("nan"), 0.0, -1.0)


@dataclass(frozen=True, slots=True)
class Message:
    """What a stream sends: its number, the instant that it tells of, and its place in the disorder (0: the newest)."""

    number: int
    at: datetime
    place: int = 0


def disordered(last: Message, newest: Message, at: datetime) -> Message:
    """The message after `last` in a stream that sends an old message, then the newest again, and then skips numbers."""
    if last.place == 0:
        return Message(newest.number - LATE_NUMBERS, newest.at - LATE_BY, 1)
    if last.place == 1:
        return replace(newest, place=2)
    return Message(newest.number + GAP, at)


def spoil(answer: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """A copy of a quote or chain with the fault in it; faults that do not concern its content change nothing.

    crossed and nan spoil the quote itself, and every fourth option of a chain.
    """
    spoiled = deepcopy(answer)
    rows = spoiled["options"][::_EVERY] if "options" in spoiled else [spoiled]
    if fault == "stale":
        spoiled["at"] = (datetime.fromisoformat(spoiled["at"]) - STALE_BY).isoformat()
    elif fault == "crossed":
        for row in rows:
            row["bid"], row["ask"] = row["ask"], row["bid"]
    elif fault == "nan":
        for index, row in enumerate(rows):
            row["bid"] = _IMPOSSIBLE[index % len(_IMPOSSIBLE)]
            row["ask"] = _IMPOSSIBLE[(index + 1) % len(_IMPOSSIBLE)]
    return spoiled
