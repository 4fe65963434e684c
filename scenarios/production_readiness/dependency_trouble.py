"""A dependency refuses, answers nonsense, and falls silent under a crowd: what do callers get, and who else feels it?

Nobody has to say which operations use a dependency: that is seen at the proxy in front of it. One that reaches it with
each call is the one whose callers are watched; those that never reach it are the ones that must not feel anything.
"""

import asyncio
import contextlib
import time
import uuid
from dataclasses import dataclass
from typing import Any

import psutil

from readiness import Operation, Recorder, Target, TargetError, garbage_in, scenario

LIVENESS = "liveness"
MOST_OPERATIONS = 8
"""Operations of the mix that are looked at, the most frequent first."""
SURE = 0.5
"""Expected traffic of the target's own during one call, in packets; above it, what a call causes cannot be told."""
ENOUGH = 150
"""Calls beside the crowd, of all operations together: of which one or two may be bad and still prove a share of 95 %."""
MOST_CROWDS = 4
GARBAGE = ("cut", "noise", "wrong_body", "flood")


@dataclass(frozen=True)
class Pace:
    """How often and how long; times in seconds."""

    calls: int
    crowd: int
    timeout: float
    silent: float
    idle: float
    patience: float
    flood_bytes: int


@dataclass(frozen=True)
class Use:
    """What calls of an operation did at a proxy."""

    operation: Operation
    calls: int
    good: int
    reached: int
    seconds: float
    """The longest of them."""
    reply_bytes: int
    """From the dependency, the most of them."""


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "network"),
    full={"calls": 10, "silent_seconds": 6.0},
    deadline=240.0,
    least="standard",
)
async def dependency_trouble(
    target: Target,
    recorder: Recorder,
    *,
    operation: str = "",
    calls: int = 3,
    crowd: int = 20,
    call_timeout: float = 5.0,
    silent_seconds: float = 1.2,
    idle_seconds: float = 0.6,
    recovery_seconds: float = 15.0,
    flood_bytes: int = 32 * 1024 * 1024,
) -> None:
    """Each dependency in turn; ``crowd`` callers meet the silent one, fewer than a usual pool of threads (40) holds."""
    pace = Pace(calls, crowd, call_timeout, silent_seconds, idle_seconds, recovery_seconds, flood_bytes)
    told: list[dict[str, Any]] = []
    for name, proxy in target.proxies.items():
        told.append(await _Trouble(target, recorder, name, proxy, pace).run(operation))
        recorder.fact("dependencies", told)


