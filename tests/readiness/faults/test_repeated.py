"""A crash loop kills each time, a throttled process gets its share, and both leave nothing behind."""

import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import cast

import pytest

from readiness.errors import TargetError
from readiness.faults.children import Child
from readiness.faults.process import is_stopped, living_of
from readiness.faults.repeated import CrashLoop, Throttled
from readiness.targeting import ProcessControl
from tests.readiness.faults.families import SLEEP, all_gone, child_of, lives
from tests.readiness.faults.undone import undone_after_sigkill

BUSY = "while True: pass"


class Restarted:
    """A child that is started again in place of the one before; it counts how often."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.starts = 0
        self.child = self._new()

    def _new(self) -> Child:
        command = [sys.executable, "-c", SLEEP]
        log = self._folder / f"{self.starts}.log"
        return Child(command, run_id=f"test-{secrets.token_hex(8)}", log=log, environment=os.environ)

    def pids(self) -> list[int]:
        """Of the present one."""
        return self.child.pids()

    def kill(self) -> None:
        """The present one."""
        self.child.kill()

    async def wait(self, timeout: float) -> int | None:
        """For the present one."""
        return await self.child.wait(timeout)

    async def start(self) -> None:
        """Another one."""
        self.starts += 1
        self.child = self._new()


def test_a_crash_loop_kills_so_often(tmp_path: Path) -> None:
    control = Restarted(tmp_path)
    fault = CrashLoop(cast(ProcessControl, control), after=(0.0, 0.1))
    assert fault.witness() == {}
    try:
        asyncio.run(fault.arm())
        asyncio.run(fault.disarm())
        kills = fault.witness()["kills"]
        assert [kill["after_seconds"] for kill in kills] == [0.0, 0.0, 0.1]
        pids = [pid for kill in kills for pid in kill["killed"]]
        assert len(set(pids)) == 3
        assert all_gone(pids)
        assert control.starts == 2
    finally:
        control.child.close()


class Refusing(Restarted):
    """A child whose every later start ends by itself, as one that finds a lock left behind."""

    async def start(self) -> None:
        """It ends before anybody kills it."""
        await super().start()
        self.child.kill()
        await self.child.wait(5)
        raise TargetError("ended with exit status 1")


def test_a_start_that_ends_by_itself_needs_no_killer(tmp_path: Path) -> None:
    control = Refusing(tmp_path)
    fault = CrashLoop(cast(ProcessControl, control), after=(0.5,))
    try:
        asyncio.run(fault.arm())
        first, second = fault.witness()["kills"]
        assert first["killed"]
        assert "ended_by_itself" not in first
        assert second["ended_by_itself"] is True
    finally:
        control.child.close()


def test_a_loop_that_found_nobody_proves_nothing(tmp_path: Path) -> None:
    control = Restarted(tmp_path)
    control.child.close()
    fault = CrashLoop(cast(ProcessControl, control), after=())
    asyncio.run(fault.arm())
    assert fault.witness() == {}


def test_a_throttled_process_gets_about_its_share(tmp_path: Path) -> None:
    async def throttle(child: Child) -> Throttled:
        fault = Throttled(cast(ProcessControl, child), share=0.3)
        assert fault.witness() == {}
        await fault.arm()
        await fault.arm()
        await asyncio.sleep(1.5)
        while fault.witness().get("stops", 0) < 3:
            await asyncio.sleep(0.1)
        assert set(fault.witness()) == {"stops", "share_allowed"}
        await fault.disarm()
        await fault.disarm()
        return fault

    with child_of(tmp_path, BUSY, run_id="test-throttled") as child:
        shares: list[float] = []
        while not shares or (shares[-1] >= 0.6 and len(shares) < 5):  # whoever stops us does not always stop it, too
            witness = asyncio.run(throttle(child)).witness()
            assert witness["stops"] >= 3
            shares.append(witness["cpu_share"])
        assert 0 < shares[-1] < 0.6, "unhindered it would use a whole processor, or what it can get of one"
        assert lives(child.pid)
        assert not any(is_stopped(process) for process in living_of(child.pids()))


def test_nobody_to_throttle_is_no_proof(tmp_path: Path) -> None:
    async def throttle(child: Child) -> Throttled:
        fault = Throttled(cast(ProcessControl, child))
        await fault.arm()
        await asyncio.sleep(0.3)
        await fault.disarm()
        return fault

    with child_of(tmp_path, SLEEP, run_id="test-throttled") as child:
        child.kill()
        assert asyncio.run(throttle(child)).witness() == {}


@pytest.mark.parametrize("fault", ["CrashLoop(target)", "Throttled(target, share=0.01)"])
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, fault: str) -> None:
    undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.repeated import CrashLoop, Throttled
        target = Control("import time; time.sleep(600)")
        fault = {fault}
        await fault.arm()
        await target.start()
        """,
    )
