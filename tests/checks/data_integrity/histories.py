"""Recordings of clients that add to one amount at once, as `concurrent_writes` leaves them."""

from decimal import Decimal
from typing import Any

from readiness import Recording, integrity

Seen = tuple[int, float, float, str]
"""A read: process, when it began and ended, what it returned."""


def additions(after: str, *reads: Seen, endings: tuple[Any, ...] = ("ok", "ok", "ok"), key: str = "a") -> list[Any]:
    """100.00 before, then 0.01, 0.02 and 0.04 at once from second 1 to 2 by processes 1 to 3, ``after`` in the end."""
    adds = [
        integrity.Invocation(1 + place, "add", 1.0, 2.0, ending, key, Decimal(2**place) / 100)
        for place, ending in enumerate(endings)
    ]
    seen = [(0, 0.0, 0.5, "100.00"), *reads, (0, 9.0, 9.5, after)]
    found = [integrity.Invocation(who, "read", begin, end, key=key, result=Decimal(at)) for who, begin, end, at in seen]
    return integrity.rows([*adds, *found])


def recording(*rounds: list[Any], **facts: Any) -> Recording:
    """The rounds one after the other."""
    return Recording(facts={"history": [row for one in rounds for row in one], **facts})
