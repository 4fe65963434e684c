"""A latency histogram in constant memory: buckets of equal relative width, merged by adding them up.

The bits of a float are its logarithm already: exponent and first bits of the mantissa, shifted down, number the bucket. So
recording only appends to a buffer, and emptying the buffer costs one shift a value. Buckets are linear within an octave
(128 each, as in HdrHistogram by G. Tene), hence at most 0.39 % from the middle of one to its lower edge.
"""

import math
import struct
import sys
import weakref
from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import repeat
from operator import rshift
from typing import Any

from readiness.measure.quantiles import rank, rank_bounds, samples_needed
from readiness.model import Estimate

OCTAVE_BITS = 7
"""2**7 buckets to an octave."""
RELATIVE_ERROR = 2.0 ** -(OCTAVE_BITS + 1)
"""Largest error of a percentile as a share of it: 0.39 %, for values from 60 ns to 36 h."""
LEAST, MOST = 2.0**-24, 2.0**17
"""Seconds; what lies outside is counted in the outermost buckets, and ``smallest`` and ``largest`` stay exact."""

_SHIFT = 52 - OCTAVE_BITS
_BUFFER = 8192
_HEADER = struct.Struct("<4sBIddd")
_PAIR = struct.Struct("<Hq")
_MAGIC = b"RHst"


def _key(value: float) -> int:
    """Return the leading bits of a value as a number; they grow with it."""
    return int(struct.unpack("<Q", struct.pack("<d", value))[0]) >> _SHIFT


_FIRST = _key(LEAST)
_BUCKETS = _key(MOST) - _FIRST


def _edge(index: int) -> float:
    """Return the lower edge of a bucket, which is the upper edge of the one before it."""
    return float(struct.unpack("<d", struct.pack("<Q", (index + _FIRST) << _SHIFT))[0])


