"""Somebody sets the clock: the wall clock of the target jumps an hour ahead and an hour back while it works."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from readiness import (
    ClockShifted,
    FaultUnavailableError,
    Probe,
    Recorder,
    Reply,
    Shim,
    Target,
    TargetError,
    five_windows,
    own_folder,
    scenario,
)

PROBE_SECONDS = 3.0


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "process"),
    quick={"seconds": 0.3},
    full={"seconds": 3.0},
    least="standard",
)
async def clock_jump(
    target: Target, recorder: Recorder, *, seconds: float = 0.5, shift_seconds: float = 3600.0
) -> None:
    """Five windows of ``seconds`` with the clock ``shift_seconds`` ahead, then five with it as far behind."""
    recorder.phase("restart")
    try:
        shim = Shim(own_folder(target))
        await target.process.start(environment=shim.environment(target.spec.environment))
        if not shim["programs"]:
            raise FaultUnavailableError(
                "the library was not loaded: it is a static program, or one that drops its environment"
            )
    except (FaultUnavailableError, TargetError) as problem:
        recorder.fact("problem", str(problem)[:500])
        return
    operation = max(target.spec.load_mix, key=lambda one: one.weight, default=None)
    path = target.spec.health.live or target.spec.health.ready or "/"
    offsets: list[float] = []

    async def alive() -> Reply:
        reply = await target.get(path, timeout=PROBE_SECONDS)
        offsets.extend(_offset(reply))
        return reply

    probes = [Probe("alive", alive)]
    if operation is not None:
        probes.append(Probe(operation.name, lambda: target.call(operation, timeout=PROBE_SECONDS), operation.expect))
    for way, shift in (("ahead", shift_seconds), ("back", -shift_seconds)):
        if target.process.pids():
            fault = ClockShifted(shim, seconds=shift)
            offsets.clear()
            recorder.fact(way, await five_windows(recorder, fault, probes, seconds=seconds, prefix=f"{way}: "))
            recorder.fact(f"{way} seen", max(offsets, key=abs, default=None))
    recorder.fact("end", {"alive": bool(target.process.pids()), "shift_seconds": shift_seconds})


def _offset(reply: Reply) -> list[float]:
    """How far the header Date of a reply is from our clock, in seconds; empty where there is none."""
    try:
        date = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return []
    return [(date - datetime.now(UTC)).total_seconds()]