class _Trouble:
    """One dependency, and who uses it."""

    def __init__(self, target: Target, recorder: Recorder, name: str, proxy: Any, pace: Pace) -> None:
        self._target, self._recorder, self._name, self._proxy, self._pace = target, recorder, name, proxy, pace

    async def run(self, wanted: str) -> dict[str, Any]:
        """Find out who uses it, then let it refuse, talk nonsense and be silent."""
        self._recorder.phase(f"uses of {self._name}")
        background = await self._background()
        uses = [await self._use(operation) for operation in _candidates(self._target, wanted)]
        rows = [(use.operation.name, use.calls, use.good, use.reached, use.seconds, use.reply_bytes) for use in uses]
        told: dict[str, Any] = {"dependency": self._name, "background": background, "uses": rows}
        sure = (use for use in uses if use.good == use.reached == use.calls and use.seconds * background < SURE)
        user = next(sure, None)
        if user is None:
            problem = f"no described operation was seen to reach {self._name} with each of its calls, and to succeed"
            return {**told, "problem": problem}
        told["operation"] = user.operation.name
        told["refused"] = await self._refused(user)
        told["garbage"] = [await self._garbage(user, kind) for kind in GARBAGE]
        # Writes wait for each other, which is nobody's fault here.
        apart = [use for use in uses if use.operation.effect == "read" and not use.reached and use.good == use.calls]
        told["silence"] = await self._silence(user, apart)
        return told

    # --- who uses it

    async def _background(self) -> float:
        """What goes to the dependency while nobody calls, in packets a second."""
        seen, moved, begin = self._sent, 0, time.monotonic()
        while time.monotonic() - begin < self._pace.idle:
            await asyncio.sleep(0.01)
            moved += self._sent != seen
            seen = self._sent
        return moved / (time.monotonic() - begin)

    async def _use(self, operation: Operation) -> Use:
        good = reached = size = 0
        longest = 0.0
        for _ in range(self._pace.calls):
            sent, heard = self._sent, self._proxy.counters["bytes_down"]
            told = await self._call(operation)
            good, reached = good + told["good"], reached + (self._sent != sent)
            size = max(size, self._proxy.counters["bytes_down"] - heard)
            longest = max(longest, told["seconds"])
        return Use(operation, self._pace.calls, good, reached, longest, size)

    @property
    def _sent(self) -> int:
        return int(self._proxy.counters["bytes_up"])

    # --- what its callers get

    async def _refused(self, user: Use) -> dict[str, Any]:
        """How many connections one call tries; what the target tries by itself is counted before, and taken off."""
        self._recorder.phase(f"refuse {self._name}")
        toxic = self._proxy.toxic("refuse")
        async with self._recorder.fault(toxic, optional=True):
            first = [await self._call(user.operation) for _ in range(2)]  # these also meet what is left of old ones
            own, begin = _hit(toxic), time.monotonic()
            await asyncio.sleep(self._pace.idle)
            rate = (_hit(toxic) - own) / (time.monotonic() - begin)
            before, begin = _hit(toxic), time.monotonic()
            seen = [await self._call(user.operation)]
            while len(seen) < 2 * self._pace.calls and time.monotonic() - begin < self._pace.timeout:
                seen.append(await self._call(user.operation))
            took, tried = time.monotonic() - begin, _hit(toxic) - before
        told = {
            "witness": toxic.witness(),
            "calls": [*first, *seen],
            "counted": len(seen),
            "tried": tried,
            "own_rate": rate,
            "seconds": took,
        }
        return {**told, "again": await self._again(user)}

    async def _garbage(self, user: Use, kind: str) -> dict[str, Any]:
        """Not every kind can act on every protocol, so its window is recorded only where it did."""
        self._recorder.phase(f"{kind} {self._name}")
        options = {"cut": {"after_bytes": max(1, user.reply_bytes // 2)}, "flood": {"size": self._pace.flood_bytes}}
        toxic = self._proxy.toxic(kind, **options.get(kind, {}))
        async with self._recorder.fault(toxic, optional=True):
            seen = [await self._call(user.operation)]
            while toxic.witness() and len(seen) < self._pace.calls:
                seen.append(await self._call(user.operation))
        told = {"kind": kind, "witness": toxic.witness(), "calls": seen, "alive": bool(self._target.process.pids())}
        return {**told, "again": await self._again(user)}

    async def _again(self, user: Use) -> float | None:
        """Seconds until it succeeds again; None when it does not, and is started anew for what comes next."""
        begin = time.monotonic()
        while self._target.process.pids() and (past := time.monotonic() - begin) < self._pace.patience:
            if (await self._call(user.operation))["good"]:
                return time.monotonic() - begin
            await asyncio.sleep(min(0.2, 0.02 + past))
        with contextlib.suppress(TargetError):  # then nothing is left to be seen, and nothing will be said
            await self._target.process.start()
        return None

    # --- who else feels it

    async def _silence(self, user: Use, apart: list[Use]) -> dict[str, Any]:
        """Two crowds, and others beside them who were asked before without one; then what the crowds left behind.

        A busy machine slows down calls as well, but hardly in both of them. Where the second one left something, more of
        them tell a pool that still grows from what is lost with each.
        """
        held, told = [_held(self._target)], []
        toxic = self._proxy.toxic("black_hole")
        self._recorder.phase(f"silent {self._name}", 2 * self._pace.silent)
        async with self._recorder.fault(toxic, optional=True):
            alone = [await self._use(use.operation) for use in apart]
            asked = [use.operation for use in alone if _well(use)]
            told.append(await self._beside(user, asked))
        witnesses = [toxic.witness()]
        held.append(await self._settled(held[0], 0.6))
        while len(told) < 2 or (len(told) < MOST_CROWDS and _grows(held[-2], held[-1], self._pace.crowd)):
            async with self._recorder.fault(toxic, optional=True):
                told.append(await self._beside(user, asked if len(told) < 2 else []))
            witnesses.append(toxic.witness())
            held.append(await self._settled(held[-1], self._pace.patience / 3))
        rows = [(use.operation.name, use.calls, use.good, use.seconds) for use in alone]
        return {"alone": rows, "crowds": told, "held": held, "witnesses": witnesses, "again": await self._again(user)}

    async def _beside(self, user: Use, asked: list[Operation]) -> dict[str, Any]:
        """A crowd that waits, and what others are answered meanwhile."""
        over = time.monotonic() + self._pace.silent
        crowd = asyncio.create_task(self._crowd(user, over))
        await asyncio.sleep(0.3 * self._pace.silent)
        pause = (over - time.monotonic()) * len(asked) / ENOUGH
        beside = await asyncio.gather(*(self._ask(operation, over, pause) for operation in asked))
        return {**await crowd, "beside": dict(beside)}

    async def _crowd(self, user: Use, over: float) -> dict[str, Any]:
        """So many callers until then; each asks again when it is answered, and gives up at the end."""

        async def caller() -> list[dict[str, Any]]:
            told = []
            while (left := over - time.monotonic()) > 0.05:
                told.append(await self._call(user.operation, left))
                await asyncio.sleep(0.05)
            return told

        calls = [one for told in await asyncio.gather(*(caller() for _ in range(self._pace.crowd))) for one in told]
        gave_up = sum(one["error"] == "timeout" for one in calls)
        return {"callers": self._pace.crowd, "calls": len(calls), "gave_up": gave_up}

    async def _ask(self, operation: Operation, over: float, pause: float) -> tuple[str, list[tuple[float, bool]]]:
        """Call at fixed times until then, whether it has answered or not: one that hangs must not be asked less often."""
        under_way = []
        while time.monotonic() < over:
            under_way.append(asyncio.create_task(self._call(operation, 2.0)))
            await asyncio.sleep(pause)
        return operation.name, [(one["seconds"], one["good"]) for one in await asyncio.gather(*under_way)]

    async def _settled(self, wanted: dict[str, int], patience: float) -> dict[str, int]:
        """What it holds when that is no more than wanted, or when the patience is over."""
        await self._target.disconnect()
        end = time.monotonic() + patience
        held = _held(self._target)
        while time.monotonic() < end and any(held[what] > wanted[what] + 2 for what in held):
            await asyncio.sleep(0.1)
            held = _held(self._target)
        return held

    async def _call(self, operation: Operation, timeout: float = 0.0) -> dict[str, Any]:
        reply = await self._target.call(operation, unique=uuid.uuid4().hex, timeout=timeout or self._pace.timeout)
        good = not reply.error and reply.status in operation.expect
        told = {"status": reply.status, "error": reply.error, "seconds": round(reply.seconds, 4)}
        return {**told, "good": good, "garbage": garbage_in(reply.body)}


def _candidates(target: Target, wanted: str) -> list[Operation]:
    """What is asked for, what ingests, the load mix and liveness; all of them can be called without further values."""
    spec = target.spec
    names = [wanted] if wanted else []
    if "feed" in spec.capabilities and "ingest" in spec.capabilities["feed"].roles:
        names.append("feed.ingest")
    mix = sorted(spec.load_mix, key=lambda operation: -operation.weight)[:MOST_OPERATIONS]
    found = {operation.name: operation for operation in (*map(spec.operation, names), *mix)}
    alive = [Operation(name=LIVENESS, path=spec.health.live)] if spec.health.live else []
    return [*found.values(), *alive]


def _well(use: Use) -> bool:
    """Whether it did without the dependency: one that it asks now and then shows as a call that waits."""
    return use.good == use.calls and use.seconds < 0.5


def _hit(toxic: Any) -> int:
    return int(toxic.witness().get("connections_hit", 0))


def _grows(before: dict[str, int], after: dict[str, int], callers: int) -> bool:
    return any(after[what] - before[what] > 0.1 * callers for what in before)


def _held(target: Target) -> dict[str, int]:
    """Descriptors and threads of the whole process tree."""
    held = {"descriptors": 0, "threads": 0}
    for pid in target.process.pids():
        try:
            process = psutil.Process(pid)
            held["descriptors"] += process.num_fds()
            held["threads"] += process.num_threads()
        except psutil.Error:  # it has just ended
            continue
    return held
