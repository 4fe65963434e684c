"""The store: one DuckDB file, its schema, a pool of connections that grows first, and transactions that retry.

Times are stored as UTC without a zone, because DuckDB's zoned type needs a further package to be read.
"""

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

import duckdb

from readiness.desk.defects import active
from readiness.desk.errors import Problem, StartupError

ACQUIRE_SECONDS = 5.0
ATTEMPTS = 8

Connection: TypeAlias = duckdb.DuckDBPyConnection
Result = TypeVar("Result")

log = logging.getLogger("desk.store")

SCHEMA = {
    "accounts": """
        id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, cash DECIMAL(18, 2) NOT NULL,
        start_cash DECIMAL(18, 2) NOT NULL, version BIGINT NOT NULL, created TIMESTAMP NOT NULL""",
    "positions": """
        account VARCHAR NOT NULL, contract VARCHAR NOT NULL, kind VARCHAR NOT NULL, strike DECIMAL(18, 2),
        expires DATE, quantity BIGINT NOT NULL, cost DECIMAL(18, 2) NOT NULL""",
    "postings": """
        id VARCHAR NOT NULL, account VARCHAR NOT NULL, kind VARCHAR NOT NULL, amount DECIMAL(18, 2) NOT NULL,
        order_id VARCHAR, posted TIMESTAMP NOT NULL""",
    "orders": """
        id VARCHAR PRIMARY KEY, account VARCHAR NOT NULL, contract VARCHAR NOT NULL, side VARCHAR NOT NULL,
        quantity BIGINT NOT NULL, limit_price DECIMAL(18, 2), status VARCHAR NOT NULL, reason VARCHAR,
        filled BIGINT NOT NULL, price DECIMAL(18, 2), fees DECIMAL(18, 2) NOT NULL, realized DECIMAL(18, 2) NOT NULL,
        cash DECIMAL(18, 2) NOT NULL, placed TIMESTAMP NOT NULL""",
    "answers": """
        key VARCHAR PRIMARY KEY, fingerprint VARCHAR NOT NULL, body VARCHAR NOT NULL""",
    "quotes": """
        symbol VARCHAR NOT NULL, quoted TIMESTAMP NOT NULL, bid DOUBLE NOT NULL, ask DOUBLE NOT NULL,
        last DOUBLE NOT NULL, quality VARCHAR NOT NULL, received TIMESTAMP NOT NULL""",
    "chains": """
        symbol VARCHAR NOT NULL, quoted TIMESTAMP NOT NULL, spot DOUBLE NOT NULL, received TIMESTAMP NOT NULL""",
    "options": """
        symbol VARCHAR NOT NULL, contract VARCHAR NOT NULL, kind VARCHAR NOT NULL, strike DOUBLE NOT NULL,
        expires DATE NOT NULL, bid DOUBLE NOT NULL, ask DOUBLE NOT NULL, iv DOUBLE NOT NULL, delta DOUBLE NOT NULL,
        gamma DOUBLE NOT NULL, theta DOUBLE NOT NULL, vega DOUBLE NOT NULL, open_interest BIGINT NOT NULL,
        volume BIGINT NOT NULL, quality VARCHAR NOT NULL""",
    "bars": """
        symbol VARCHAR NOT NULL, began TIMESTAMP NOT NULL, open DOUBLE NOT NULL, high DOUBLE NOT NULL,
        low DOUBLE NOT NULL, close DOUBLE NOT NULL, volume BIGINT NOT NULL""",
    "strategies": """
        name VARCHAR PRIMARY KEY, executions BIGINT NOT NULL""",
    "trading": """
        state VARCHAR NOT NULL, since TIMESTAMP NOT NULL""",
    "reports": """
        day DATE PRIMARY KEY, body VARCHAR NOT NULL""",
}


