"""What every executor is; each file of this folder that is named as in k6 holds one."""

from typing import Protocol

from readiness.load.crew import Enlist
from readiness.load.pace import Pace


class Executor(Protocol):
    """How iterations are scheduled: options, what is wrong with them, a sentence that says what happens, and running it."""

    def validate(self) -> list[str]:
        """Return everything that is wrong with the options."""

    def describe(self) -> str:
        """Say in one sentence what happens."""

    async def run(self, enlist: Enlist) -> Pace:
        """Run it with the users that ``enlist`` makes."""
