"""Programs that send orders: each may do so a number of times, then it stops until a human lets it go on.

A program that is caught in a loop sends orders that are sane one by one, so no bound of a single order stops it. The
rule is that of Article 15(3) of the Commission Delegated Regulation (EU) 2017/589. The counts are stored: a restart
lets nothing go on.
"""

from dataclasses import dataclass

from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.store import Connection, Store


@dataclass(frozen=True, slots=True)
class Strategy:
    """A program: how many orders it has placed since a human last looked, and how many it may."""

    name: str
    executions: int
    most: int

    @property
    def stopped(self) -> bool:
        """Whether it has to wait for a human."""
        return self.executions >= self.most


class Strategies:
    """Counts the orders of each program."""

    def __init__(self, store: Store, most: int) -> None:
        self._store = store
        self._most = most

    def get(self, name: str) -> Strategy:
        """A program as it stands; one that never sent an order has none."""
        with self._store.connection() as connection:
            return self._read(connection, name)

    def count(self, connection: Connection, name: str) -> None:
        """Note an order in its own transaction, or refuse it: what is rolled back was not counted."""
        strategy = self._read(connection, name)
        if strategy.stopped and not active("restless-strategy"):
            message = f"{name!r} has placed {strategy.executions} orders; an administrator has to enable it again"
            raise Problem(409, "strategy_stopped", message)
        _write(connection, name, strategy.executions + 1)

    def enable(self, name: str) -> Strategy:
        """Let a program go on, from none."""
        self._store.write(lambda connection: _write(connection, name, 0))
        return self.get(name)

    def _read(self, connection: Connection, name: str) -> Strategy:
        row = connection.execute("SELECT executions FROM strategies WHERE name = ?", [name]).fetchone()
        return Strategy(name, int(row[0]) if row else 0, self._most)


def _write(connection: Connection, name: str, executions: int) -> None:
    changed = connection.execute("UPDATE strategies SET executions = ? WHERE name = ?", [executions, name]).fetchone()
    if not changed or not changed[0]:
        connection.execute("INSERT INTO strategies VALUES (?, ?)", [name, executions])
