"""Whether the desk trades at all: open, halted for a while, or killed until a human opens it again.

The state is stored, so a restart changes nothing about it. Halted, resting orders wait; killed, none is left.
"""

from typing import Literal, cast

from readiness.desk.clock import ExchangeClock
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.store import Connection, Store, to_stored

State = Literal["open", "halted", "killed"]


class Trading:
    """The state of trading; reading it costs nothing."""

    def __init__(self, store: Store, clock: ExchangeClock) -> None:
        self._store = store
        self._clock = clock
        with store.connection() as connection:
            row = connection.execute("SELECT state FROM trading ORDER BY rowid DESC LIMIT 1").fetchone()
        self.state: State = cast(State, row[0]) if row else "open"

    @property
    def works_orders(self) -> bool:
        """Whether resting orders may be filled."""
        return self.state == "open" or active("fills-while-halted")

    def require_open(self) -> None:
        """Refuse while trading is halted or killed."""
        if self.state != "open":
            raise Problem(409, f"trading_{self.state}", f"trading is {self.state}; only an administrator opens it")

    def set(self, state: State) -> None:
        """Change the state; it holds at once, for orders under way too, and is on disk when this returns."""
        self.state = state
        values = [state, to_stored(self._clock.now())]

        def work(connection: Connection) -> None:
            connection.execute("INSERT INTO trading VALUES (?, ?)", values)

        if not active("kill-forgotten"):
            self._store.write(work)
        self._store.drain()
