"""Samples in columns, spooled to disk in chunks: bounded memory and well under a microsecond a call. Standard library only.

A spool is a sequence of blocks, so that what a killed process had written can still be read:
``K`` + length + a kind as JSON (numbered as they come) · ``S`` + rows + columns · ``A`` + amendments.
"""

import json
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple

from readiness.model import Sample

CHUNK = 4096
"""Rows kept in memory: about half a megabyte."""
BLOCK = Struct("<cI")
AMENDMENT = Struct("<QI")


class Kind(NamedTuple):
    """What many samples share. ``error`` is empty for a verified answer."""

    operation: str
    phase: str
    status: int
    error: str


class Rows(NamedTuple):
    """A chunk of samples: seconds in the first three columns, the number of a kind in the last."""

    at: "array[float]"
    latency: "array[float]"
    late: "array[float]"
    kind: "array[int]"


def _no_rows() -> Rows:
    return Rows(array("d"), array("d"), array("d"), array("I"))


Observer = Callable[[Rows], None]
Withdraw = Callable[[int, float], None]
"""Is told of a row that an observer has seen as another kind than it turned out to be: the kind's number, and its latency."""


class SampleLog:
    """Takes samples one by one; ``counts`` always knows how many there are of each kind."""

    def __init__(
        self,
        path: Path | None = None,
        observer: Observer | None = None,
        *,
        withdraw: Withdraw | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        """``withdraw`` is told what the observer has to forget; ``mask`` takes out of a kind what may not be written down."""
        self.kinds: list[Kind] = []
        self._mask = mask
        self.flushed = 0
        self._path, self._observer, self._withdraw = path, observer, withdraw
        self.remove()
        self._file: BinaryIO | None = None
        self._numbers: dict[tuple[str, str, int, str], int] = {}
        self._rows: list[tuple[float, float, float, tuple[str, str, int, str]]] = []
        self._kept: list[Rows] = []
        self._firsts: list[int] = []
        """The first row of each chunk that was flushed."""
        self._places: list[int] = []
        """Where in the spool each of them begins."""
        self._size = 0
        self._counts: Counter[int] = Counter()
        self.amended: dict[int, int] = {}
        """Row -> number of the kind that it turned out to be, for rows that were in the spool already."""

    def add(self, at: float, latency: float, late: float, kind: tuple[str, str, int, str]) -> int:
        """Take one sample and return its row; ``kind`` is operation, phase, status and error (the rest as in model.Sample)."""
        rows = self._rows
        rows.append((at, latency, late, kind))
        count = len(rows)
        if count >= CHUNK:
            self.flush()
            return self.flushed - 1
        return self.flushed + count - 1

    def amend(self, row: int, was: tuple[str, str, int, str], error: str) -> None:
        """Turn a sample into a failed one: what its check found out came after it was taken."""
        kind = (*was[:3], error)
        if row >= self.flushed:
            place = row - self.flushed
            self._rows[place] = (*self._rows[place][:3], kind)
            return
        self._learn((kind,))
        number, before = self._numbers[kind], self.amended.get(row, self._numbers[was])
        self._counts[before] -= 1
        self._counts[number] += 1
        self.amended[row] = number
        if self._path is not None:
            self._write(BLOCK.pack(b"A", 1), AMENDMENT.pack(row, number))
        if self._withdraw is not None:
            self._withdraw(before, self._flushed_latency(row))

    def flush(self) -> None:
        """Move the rows in memory to the spool and show them to the observer."""
        if not self._rows:
            return
        rows = self._columns()
        self._rows = []
        self._firsts.append(self.flushed)
        self._places.append(self._size)
        self.flushed += len(rows.kind)
        self._counts.update(rows.kind)
        if self._path is None:
            self._kept.append(rows)
        else:
            self._write(BLOCK.pack(b"S", len(rows.kind)), *rows)
            self._file.flush()  # type: ignore[union-attr]  # just written to; so that it survives this process
        if self._observer is not None:
            self._observer(rows)

    def close(self) -> None:
        """Write what is left; the spool is complete then."""
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Remove the spool: its rows are elsewhere now."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many samples there are of each kind."""
        counts = self._counts.copy()
        counts.update(self._columns().kind)
        return {self.kinds[number]: count for number, count in counts.items() if count}

    def __len__(self) -> int:
        return self.flushed + len(self._rows)

    def __iter__(self) -> Iterator[Sample]:
        first = 0
        for rows in self.chunks():
            yield from _samples(rows, self.kinds, self.amended, first)
            first += len(rows.kind)

    def chunks(self) -> Iterator[Rows]:
        """Every row so far, chunk by chunk, as it was taken: amendments are not applied."""
        yield from self._kept
        if self._file is not None:
            self._file.flush()
        if self._path is not None and self._path.is_file():
            yield from (block for block in _blocks(self._path) if isinstance(block, Rows))
        if self._rows:
            yield self._columns()

    def _flushed_latency(self, row: int) -> float:
        """Look a latency up that is no longer among the rows in memory."""
        chunk = bisect_right(self._firsts, row) - 1
        first = self._firsts[chunk]
        if self._path is None:
            return self._kept[chunk].latency[row - first]
        column = array("d")
        end = self._firsts[chunk + 1] if chunk + 1 < len(self._firsts) else self.flushed
        with self._path.open("rb") as spool:
            spool.seek(self._places[chunk] + BLOCK.size + column.itemsize * (end - first + row - first))
            column.fromfile(spool, 1)
        return column[0]

    def _columns(self) -> Rows:
        """Turn the rows in memory into columns: all at once costs half of what it would cost one by one."""
        if not self._rows:
            return _no_rows()
        at, latency, late, kinds = zip(*self._rows, strict=True)
        try:
            numbers = array("I", map(self._numbers.__getitem__, kinds))
        except KeyError:  # one is new
            self._learn(kinds)
            numbers = array("I", map(self._numbers.__getitem__, kinds))
        return Rows(array("d", at), array("d", latency), array("d", late), numbers)

    def _learn(self, kinds: Iterable[tuple[str, str, int, str]]) -> None:
        """Number the kinds that are new."""
        for kind in kinds:
            if kind in self._numbers:
                continue
            operation, phase, status, error = kind
            kept = Kind(self._mask(operation), self._mask(phase), status, self._mask(error))
            if kept in self._numbers:  # it differs from another one in what is masked only
                self._numbers[kind] = self._numbers[kept]
                continue
            self._numbers[kind] = self._numbers[kept] = len(self.kinds)
            self.kinds.append(kept)
            if self._path is not None:
                text = json.dumps(kept).encode()
                self._write(BLOCK.pack(b"K", len(text)), text)

    def _write(self, *pieces: "bytes | array[float] | array[int]") -> None:
        if self._file is None:
            assert self._path is not None
            self._file = self._path.open("wb")
        for piece in pieces:
            self._size += self._file.write(piece)


class Spool:
    """What a spool holds: kinds, chunks, and the rows whose kind changed later."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.amended: dict[int, int] = {}
        self._chunks: list[Rows] = []

    def add(self, block: "Rows | Kind | dict[int, int]") -> None:
        """Take the next block."""
        if isinstance(block, Rows):
            self._chunks.append(block)
        elif isinstance(block, Kind):
            self.kinds.append(block)
        else:
            self.amended.update(block)

    def chunks(self) -> list[Rows]:
        """Every row, as it was taken: amendments are not applied."""
        return self._chunks

    def __iter__(self) -> Iterator[Sample]:
        first = 0
        for rows in self._chunks:
            yield from _samples(rows, self.kinds, self.amended, first)
            first += len(rows.kind)


def read_spool(path: Path) -> Spool:
    """Read a spool; a block that was cut off is left out."""
    spool = Spool()
    for block in _blocks(path):
        spool.add(block)
    return spool


def _samples(rows: Rows, kinds: list[Kind], amended: dict[int, int], first: int) -> Iterator[Sample]:
    for row, (at, latency, late, number) in enumerate(zip(*rows, strict=True), first):
        yield Sample(at, latency, late, *kinds[amended.get(row, number)])


def _blocks(path: Path) -> Iterator[Rows | Kind | dict[int, int]]:
    with path.open("rb") as file:
        while len(head := file.read(BLOCK.size)) == BLOCK.size:
            tag, count = BLOCK.unpack(head)
            try:
                yield _block(file, tag, count)
            except (EOFError, ValueError):
                return


def _block(file: BinaryIO, tag: bytes, count: int) -> Rows | Kind | dict[int, int]:
    if tag == b"K":
        return Kind(*json.loads(file.read(count)))
    if tag == b"A":
        return dict(AMENDMENT.iter_unpack(file.read(count * AMENDMENT.size)))
    rows = _no_rows()
    for column in rows:
        column.fromfile(file, count)
    return rows