class Histogram:
    """Counts values >= 0, in seconds where they are latencies. About 110 KB, however many there are.

    ``record(value)`` keeps one. It uses numpy where the process has imported it, and never imports it itself: that would
    stop a load for a tenth of a second. Both ways count alike. Not for several threads at once.
    """

    record: Callable[[float], None]

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._counts = array("q", bytes(8 * _BUCKETS))
        self._pending = array("d")
        self._total, self._least, self._most = 0.0, math.inf, -math.inf
        self._problem = ""
        # A generator's own `send` costs a third less than a method that appends and looks whether the buffer is full.
        buffering = _buffering(self._pending, weakref.ref(self))
        next(buffering)
        self.record = buffering.send
        for value in values:
            self.record(value)

    def extend(self, values: "array[float]") -> None:
        """Keep many values at once, for half of what they cost one by one."""
        self._empty()
        self._pending.extend(values)
        self._empty()

    def _empty(self) -> None:
        """Count what is pending. Never raises: that would end the recording for good, in the middle of a load."""
        pending = self._pending
        if not pending:
            return
        extent, count = (_extent_by_numpy, _count_by_numpy) if "numpy" in sys.modules else (_extent, _count)
        least, most, total = extent(pending)
        if least >= 0 and math.isfinite(total):
            self._least, self._most, self._total = min(self._least, least), max(self._most, most), self._total + total
            count(pending, self._counts)
        else:
            self._problem = f"a histogram takes finite values from 0; among {len(pending)} it got {least} to {most}"
        del pending[:]

    def _settle(self) -> None:
        """Count what is pending before anything is read; ``ValueError`` where a value ever was negative or not finite."""
        self._empty()
        if self._problem:
            raise ValueError(self._problem)

    def discard(self, value: float) -> None:
        """Take one recorded value back. An end that it was is known to the width of its bucket from then on."""
        self._settle()
        index = min(max(_key(value) - _FIRST, 0), _BUCKETS - 1)
        if not self._counts[index]:
            raise ValueError(f"a histogram gives back what it was given; no value like {value:g}")
        self._counts[index] -= 1
        self._total -= value
        low = _edge(index) if index else 0.0
        high = _edge(index + 1) if index < _BUCKETS - 1 else math.inf
        if not self._counts[index] and (self._least >= low or self._most <= high):
            self._narrow()

    def _narrow(self) -> None:
        """Draw the ends in, as far as the buckets that still hold something say."""
        filled = [index for index, _ in self._filled()]
        if not filled:
            self._total, self._least, self._most = 0.0, math.inf, -math.inf
            return
        self._least = max(self._least, _edge(filled[0]) if filled[0] else 0.0)
        if filled[-1] < _BUCKETS - 1:
            self._most = min(self._most, _edge(filled[-1] + 1))

    def __add__(self, other: "Histogram") -> "Histogram":
        """Return both together: no count is lost, and the order does not matter."""
        both = Histogram()
        for part in (self, other):
            part._settle()
            for index, count in part._filled():
                both._counts[index] += count
            both._least, both._most = min(both._least, part._least), max(both._most, part._most)
        both._total = self._total + other._total
        return both

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.to_bytes() == other.to_bytes()

    def __reduce__(self) -> "tuple[Callable[[bytes], Histogram], tuple[bytes]]":
        return Histogram.from_bytes, (self.to_bytes(),)

    def _filled(self) -> Iterator[tuple[int, int]]:
        return ((index, count) for index, count in enumerate(self._counts) if count)

    @property
    def count(self) -> int:
        """How many values were recorded."""
        self._settle()
        return sum(self._counts)

    @property
    def mean(self) -> float:
        """Arithmetic mean, exact; NaN where there is none."""
        return self._total / count if (count := self.count) else math.nan

    @property
    def smallest(self) -> float:
        """The smallest value, exact; NaN where there is none."""
        return self._least if self.count else math.nan

    @property
    def largest(self) -> float:
        """The largest value, exact; NaN where there is none."""
        return self._most if self.count else math.nan

    def buckets(self) -> Iterator[tuple[float, float, int]]:
        """Yield (low, high, count) of each bucket that holds something, ascending; low <= values < high."""
        self._settle()
        last = _BUCKETS - 1
        for index, count in self._filled():
            low = 0.0 if index == 0 else _edge(index)
            yield low, (math.nextafter(max(self._most, MOST), math.inf) if index == last else _edge(index + 1)), count

    def percentile(self, percent: float) -> float:
        """Return the value of rank ceil(percent * n / 100), 0 < percent <= 100, within RELATIVE_ERROR; NaN without values."""
        return self._at_rank(rank(percent, self.count))[1]

    def estimate(self, percent: float) -> Estimate:
        """Return a percentile with its 95 % order-statistic interval, ends widened to the edges of their buckets."""
        n, needed = self.count, samples_needed(percent)
        if not n:
            return Estimate(math.nan, -math.inf, math.inf, 0, needed)
        low, high = rank_bounds(percent, n)
        below = self._at_rank(low)[0] if low >= 1 else -math.inf
        above = self._at_rank(high)[2] if high <= n else math.inf
        return Estimate(self.percentile(percent), below, above, n, needed)

    def _at_rank(self, rank: int) -> tuple[float, float, float]:
        """Return (lowest, likely, highest) for the value of a rank."""
        passed = 0
        for low, high, count in self.buckets():
            passed += count
            if passed >= rank:
                low, high = max(low, self._least), min(high, self._most)
                return low, min(max((low + high) / 2, low), high), high
        return math.nan, math.nan, math.nan

    def below(self, value: float) -> int:
        """Return how many values lie below ``value`` for sure; those in its own bucket do not count unless all do."""
        if self.count and self._most < value:
            return self.count
        return sum(count for _, high, count in self.buckets() if high <= value)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values: exact totals, and [bucket, count] for each bucket that holds something."""
        buckets = [list(pair) for pair in self._filled()] if self.count else []
        least, most = (self._least, self._most) if buckets else (None, None)
        return {"octave_bits": OCTAVE_BITS, "total": self._total, "least": least, "most": most, "buckets": buckets}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Histogram":
        """Read what ``to_json`` wrote; ``ValueError`` where the buckets are others than ours."""
        least, most = stored["least"], stored["most"]
        outer = (math.inf, -math.inf) if least is None else (least, most)
        return cls._restored(stored["octave_bits"], stored["total"], outer, stored["buckets"])

    def to_bytes(self) -> bytes:
        """Return it in 10 bytes per bucket that holds something, for another process."""
        self._settle()
        pairs = list(self._filled())
        header = _HEADER.pack(_MAGIC, OCTAVE_BITS, len(pairs), self._total, self._least, self._most)
        return header + b"".join(_PAIR.pack(*pair) for pair in pairs)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Histogram":
        """Read what ``to_bytes`` wrote; ``ValueError`` where it is cut off or something else."""
        if len(stored) < _HEADER.size or stored[:4] != _MAGIC:
            raise ValueError(f"not a histogram: {len(stored)} bytes that begin with {stored[:4]!r}")
        _, bits, filled, total, least, most = _HEADER.unpack_from(stored)
        body = stored[_HEADER.size :]
        if len(body) != filled * _PAIR.size:
            raise ValueError(
                f"a histogram of {filled} buckets has {filled * _PAIR.size} bytes of them, not {len(body)}"
            )
        return cls._restored(bits, total, (least, most), _PAIR.iter_unpack(body))

    @classmethod
    def _restored(
        cls, bits: int, total: float, outer: tuple[float, float], buckets: Iterable[Iterable[int]]
    ) -> "Histogram":
        if bits != OCTAVE_BITS:
            raise ValueError(f"a histogram with 2**{bits} buckets to an octave; ours have 2**{OCTAVE_BITS}")
        made = cls()
        for index, count in buckets:
            if not (0 <= index < _BUCKETS and count > 0):
                raise ValueError(
                    f"a histogram has buckets 0 to {_BUCKETS - 1} with counts above 0, not {index}: {count}"
                )
            made._counts[index] += count
        made._total, (made._least, made._most) = total, outer
        return made


def _buffering(pending: "array[float]", owner: "weakref.ref[Histogram]") -> Generator[None, float, None]:
    """Take values and have the owner count them; it is held weakly, or each histogram would wait for the garbage collector."""
    append = pending.append
    while True:
        for _ in range(_BUFFER):
            append((yield))
        if (histogram := owner()) is not None:
            histogram._empty()
            del histogram
        del pending[:]


def _extent(values: "array[float]") -> tuple[float, float, float]:
    return min(values), max(values), sum(values)


def _count(values: "array[float]", counts: "array[int]") -> None:
    bits = memoryview(values).cast("B").cast("q")
    for key, count in Counter(map(rshift, bits, repeat(_SHIFT))).items():
        counts[min(max(key - _FIRST, 0), _BUCKETS - 1)] += count


def _extent_by_numpy(values: "array[float]") -> tuple[float, float, float]:
    import numpy as np

    seen = np.frombuffer(values)
    return float(seen.min()), float(seen.max()), float(seen.sum())


def _count_by_numpy(values: "array[float]", counts: "array[int]") -> None:
    import numpy as np

    keys = (np.frombuffer(values, dtype=np.int64) >> _SHIFT) - _FIRST
    np.clip(keys, 0, _BUCKETS - 1, out=keys)
    held = np.frombuffer(counts, dtype=np.int64)
    held += np.bincount(keys, minlength=_BUCKETS)
