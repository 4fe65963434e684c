"""Each dependency falls silent, and then refuses; the target is watched before, during and after.

Why: dependencies fail. What counts is that the target says so, stays alive, answers in its own time, and comes back
by itself. Fix: see the checks; each names the probe that did not do what it should.
"""

import asyncio
from typing import Any

from readiness import Operation, Recorder, Reply, Target, scenario

READY, LIVE, OPERATION = "ready", "live", "operation"


@scenario(
    suite="end_to_end_workflows",
    effect="disrupt",
    capabilities=("network", "health"),
    quick={"silent_seconds": 2.0, "refused_seconds": 1.5},
    full={"silent_seconds": 15.0, "refused_seconds": 10.0},
    deadline=120.0,
)
async def error_recovery(
    target: Target,
    recorder: Recorder,
    *,
    operation: str = "",
    silent_seconds: float = 3.0,
    refused_seconds: float = 2.0,
    patience_seconds: float = 5.5,
    client_timeout: float = 8.0,
    recovery_seconds: float = 16.0,
    successes: int = 10,
) -> None:
    """Arm a black hole, then a refusal, on each dependency; poll readiness, liveness and one operation all the time."""
    found = _operation(target, operation)
    recorder.fact("operation", {"name": found.name, "timeout": client_timeout})
    polls: list[dict[str, Any]] = []
    recoveries: list[dict[str, Any]] = []
    await _poll_all(target, recorder, found, polls, {"fault": "none", "dependency": "", "armed": recorder.now}, 8.0)
    for name, proxy in target.proxies.items():
        for kind, seconds in (("black_hole", silent_seconds), ("refuse", refused_seconds)):
            context: dict[str, Any] = {"fault": kind, "dependency": name, "armed": recorder.now}
            recorder.phase(f"{kind} {name}", seconds)
            async with recorder.fault(proxy.toxic(kind)):
                context["armed"] = recorder.now
                waiting = await _watch(
                    target, recorder, found, polls, context, seconds, patience_seconds, client_timeout
                )
            disarmed = recorder.now
            recovered = await _recover(target, recorder, found, recovery_seconds, successes)
            recoveries.append(
                {
                    "fault": kind,
                    "dependency": name,
                    "waited": recovery_seconds,
                    "held": disarmed - context["armed"],
                    **recovered,
                }
            )
            # Calls that hung during the fault are awaited only now: they must not make the fault longer.
            await asyncio.gather(*waiting)
            recorder.fact(f"silence after {kind} {name}", recorder.now - disarmed)
    recorder.fact("polls", polls)
    recorder.fact("recoveries", recoveries)


async def _watch(
    target: Target,
    recorder: Recorder,
    operation: Operation,
    polls: list[dict[str, Any]],
    context: dict[str, Any],
    seconds: float,
    patience: float,
    client_timeout: float,
) -> list[asyncio.Task[None]]:
    """Poll until ``seconds`` are over, readiness turned, calls are answered, at most ``patience``; what waits."""
    armed = context["armed"]
    waiting: list[asyncio.Task[None]] = []
    turn = 0
    while True:
        past = recorder.now - armed
        under_way = any(not task.done() for task in waiting)
        # Disarming may free a call that hangs; only a fault that outlasts it shows whether it has a bound of its own.
        if past >= seconds and (past >= patience or (_turned(polls, context) and not under_way)):
            return [task for task in waiting if not task.done()]
        if turn % 3 == 0 and past < seconds and not under_way:
            call = _poll(target, recorder, OPERATION, operation, polls, context, client_timeout)
            waiting.append(asyncio.create_task(call))
        probes = (READY, LIVE) if target.spec.health.live else (READY,)
        await asyncio.gather(*(_poll(target, recorder, probe, operation, polls, context, 2.0) for probe in probes))
        await asyncio.sleep(0.1)
        turn += 1


async def _recover(
    target: Target, recorder: Recorder, operation: Operation, patience: float, successes: int
) -> dict[str, Any]:
    """Seconds until readiness and operation succeeded so many times in a row; None when that did not happen."""
    begin, row, ready_after, last = recorder.now, 0, None, ""
    while (past := recorder.now - begin) < patience:
        ready = await _ask(target, READY, operation, 2.0)
        reply = await _ask(target, OPERATION, operation, max(0.5, min(5.0, patience - past)))
        well = ready.status == 200 and not reply.error and reply.status in operation.expect
        if ready.status == 200 and ready_after is None:
            ready_after = recorder.now - begin
        row = row + 1 if well else 0
        if row == successes:
            return {"seconds": recorder.now - begin, "ready_after": ready_after, "last": "ok"}
        last = f"readiness {ready.error or ready.status}, {operation.name} {reply.error or reply.status}"
        await asyncio.sleep(0.02)
    return {"seconds": None, "ready_after": ready_after, "last": last}


async def _poll_all(
    target: Target,
    recorder: Recorder,
    operation: Operation,
    polls: list[dict[str, Any]],
    context: dict[str, Any],
    timeout: float,
) -> None:
    for probe in (READY, LIVE, OPERATION) if target.spec.health.live else (READY, OPERATION):
        await _poll(target, recorder, probe, operation, polls, context, timeout)


async def _poll(
    target: Target,
    recorder: Recorder,
    probe: str,
    operation: Operation,
    polls: list[dict[str, Any]],
    context: dict[str, Any],
    timeout: float,
) -> None:
    since = recorder.now - context["armed"]
    reply = await _ask(target, probe, operation, timeout)
    seen = {"since": since, "status": reply.status, "error": reply.error, "seconds": reply.seconds}
    body = reply.json() if probe == READY else None
    polls.append({"fault": context["fault"], "dependency": context["dependency"], "probe": probe, **seen, "body": body})


async def _ask(target: Target, probe: str, operation: Operation, timeout: float) -> Reply:
    if probe == OPERATION:
        return await target.call(operation, timeout=timeout)
    path = target.spec.health.ready if probe == READY else target.spec.health.live
    return await target.get(path or "/", timeout=timeout)


def _turned(polls: list[dict[str, Any]], context: dict[str, Any]) -> bool:
    same = (p for p in polls if p["fault"] == context["fault"] and p["dependency"] == context["dependency"])
    return any(p["probe"] == READY and p["status"] != 200 for p in same)


def _operation(target: Target, name: str) -> Operation:
    """The operation that needs a dependency: as told, else the one that ingests, else the heaviest of the mix."""
    if name:
        return target.spec.operation(name)
    if "feed" in target.spec.capabilities and "ingest" in target.spec.capabilities["feed"].roles:
        return target.spec.operation("feed.ingest")
    return max(target.spec.load_mix or target.spec.operations, key=lambda operation: operation.weight)
