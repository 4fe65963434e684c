"""How many orders one account may place: at most so many in any one second, wherever that second begins.

A count that starts anew with each second lets twice as many through around its turn, so the times of the last orders
are kept instead. An order that is refused here is not counted.
"""

import threading
import time
from collections import deque

from readiness.desk.defects import active
from readiness.desk.errors import Problem

WINDOW_SECONDS = 1.0


class Throttle:
    """Admits orders; the oldest of the last `per_second` admissions tells when the next one is due."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._admitted: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, account: str) -> None:
        """Note an order of the account, or refuse it (429)."""
        now = time.monotonic()
        with self._lock:
            times = self._admitted.setdefault(account, deque(maxlen=self._per_second))
            if len(times) == self._per_second and self._within(times[0], now):
                message = f"the account has placed {self._per_second} orders within a second, the most that is allowed"
                raise Problem(429, "too_many_orders", message)
            times.append(now)

    def _within(self, earlier: float, now: float) -> bool:
        if active("fixed-window"):
            return int(earlier) == int(now)
        return now - earlier < WINDOW_SECONDS
