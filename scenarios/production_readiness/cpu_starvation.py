"""A busy neighbour takes the processor away: for a while the target runs for a fifth of the time only."""

from readiness import Probe, Recorder, Target, Throttled, five_windows, scenario

PROBE_SECONDS = 5.0


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "process"),
    quick={"seconds": 0.6},
    full={"seconds": 5.0},
    least="standard",
)
async def cpu_starvation(
    target: Target, recorder: Recorder, *, seconds: float = 1.2, share: float = 0.2, period: float = 0.5
) -> None:
    """Five windows of ``seconds``; while it is starved it runs for ``share`` of each ``period`` seconds."""
    path = target.spec.health.live or target.spec.health.ready or "/"
    operation = max(target.spec.load_mix, key=lambda one: one.weight, default=None)
    probes = [Probe("alive", lambda: target.get(path, timeout=PROBE_SECONDS))]
    if operation is not None:
        probes.append(Probe(operation.name, lambda: target.call(operation, timeout=PROBE_SECONDS), operation.expect))
    fault = Throttled(target.process, share=share, period=period)
    recorder.fact("windows", await five_windows(recorder, fault, probes, seconds=seconds))
    recorder.fact("end", {"alive": bool(target.process.pids()), "share": share})