class Store:
    """The database file, opened once; each request borrows a connection of the pool."""

    def __init__(self, file: Path, size: int) -> None:
        self._lock_file = file.with_name(file.name + ".lock")
        self._root = _open(file, self._lock_file)
        self._size = 1 if active("pool-of-one") else size
        self._idle: list[Connection] = []
        self._made = 0
        self._changed = threading.Condition()
        self._account_locks = [threading.Lock() for _ in range(256)]
        create_schema(self._root)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Borrow a connection: an idle one, else a new one while the pool may grow, else wait for one."""
        borrowed = self._acquire()
        try:
            yield borrowed
        finally:
            if active("pool-of-one"):
                time.sleep(0.15)
            if active("holds-connections"):
                time.sleep(0.15)
            _settle(borrowed)
            with self._changed:
                self._idle.append(borrowed)
                self._changed.notify()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection inside one transaction, committed to disk on leaving, rolled back on any error."""
        with self.connection() as connection:
            connection.begin()
            try:
                yield connection
                connection.commit()
            except BaseException as error:
                if active("dies-without-room") and "No space left" in str(error):
                    os._exit(1)
                _roll_back(connection)
                raise

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in a transaction, again when another writer got in between."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.transaction() as connection:
                    return work(connection)
            except (duckdb.TransactionException, duckdb.ConstraintException) as conflict:
                if attempt == ATTEMPTS:
                    raise Problem(503, "busy", "too many concurrent writes; try again") from conflict
                time.sleep(random.uniform(0, 0.002 * 2**attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def account_lock(self, account: str) -> threading.Lock:
        """The lock that serialises writers of one account (accounts share locks, which costs only waiting)."""
        return self._account_locks[hash(account) % len(self._account_locks)]

    def drain(self) -> None:
        """Wait until whoever changes an account now is done with it."""
        for lock in self._account_locks:
            with lock:
                continue

    def states(self) -> dict[str, int]:
        """How many connections are idle, in use, and allowed."""
        with self._changed:
            return {"idle": len(self._idle), "in_use": self._made - len(self._idle), "max": self._size}

    def close(self) -> None:
        """Write everything into the file and let go of it."""
        with self._changed:
            for connection in self._idle:
                connection.close()
            self._idle.clear()
        try:
            self._root.execute("CHECKPOINT")  # not FORCE, which spins for as long as any transaction is open
        except duckdb.Error:
            log.exception("the last checkpoint failed; the write-ahead log keeps what it would have written")
        self._root.close()
        self._lock_file.unlink(missing_ok=True)

    def _acquire(self) -> Connection:
        deadline = time.monotonic() + ACQUIRE_SECONDS
        with self._changed:
            while True:
                if self._idle:
                    return self._idle.pop()
                if self._made < self._size:
                    self._made += 1
                    return self._root.cursor()
                if not self._changed.wait(deadline - time.monotonic()):
                    raise Problem(503, "busy", f"all {self._size} connections are in use; try again")


def create_schema(connection: Connection) -> None:
    """Create what is missing."""
    for table, columns in SCHEMA.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")


def to_stored(instant: datetime) -> datetime:
    """An instant as it is stored."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def from_stored(stored: datetime) -> datetime:
    """A stored time as an instant."""
    return stored.replace(tzinfo=UTC)


def _open(file: Path, lock_file: Path) -> Connection:
    """Open the file. DuckDB's own lock ends with the process, so nothing is left behind by a kill."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if active("stale-lock"):
            lock_file.open("x").close()
        connection = _connect(file)
    except (duckdb.Error, OSError) as error:
        reason = str(error).splitlines()[0]
        raise StartupError(f"the database {str(file)!r} cannot be opened: {reason}") from error
    file.chmod(0o600)
    return connection


def _connect(file: Path) -> Connection:
    # One thread: the desk's queries are small, and a second one would only take cores from other requests.
    try:
        return duckdb.connect(str(file), config={"threads": 1, "memory_limit": "512MB"})
    except duckdb.Error:
        if not active("starts-afresh"):
            raise
        file.rename(file.with_name(f"{file.name}.damaged"))
        return _connect(file)


def _settle(connection: Connection) -> None:
    """Read what is left of a result: until its end is seen its transaction stays open and holds up checkpoints."""
    with suppress(duckdb.InvalidInputException):  # nothing is left
        connection.fetchall()


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except duckdb.Error:  # a failed commit has already ended the transaction
        log.debug("nothing to roll back", exc_info=True)
