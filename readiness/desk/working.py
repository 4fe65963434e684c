"""The thread that works resting orders: while any rests, each is tried against the market once a second."""

import logging
import threading

import duckdb

from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.orders import Orders

WORK_SECONDS = 1.0

log = logging.getLogger("desk.working")


class Working:
    """Works the orders in the background; a failure costs one round, never the thread."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="working-orders", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        if not active("rests-forever"):
            self._thread.start()

    def close(self) -> None:
        """Stop after the order in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * WORK_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(WORK_SECONDS):
            if not self._orders.rests.is_set():
                continue
            try:
                self._orders.work()
            except (Problem, duckdb.Error) as error:
                self._orders.rests.set()
                log.warning("resting orders were not worked: %s", error)
