"""A load by several machines, through Dask's scheduler and its workers (extra ``distributed``); why Dask: docs/distributed-load.md.

Dask finds the machines, carries the parts there and the results back, and notices when one is gone. The calls themselves are
sent by a lean process that each Dask worker starts for its part, as on one machine. All begin at a common instant, translated
into each machine's own clock; latencies are differences on one machine and do not depend on that.
"""

import asyncio
import contextlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from readiness.errors import ReadinessError, UsageError
from readiness.load.clocks import Offset, Round, offset_of, uncertainty_over
from readiness.load.distributed_part import HostPart, Order, PartResult, give_order, send_part
from readiness.load.live import Glimpse
from readiness.load.merging import salvaged
from readiness.load.parts import measure, parts_of, shares_of
from readiness.load.session import Load
from readiness.load.team import Notice, Pulse, SharedResult, Show, WorkerResult, shared_result, watch

ROUNDS = 40
"""Questions for the time per machine; the quickest counts."""
CONNECT_SECONDS = 10.0
READY_SECONDS = 60.0
LEAD = 1.0
"""Seconds from the order to begin until the common instant: several times what an order takes to arrive."""
END_SECONDS = 30.0
"""Seconds beyond everything that the load itself may take, for results to be carried."""
STILL_HERE = 1.0
"""Seconds between two words to the machines; they end their parts when they hear none for ten times as long."""
ORDER_SECONDS = 5.0
"""Longest time for an order to arrive; one that does not is not sent again, as the next one follows."""


