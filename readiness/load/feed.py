"""Data for journeys from a file: one row for each iteration or user, in turn or each only once."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar, Literal

from readiness.load.ramp import WHOLE, Part

Order = Literal["round robin", "unique"]


class Feed:
    """Rows as mappings. Kept in memory, given out in the order of the file, whoever asks.

    >>> people = Feed.read("people.csv")
    >>> async def login(user: User) -> None:
    ...     await user.post("/login", json=dict(people.next()))
    """

    part: ClassVar[Part] = WHOLE
    """Where several processes share a load: which rows this one gives out, so that no row is given out twice."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], order: Order = "round robin") -> None:
        if not rows:
            raise ValueError("a feed needs at least one row")
        if order not in ("round robin", "unique"):
            raise ValueError(f"order {order!r}; right would be 'round robin' or 'unique'")
        place, of = self.part
        own = rows[place::of]
        self._size, self._order = len(own), order
        self._left: Iterator[Mapping[str, Any]] = iter(own) if order == "unique" else cycle(own or rows)

    @classmethod
    def read(cls, path: str | Path, order: Order = "round robin") -> "Feed":
        """Read ``.csv`` (first line: names) or JSON lines (one object a line). ValueError names the file and the line."""
        file = Path(path)
        if file.suffix == ".csv":
            with file.open(newline="", encoding="utf-8") as lines:
                return cls(list(csv.DictReader(lines)), order)
        return cls(list(_objects(file)), order)

    def next(self) -> Mapping[str, Any]:
        """Return the next row. LookupError where each may be used only once and all were."""
        try:
            return next(self._left)
        except StopIteration:
            raise LookupError(f"the feed has {self._size} rows, and each may be used only once") from None


def _objects(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"{file}, line {number}: not a JSON object")
        yield row
