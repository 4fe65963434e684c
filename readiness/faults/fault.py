"""What every fault is: armed, disarmed, and able to prove that it acted."""

from typing import Any, Protocol


class Fault(Protocol):
    """Something that goes wrong on purpose, for a while."""

    @property
    def name(self) -> str:
        """What it is called in fault windows and reports."""

    async def arm(self) -> None:
        """Begin; a second call while armed changes nothing."""

    async def disarm(self) -> None:
        """End, whatever happened in between; a second call changes nothing."""

    def witness(self) -> dict[str, Any]:
        """Return the proof that it acted since it was armed; an empty one means: not proven."""
