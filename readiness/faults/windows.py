"""Five windows around a fault: what was usual, how it set in, what it was like, how it went, and what is usual again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from readiness.exchange import Reply
from readiness.faults.fault import Fault
from readiness.measure.recorder import Recorder
from readiness.model import Sample

WINDOWS = ("baseline", "onset", "during", "disarm", "recovered")
REST_SECONDS = 0.05


@dataclass(frozen=True)
class Probe:
    """A call that is made again and again, and the statuses of a good answer (none: below 500)."""

    name: str
    send: Callable[[], Awaitable[Reply]]
    expect: tuple[int, ...] = ()

    def failure(self, reply: Reply) -> str:
        """Return "" for a good answer, else its kind of failure."""
        good = reply.status in self.expect if self.expect else reply.status < 500
        return reply.error or ("" if good else f"status {reply.status}")


async def five_windows(
    recorder: Recorder, fault: Fault, probes: Sequence[Probe], *, seconds: float = 1.0, prefix: str = ""
) -> dict[str, dict[str, dict[str, Any]]]:
    """Make the calls of each probe, one after another, before, while and after the fault; each window lasts ``seconds``.

    The phases are ``prefix`` and the window's name; the fault is armed as `onset` and disarmed as `disarm` begins. A
    call belongs to the window in which it began, and no probe waits for another. Returns window -> probe -> calls,
    good, slowest (seconds), failures (kind -> number).
    """
    stop = asyncio.Event()
    seen: dict[str, dict[str, list[tuple[float, str]]]] = {w: {probe.name: [] for probe in probes} for w in WINDOWS}
    now = [WINDOWS[0]]
    tasks: list[asyncio.Task[None]] = []

    async def window(name: str) -> None:
        recorder.phase(prefix + name, seconds)
        now[0] = name

    await window("baseline")
    tasks += [asyncio.create_task(_repeat(recorder, probe, now, prefix, seen, stop)) for probe in probes]
    try:
        await asyncio.sleep(seconds)
        await window("onset")
        async with recorder.fault(fault):
            await asyncio.sleep(seconds)
            await window("during")
            await asyncio.sleep(seconds)
            await window("disarm")
        await asyncio.sleep(seconds)
        await window("recovered")
        await asyncio.sleep(seconds)
    finally:
        stop.set()
        await asyncio.gather(*tasks)
    return {name: {probe: _summed(calls) for probe, calls in probed.items()} for name, probed in seen.items()}


async def _repeat(
    recorder: Recorder,
    probe: Probe,
    now: list[str],
    prefix: str,
    seen: dict[str, dict[str, list[tuple[float, str]]]],
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        window, at = now[0], recorder.now
        reply = await probe.send()
        took, failure = recorder.now - at, probe.failure(reply)
        seen[window][probe.name].append((took, failure))
        recorder.sample(Sample(at, took, 0.0, probe.name, prefix + window, reply.status, failure))
        await asyncio.sleep(REST_SECONDS)


def _summed(calls: Sequence[tuple[float, str]]) -> dict[str, Any]:
    failures = Counter(failure for _, failure in calls if failure)
    return {
        "calls": len(calls),
        "good": len(calls) - failures.total(),
        "slowest": max((took for took, _ in calls), default=0.0),
        "failures": dict(failures),
    }
