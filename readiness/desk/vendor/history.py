"""Minute bars of the past as CSV, one session at a time, so that any length streams in little memory."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from readiness.desk.calendar import FIRST_DAY, LAST_DAY, Session, sessions_between
from readiness.desk.clock import NEW_YORK
from readiness.desk.vendor.market import BASE_PRICES, waves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADER = "at,open,high,low,close,volume\n"

_MINUTE_S = 60
_DAMAGE = ("nan,nan,nan,nan,0", "30.00,20.00,40.00,30.00,100", "-1.00,-1.00,-1.00,-1.00,100", ",,,,")
_DAMAGED_EVERY = 10


def bars(seed: int, symbol: str, start: datetime, end: datetime, rows: int, gaps: bool = False) -> Iterator[str]:
    """CSV text in pieces: the header, then at most `rows` bars that begin in [start, end), oldest first.

    With `gaps` every tenth row is damaged in one of four ways: no numbers, low above high, negative, empty.
    """
    yield HEADER
    sent = 0
    for session in sessions_between(_covered(start), _covered(end)):
        lines = _lines(seed, symbol, session, start, end)[: rows - sent]
        if gaps:
            lines = [_damaged(line, sent + index) for index, line in enumerate(lines)]
        sent += len(lines)
        if lines:
            yield "\n".join(lines) + "\n"
        if sent >= rows:
            return


def _lines(seed: int, symbol: str, session: Session, start: datetime, end: datetime) -> list[str]:
    first = max(session.opens, _whole_minute(start))
    minutes = max(math.ceil((min(session.closes, end) - first).total_seconds() / _MINUTE_S), 0)
    if minutes == 0:
        return []
    import numpy as np

    edges = int(first.timestamp()) + _MINUTE_S * np.arange(minutes + 1, dtype=np.int64)
    prices = _prices(seed, symbol, edges)
    opened, close = prices[:-1], prices[1:]
    noise = _noise(seed, edges[:-1])
    reach = 1.0 + 0.0005 * noise
    high = np.maximum(opened, close) * reach
    low = np.minimum(opened, close) / reach
    volume = (500 + 9500 * noise).astype(np.int64)
    stamps = np.datetime_as_string(edges[:-1].astype("datetime64[s]"), timezone="UTC")
    columns = zip(stamps.tolist(), *(part.tolist() for part in (opened, high, low, close, volume)), strict=True)
    return ["%s,%.2f,%.2f,%.2f,%.2f,%d" % row for row in columns]  # noqa: UP031 - a third faster than an f-string


def _prices(seed: int, symbol: str, epoch_s: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """The same function as `market.undisturbed_spot`, for instants of shape (n,)."""
    import numpy as np

    total = np.zeros(epoch_s.shape)
    for wave in waves(seed, symbol):
        total += wave.amplitude * np.sin(wave.speed * epoch_s + wave.phase)
    return BASE_PRICES[symbol] * np.exp(total)


def _noise(seed: int, epoch_s: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """A repeatable number in [0, 1) for each instant, by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    import numpy as np

    mixed = (epoch_s + seed * 1_000_003).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53, dtype=np.float64)


def parse_bound(text: str, end: bool) -> datetime:
    """Read `start` or `end`: an instant with offset, or a day in New York, where `end` then includes the whole day."""
    if "T" not in text and " " not in text:
        day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
        return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"instant {text!r} has no offset; right would be {text}Z")
    return instant.astimezone(UTC)


def _damaged(line: str, index: int) -> str:
    if index % _DAMAGED_EVERY != _DAMAGED_EVERY - 1:
        return line
    stamp = line.partition(",")[0]
    return f"{stamp},{_DAMAGE[index // _DAMAGED_EVERY % len(_DAMAGE)]}"


def _covered(instant: datetime) -> date:
    return min(max(instant.astimezone(NEW_YORK).date(), FIRST_DAY), LAST_DAY)


def _whole_minute(instant: datetime) -> datetime:
    """The first full minute not before the instant."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + timedelta(minutes=1)
