"""History: minute bars in bulk into the store, and the daily view of them."""

import json
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.quality import bar_faults
from readiness.desk.store import Connection, Store
from readiness.desk.vendor_client import Vendor, VendorError

if TYPE_CHECKING:
    import numpy as np

PRICES = ("open", "high", "low", "close")

# Sessions begin and end on the same UTC date, so the date of a bar in UTC is the date of its session.
DAILY = """
    SELECT CAST(began AS DATE) AS day, arg_min(open, began), max(high), min(low), arg_max(close, began),
           CAST(sum(volume) AS BIGINT), count(*)
    FROM bars WHERE symbol = ? AND began >= CAST(? AS DATE) AND began < CAST(? AS DATE) + 1
    GROUP BY day ORDER BY day"""

CLOSES = """
    SELECT CAST(began AS DATE) AS day, arg_max(close, began)
    FROM bars WHERE symbol = ? AND began < CAST(? AS DATE) + 1 GROUP BY day ORDER BY day DESC LIMIT ?"""

HEADER = "at,open,high,low,close,volume"

# Lines are taken whole and each field is tried as a number, so that a broken line is counted and refuses only itself.
STAGED = """
    SELECT TRY_CAST(replace(part[1], 'Z', '') AS TIMESTAMP) AS began, TRY_CAST(part[2] AS DOUBLE) AS open,
           TRY_CAST(part[3] AS DOUBLE) AS high, TRY_CAST(part[4] AS DOUBLE) AS low,
           TRY_CAST(part[5] AS DOUBLE) AS close, TRY_CAST(part[6] AS DOUBLE) AS volume
    FROM (SELECT CASE WHEN len(parts) = 6 THEN parts END AS part
          FROM (SELECT string_split(line, ',') AS parts
                FROM read_csv(?, columns = {'line': 'VARCHAR'}, delim = '\t', quote = '', escape = '', header = true,
                     auto_detect = false)))"""

# Bars that are there already are left alone, which makes repeating an ingestion harmless.
NEW_BARS = """
    INSERT INTO bars
    SELECT ?, began, open, high, low, close, CAST(volume AS BIGINT)
    FROM (SELECT * FROM arriving QUALIFY row_number() OVER (PARTITION BY began) = 1) AS arriving
    WHERE NOT EXISTS (FROM bars WHERE bars.symbol = ? AND bars.began = arriving.began)"""

Columns: TypeAlias = "dict[str, np.ndarray]"


class History:
    """Minute bars of the past."""

    def __init__(self, store: Store, vendor: Vendor, scratch: Path) -> None:
        self._store = store
        self._vendor = vendor
        self._scratch = scratch
        self._lock = threading.Lock()  # two ingestions of the same bars must not both find them missing

    def ingest(self, symbol: str, query: Mapping[str, str]) -> dict[str, object]:
        """Fetch bars, refuse invalid ones, store new ones; what became of them."""
        began = time.perf_counter()
        if active("slow-ingestion"):
            time.sleep(6.0)  # what waiting for a neighbour's lock would take
        with self._lock, tempfile.TemporaryDirectory(dir=self._scratch) as directory:
            file = Path(directory) / "bars.csv"
            try:
                self._vendor.save_history(file, {"symbol": symbol, **query})
            except VendorError as error:
                raise Problem(503, "market_data_unavailable", f"the vendor failed: {error}") from error
            with file.open(encoding="utf-8", errors="replace") as lines:
                if lines.readline().strip() != HEADER:
                    raise Problem(503, "market_data_unavailable", "the vendor's bars are not of the agreed form")
            with self._store.transaction() as connection:
                counts = _load(connection, symbol, file)
        return {**counts, "seconds": round(time.perf_counter() - began, 3)}

    def closes(self, symbol: str, last: date, sessions: int) -> list[float]:
        """The closing prices of the latest stored sessions up to a date, oldest first."""
        with self._store.connection() as connection:
            rows = connection.execute(CLOSES, [symbol, last, sessions]).fetchall()
        return [float(close) for _, close in reversed(rows)]

    def daily(self, symbol: str, start: date, end: date) -> bytes:
        """One row for each session between two dates, as JSON."""
        with self._store.connection() as connection:
            query = _daily_by_row if active("slow-history") else _daily
            rows = query(connection, symbol, start, end)
        days = [
            {
                "date": day.isoformat(),
                **{name: f"{price:.4f}" for name, price in zip(PRICES, prices, strict=True)},
                "volume": volume,
            }
            for day, *prices, volume, _ in rows
        ]
        return json.dumps({"symbol": symbol, "days": days, "rows": sum(row[-1] for row in rows)}).encode()


Price: TypeAlias = "float | Decimal"
DailyRow: TypeAlias = tuple[date, Price, Price, Price, Price, int, int]


def _daily(connection: Connection, symbol: str, start: date, end: date) -> list[DailyRow]:
    return connection.execute(DAILY, [symbol, start, end]).fetchall()


def _daily_by_row(connection: Connection, symbol: str, start: date, end: date) -> list[DailyRow]:
    """The defect slow-history: a query for each day, and every bar travels to Python one at a time."""
    days = []
    for day, *_ in _daily(connection, symbol, start, end):
        query = "SELECT open, high, low, close, volume FROM bars WHERE symbol = ? AND CAST(began AS DATE) = ?"
        bars = connection.execute(f"{query} ORDER BY began", [symbol, day])
        rows = []
        while (bar := bars.fetchone()) is not None:
            rows.append((*(Decimal(str(price)) for price in bar[:4]), bar[4]))
        opens, highs, lows, closes, volumes = zip(*rows, strict=True)
        days.append((day, opens[0], max(highs), min(lows), closes[-1], sum(volumes), len(rows)))
    return days


def _load(connection: Connection, symbol: str, file: Path) -> dict[str, object]:
    """Judge the staged bars as whole columns and insert those that are valid and new."""
    import numpy as np  # only ingestion pays for the import

    staged = connection.execute(STAGED, [str(file)]).fetchnumpy()
    columns: Columns = {name: _plain(np.asanyarray(column)) for name, column in staged.items()}
    received = len(columns["began"])
    faults = bar_faults({name: column for name, column in columns.items() if name != "began"})
    valid = ~np.logical_or.reduce(list(faults.values()))
    faults["no_time"] = valid & np.isnat(columns["began"])
    valid &= ~faults["no_time"]
    accepted = int(valid.sum())
    if active("lost-rows"):
        valid &= np.arange(received) % 20 != 19
    arriving = {name: column[valid] for name, column in columns.items()}
    stored = _insert(connection, symbol, arriving) + accepted - int(valid.sum())
    reasons = {reason: int(mask.sum()) for reason, mask in faults.items()} | {"duplicate": accepted - stored}
    return {
        "received": received,
        "stored": stored,
        "rejected": received - accepted,
        "reasons": {reason: count for reason, count in reasons.items() if count},
    }


def _insert(connection: Connection, symbol: str, arriving: Columns) -> int:
    connection.register("arriving", arriving)
    try:
        counted = connection.execute(NEW_BARS, [symbol, symbol]).fetchone()
    finally:
        connection.unregister("arriving")
    return int(counted[0]) if counted else 0


def _plain(column: "np.ndarray") -> "np.ndarray":
    """A column without mask: what is missing becomes NaN or NaT."""
    import numpy as np

    missing = np.datetime64("NaT") if column.dtype.kind == "M" else np.nan
    return np.ma.filled(column, missing) if np.ma.isMaskedArray(column) else column
