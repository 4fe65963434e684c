"""What every fault is: armed, disarmed, and able to prove that it acted."""

from pathlib import Path
from typing import Any, Protocol

from readiness.errors import FaultUnavailableError
from readiness.targeting import Target


class Fault(Protocol):
    """Something that goes wrong on purpose, for a while."""

    name: str
    """What it is called in fault windows and reports."""

    async def arm(self) -> None:
        """Begin; a second call while armed changes nothing."""

    async def disarm(self) -> None:
        """End, whatever happened in between; a second call changes nothing."""

    def witness(self) -> dict[str, Any]:
        """Return the proof that it acted since it was armed; an empty one means: not proven."""


def own_folder(target: Target) -> Path:
    """The folder of a started instance: its data and log, and what faults need; it is removed after the run."""
    log = target.adapter.handle().get("log")
    if not log:
        raise FaultUnavailableError("the target's adapter names no `log`, so there is no folder that is surely removed")
    return Path(log).parent
