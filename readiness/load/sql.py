"""SQL statements as operations of a journey, over any DB-API connection (DuckDB, sqlite3, psycopg ...)."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class Database:
    """Runs statements over a few connections, each in a thread of its own: many drivers want it so.

    >>> database = Database(lambda: duckdb.connect("desk.duckdb", read_only=True), connections=4)
    >>> async def reader(user: User) -> None:
    ...     rows = await user.measure("quotes", database.execute("SELECT * FROM quotes WHERE symbol = ?", ["SPY"]))
    """

    def __init__(self, connect: Callable[[], Any], connections: int = 10) -> None:
        if connections < 1:
            raise ValueError(f"connections: {connections}; at least 1")
        self._lanes = [_Lane(connect) for _ in range(connections)]
        self._free: asyncio.LifoQueue[_Lane] = asyncio.LifoQueue()
        for lane in self._lanes:
            self._free.put_nowait(lane)

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows, none where it gives none; what the database raises comes through.

        Statements beyond the number of connections wait for one, and that wait is part of their latency. A statement whose
        caller has given up keeps its connection until the database is through with it.
        """
        loop, lane = asyncio.get_running_loop(), await self._free.get()

        def freed(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop may be closed by then
                loop.call_soon_threadsafe(self._free.put_nowait, lane)

        work = lane.thread.submit(lane.run, statement, parameters)
        work.add_done_callback(freed)
        return await asyncio.wrap_future(work)

    def close(self) -> None:
        """Close the connections and end the threads."""
        for lane in self._lanes:
            lane.thread.submit(lane.close).result()
            lane.thread.shutdown()


class _Lane:
    """One thread and its connection, made at the first statement."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="sql")
        self._connect = connect
        self._connection: Any = None

    def run(self, statement: str, parameters: Sequence[Any]) -> list[Any]:
        if self._connection is None:
            self._connection = self._connect()
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