async def run_distributed(
    load: Load,
    scheduler: str,
    folder: Path,
    *,
    machines: int = 1,
    stop: asyncio.Event | None = None,
    notice: Notice | None = None,
    show: Show | None = None,
) -> SharedResult:
    """Run a load on all workers of the Dask scheduler at ``scheduler`` (``tcp://host:port``), one part for each.

    ``machines`` is how many there must be; ``folder``, ``stop``, ``notice`` and ``show`` as in `workers.run_workers`.
    UsageError where there are fewer, the package is missing here or there, or the journey raised.
    """
    client_type = _client_type()
    try:
        client = await client_type(scheduler, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler at {scheduler}: {error}") from None
    async with client:
        addresses = await _addresses(client, machines)
        try:
            clocks = {address: await clock_of(client, address) for address in addresses}
        except (OSError, KeyError, ValueError) as error:
            raise UsageError(f"a Dask worker left before the load began: {error}") from None
        return await _Run(client, load, clocks, folder, notice).through(stop, show)


async def clock_of(client: Any, address: str) -> Offset:
    """Ask a Dask worker for its time, and say how far its clock is from ours."""
    rounds = []
    for _ in range(ROUNDS):
        sent = monotonic()
        there: Mapping[str, float] = await client.run(monotonic, workers=[address])
        rounds.append(Round(sent, there[address], monotonic()))
    return offset_of(rounds)


def _client_type() -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("several machines need the extra: pip install 'readiness-gate[distributed]'") from None
    return Client


async def _addresses(client: Any, machines: int) -> list[str]:
    with contextlib.suppress(TimeoutError):
        await client.wait_for_workers(machines, timeout=CONNECT_SECONDS)
    found = sorted(client.scheduler_info(n_workers=-1)["workers"])
    if len(found) < machines:
        raise UsageError(f"the Dask scheduler has {len(found)} workers; at least {machines} are asked for")
    return found


class _Run:
    """One load over the workers of one scheduler."""

    def __init__(
        self, client: Any, load: Load, clocks: Mapping[str, Offset], folder: Path, notice: Notice | None
    ) -> None:
        parts = parts_of(load, len(clocks))
        shares, token = shares_of(parts), secrets.token_hex(8)
        self._client, self._topic, self._notice = client, f"readiness-{token}", notice
        self._team: list[_Machine] = []
        for place, (part, address) in enumerate(zip(parts, clocks, strict=False)):
            name = f"worker {place + 1} of {len(parts)} ({address})"
            host = HostPart(token, place, part, (place, len(parts)), shares[place], name)
            spool = folder / f"worker-{place + 1}.spool"
            self._team.append(_Machine(client, host, address, clocks[address], spool, notice))

    async def through(self, stop: asyncio.Event | None, show: Show | None) -> SharedResult:
        """Send the parts, let them begin together, and bring back what came of them."""
        client, team = self._client, self._team
        client.subscribe_topic(self._topic, self._heard)
        client.subscribe_topic("all", self._departed)
        tasks = [asyncio.ensure_future(watch([machine.pulse for machine in team], show))]
        try:
            for machine in team:
                machine.submit(self._topic)
            await asyncio.gather(*(machine.get_ready() for machine in team))
            begin = monotonic() + LEAD
            tasks += [asyncio.ensure_future(machine.order(begin, stop)) for machine in team if not machine.lost]
            await asyncio.gather(*(machine.follow(begin) for machine in team))
            return shared_result([await machine.outcome() for machine in team], self._notice)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(machine.close() for machine in team))
            for topic in (self._topic, "all"):
                client.unsubscribe_topic(topic)

    def _heard(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """A part gave a sign of life."""
        said = event[1]
        self._team[said["place"]].heard(said["glimpse"])

    def _departed(self, event: tuple[float, Any]) -> None:
        """The scheduler tells of every worker that leaves it."""
        said = event[1]
        if isinstance(said, Mapping) and said.get("action") == "remove-worker":
            for machine in self._team:
                if machine.address == said.get("worker"):
                    machine.gone.set()


class _Machine:
    """One Dask worker with its part, as seen from here."""

    def __init__(
        self, client: Any, host: HostPart, address: str, clock: Offset, spool: Path, notice: Notice | None
    ) -> None:
        self.address = address
        self.pulse = Pulse(host.name, host.share, notice)
        self.gone = asyncio.Event()
        self._client, self._host, self._clock, self._spool = client, host, clock, spool
        self._ready = asyncio.Event()
        self.lost = ""
        self._future: Any = None
        self._result: asyncio.Future[PartResult] | None = None

    def submit(self, topic: str) -> None:
        """Hand the part over; nobody else may do it, and nobody may do it twice."""
        self._spool.unlink(missing_ok=True)  # one of an earlier load is not what this one measured
        self._future = self._client.submit(
            send_part, self._host, topic, workers=[self.address], allow_other_workers=False, pure=False, retries=0
        )
        self._result = asyncio.ensure_future(self._future.result())

    def heard(self, glimpse: Sequence[float]) -> None:
        """It gave a sign of life; the first one says that it is ready."""
        self._ready.set()
        if glimpse and not self.lost:
            seconds, rate, p50, p95, p99, failed = glimpse
            self.pulse.beat(Glimpse(seconds, rate, p50, p95, p99, int(failed)))

    async def get_ready(self) -> None:
        """Wait until it could begin, or is lost."""
        await self._until(self._ready, READY_SECONDS)
        if not self._ready.is_set() and not self.lost:
            self._lose(f"was not ready within {READY_SECONDS:g} s")

    async def order(self, begin: float, stop: asyncio.Event | None) -> None:
        """Let it begin, and tell it from time to time that we are still here, or to stop."""
        await self._order(Order("begin", begin + self._clock.seconds))
        waiting = stop or asyncio.Event()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STILL_HERE):
                    await waiting.wait()
            await self._order(Order("stop" if waiting.is_set() else "go on"))
            if waiting.is_set():
                return

    async def follow(self, begin: float) -> None:
        """Stay with it until it is through, or lost."""
        if self.lost:
            return
        self.pulse.heard = begin
        most = measure(self._host.load.executor).seconds + self._host.load.timeout + END_SECONDS
        await self._until(None, begin - monotonic() + most, begin)
        assert self._result is not None
        if self._result.done():
            self.pulse.end()
        elif not self.lost:
            self._lose(f"gave no result within {most:g} s")

    async def outcome(self) -> WorkerResult:
        """Return what came of it; its samples are in our file then."""
        if self.lost or self._result is None:
            text = f"{self.lost}, and what it had measured before went with it"
            return WorkerResult(self._host.name, self._host.share, salvaged(self._spool), self._spool, lost=text)
        result, spool = self._result.result()
        self._spool.write_bytes(spool)
        return replace(
            result, spool=self._spool, silent=self.pulse.longest, uncertainty=await self._clock_uncertainty()
        )

    async def _clock_uncertainty(self) -> float:
        """Return by how many seconds its clock may have been off during the load; infinite where it cannot be asked again."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return uncertainty_over(self._clock, await clock_of(self._client, self.address))
        except (OSError, KeyError, ValueError):
            return math.inf

    async def close(self) -> None:
        """Forget the part; where it still runs, it ends."""
        if self._result is not None and not self._result.done():
            self._result.cancel()
            if not self.gone.is_set():
                await self._order(Order("stop"))
            await self._client.cancel([self._future], force=True)

    async def _until(self, event: asyncio.Event | None, seconds: float, begin: float = math.inf) -> None:
        """Wait for an event, the result or the departure; a defect is raised, a departure is said."""
        assert self._result is not None
        waits = [asyncio.ensure_future(each.wait()) for each in (event, self.gone) if each is not None]
        try:
            awaited: list[asyncio.Future[Any]] = [*waits, self._result]
            await asyncio.wait(awaited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._result.done():
            self._raise_defect(self._result)
        elif self.gone.is_set():
            after = monotonic() - begin
            self._lose(f"left {after:.1f} s after the begin" if after > 0 else "left before the begin")

    def _raise_defect(self, result: "asyncio.Future[PartResult]") -> None:
        defect = result.exception()
        if isinstance(defect, ReadinessError):
            raise defect
        if defect is not None:
            said = f"{self._host.name}: {type(defect).__name__}: {defect}"
            raise UsageError(f"{said}; is the same readiness-gate installed there?") from defect

    async def _order(self, order: Order) -> None:
        """Send an order; who is gone does not need it."""
        host = self._host
        with contextlib.suppress(OSError, KeyError, ValueError):  # a TimeoutError is an OSError
            async with asyncio.timeout(ORDER_SECONDS):
                await self._client.run(give_order, host.token, host.place, order, workers=[self.address])

    def _lose(self, how: str) -> None:
        self.lost = self.pulse.lose(how)
