"""The desk as one object: every service that requests use, made once from the settings and closed in order."""

import logging
import os
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import duckdb
from fastapi import Depends, Request

from readiness.desk import calendar
from readiness.desk.accounts import Accounts
from readiness.desk.clock import ExchangeClock
from readiness.desk.defects import active
from readiness.desk.endofday import EndOfDay
from readiness.desk.errors import Problem, StartupError
from readiness.desk.history import History
from readiness.desk.ingest import Market
from readiness.desk.metrics import Metrics
from readiness.desk.orders import Orders
from readiness.desk.security import Keyring
from readiness.desk.settings import Settings
from readiness.desk.store import Store
from readiness.desk.strategies import Strategies
from readiness.desk.throttle import Throttle
from readiness.desk.trading import State, Trading
from readiness.desk.vendor_client import Vendor, Watch
from readiness.desk.working import Working

SYMBOL = "U"

log = logging.getLogger("desk")


class Desk:
    """All services of one process."""

    def __init__(self, settings: Settings) -> None:
        try:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StartupError(f"DESK_DATA {str(settings.data)!r} cannot be made: {error.strerror}") from error
        self.settings = settings
        self.stopping = False
        self.metrics = Metrics()
        self.keyring = Keyring(settings)
        self.clock = ExchangeClock(settings.clock)
        self.store = Store(settings.database, settings.pool_size)
        self.vendor = Vendor(settings)
        self.watch = Watch(settings.vendor_url)
        self.market = Market(self.store, self.vendor, self.clock)
        self.accounts = Accounts(self.store, self.clock)
        self.trading = Trading(self.store, self.clock)
        self.strategies = Strategies(self.store, settings.strategy_executions)
        self.orders = Orders(
            self.store, self.market, self.clock, self.metrics, settings.limits, self.trading,
            Throttle(settings.orders_per_second), self.strategies,
        )  # fmt: skip
        self.working = Working(self.orders)
        self.history = History(self.store, self.vendor, settings.data)
        self.end_of_day = EndOfDay(self.store, self.market, self.clock, settings.data / "archive")
        self._warm = threading.Event()

    def start(self) -> None:
        """Begin the work that goes on beside requests."""
        self.watch.start()
        self.working.start()
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        if active("hoards-memory"):
            self._hoard = b"x" * 1_200_000_000
        if active("busy-loop"):
            threading.Thread(target=_burn, name="burn", daemon=True).start()
        if active("dies-when-full"):
            threading.Thread(target=_die_when_full, name="die-when-full", daemon=True).start()

    def close(self) -> None:
        """Let go of everything; the store last."""
        self.watch.close()
        self.working.close()
        self.vendor.close()
        self.store.close()

    def switch(self, state: State) -> None:
        """Open, halt or kill trading; when this returns no order is taken that was not taken before."""
        self.trading.set(state)
        if state == "killed" and not active("kill-leaves-resting"):
            self.orders.cancel_all()

    def readiness(self) -> tuple[bool, dict[str, str]]:
        """Whether requests can be served well, and the state of what that depends on."""
        states = {"database": self._database_state(), "vendor": self.watch.state}
        ready = self._warm.is_set() and not self.stopping and all(state == "ok" for state in states.values())
        return ready, states

    def _database_state(self) -> str:
        try:
            with self.store.connection() as connection:
                connection.execute("SELECT count(*) FROM accounts").fetchone()
        except (duckdb.Error, Problem) as error:
            log.warning("the database does not answer: %s", error)
            return "unreachable: no answer"
        return "ok"

    def _warm_up(self) -> None:
        """Load what the first requests would otherwise wait for. Missing market data is no reason not to be ready."""
        try:
            calendar.is_open(self.clock.now())
            self.market.chain(SYMBOL)
        except Problem as problem:
            log.info("started without market data: %s", problem)
        finally:
            self._warm.set()


def release() -> str:
    """The version of the package that this desk came with."""
    try:
        return version("readiness-gate")
    except PackageNotFoundError:
        return "0.0.0"


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(_desk)]


def _burn() -> None:
    """The defect busy-loop."""
    while True:
        pass


def _die_when_full() -> None:
    """The defect dies-when-full: what another service would do when accepting fails."""
    while True:
        time.sleep(0.1)
        try:
            os.close(os.dup(2))
        except OSError:
            os._exit(1)
