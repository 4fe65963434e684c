"""Old copies of accounts, as three planted defects show them; a healthy desk reads the store each time."""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from readiness.desk.defects import active

if TYPE_CHECKING:
    from readiness.desk.accounts import Account

STALE_SECONDS = 0.5
SNAPSHOT_SECONDS = 0.02


class Copies:
    """Answers from copies of a limited age, all times or every second time."""

    def __init__(self, seconds: float, *, every_second: bool = False) -> None:
        self._seconds = seconds
        self._every_second = every_second
        self._copies: dict[str, tuple[float, Account]] = {}
        self._looks = count()
        self._lock = threading.Lock()

    def get(self, account: str, read: "Callable[[str], Account]") -> "Account":
        """The account, perhaps as it was."""
        with self._lock:
            fresh = self._every_second and next(self._looks) % 2 == 0
            made, copy = self._copies.get(account, (0.0, None))
        if fresh:
            return read(account)
        if copy is None or time.monotonic() - made > self._seconds:
            made, copy = time.monotonic(), read(account)
            with self._lock:
                self._copies[account] = made, copy
        return copy


def planted_copies() -> Copies | None:
    """The copies of the defect that is armed, if any is."""
    if active("stale-reads"):
        return Copies(STALE_SECONDS)
    if active("lagging-replica"):
        return Copies(STALE_SECONDS, every_second=True)
    return Copies(SNAPSHOT_SECONDS) if active("snapshot-reads") else None
