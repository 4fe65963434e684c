"""More connections than the process may have descriptors: it may refuse, but must live and answer afterwards."""

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import urlsplit

from readiness import Recorder, Target, TargetError, limit_witness, scenario


class Crowd:
    """Idle connections, more than the process can accept; a fault for `Recorder.fault`."""

    name = "descriptors_exhausted"

    def __init__(self, target: Target, address: str, connections: int, limits: dict[str, int]) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._target, self._connections, self._limits = target, connections, limits
        self._pids = target.process.pids()
        self._open: list[asyncio.StreamWriter] = []
        self._refused = 0
        self._used, self._in_force = 0, False

    async def arm(self) -> None:
        """Connect, and look at the process while it is full."""
        self._look()  # before it is full: a process that dies of it cannot be looked at any more
        for _ in range(self._connections):
            try:
                async with asyncio.timeout(0.5):
                    _, writer = await asyncio.open_connection(self._host, self._port)
                self._open.append(writer)
            except OSError:  # TimeoutError is one
                self._refused += 1
                if self._refused > 5:
                    break
        for _ in range(10):
            await asyncio.sleep(0.1)
            self._look()

    def _look(self) -> None:
        seen = limit_witness(self._pids[0], self._limits) if self._pids else {}
        self._in_force = self._in_force or bool(seen)
        if seen:
            self._used = max(self._used, int(seen["descriptors"]["used"]))

    async def disarm(self) -> None:
        """Let go of every connection."""
        while self._open:
            writer = self._open.pop()
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()

    def witness(self) -> dict[str, Any]:
        """The limit as the system shows it and how far it was used; empty where it was neither reached nor deadly."""
        full = self._used >= self._limits["descriptors"] - 3 or not self._target.process.pids()
        if not self._in_force or not full:
            return {}
        return {"limit": self._limits["descriptors"], "used": self._used, "connections": self._connections}


@scenario(suite="production_readiness", effect="disrupt", capabilities=("http", "process"))
async def descriptor_exhaustion(
    target: Target, recorder: Recorder, *, descriptors: int = 60, connections: int = 100, recover_seconds: float = 10.0
) -> None:
    """A process that may have ``descriptors`` meets ``connections``; it has ``recover_seconds`` to answer again."""
    recorder.phase("restart with a limit")
    address = (target.spec.address or "http://127.0.0.1:{port}").replace("{port}", str(target.adapter.handle()["port"]))
    limits = {"descriptors": descriptors}
    target.process.terminate()
    if await target.process.wait(target.spec.stop_seconds + 2.0) is None:
        target.process.kill()
    try:
        await target.process.start(limits=limits)
    except TargetError as error:
        recorder.fact("problem", f"it does not start with {descriptors} descriptors: {str(error)[:300]}")
        return
    recorder.phase("exhaust")
    path = target.spec.health.live or target.spec.health.ready or "/"
    async with recorder.fault(Crowd(target, address, connections, limits)):
        during = await target.get(path, timeout=1.0)
        alive = bool(target.process.pids())
    recorder.phase("recover")
    begin = time.monotonic()
    reply = await target.get(path, timeout=1.0)
    end = begin + recover_seconds
    while (reply.error or reply.status >= 500) and target.process.pids() and time.monotonic() < end:
        await asyncio.sleep(0.2)
        reply = await target.get(path, timeout=1.0)
    told = {"status": reply.status, "error": reply.error, "seconds": time.monotonic() - begin}
    status = await target.process.wait(0.0) if not target.process.pids() else None
    recorder.fact("during", {"alive": alive, "status": during.status, "error": during.error})
    recorder.fact("after", {"alive": bool(target.process.pids()), "exit_status": status, "path": path, **told})
