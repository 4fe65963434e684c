"""The load of a comparison: quads of blocks against two running versions, one recording per quad, and the way back.

python -m readiness.interleaving FOLDER BASELINE_JOB CANDIDATE_JOB   It writes how many quads are done, a line for each.
"""

import asyncio
import contextlib
import gc
import json
import math
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from readiness.errors import TargetError
from readiness.job import read_job
from readiness.load.constant_arrival_rate import constant_arrival_rate
from readiness.measure.pairs import Block, Design, Quad, conclude, judge, order_of
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, Samples, read_recording
from readiness.targeting import Target

VERSIONS = {"A": "baseline", "B": "candidate"}
CALL_SECONDS = 5.0
"""A call without an answer after so long has failed; shorter than elsewhere, because a hanging version costs many blocks."""


class PairedRandom(random.Random):
    """Draws operations and unique values from two streams, so that a late call changes neither sequence."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self._unique = random.Random(f"{seed}/unique")

    def getrandbits(self, k: int, /) -> int:
        """Return ``k`` bits; only unique values are made of them."""
        return self._unique.getrandbits(k)


async def interleave(targets: Mapping[str, Target], design: Design, folder: Path, tell: Callable[[int], None]) -> None:
    """Warm both versions up, then measure quad after quad until a look decides.

    ``targets``: "baseline" and "candidate". Each quad is on disk in ``folder`` when ``tell`` hears how many are done.
    """
    await _warm_up(targets, design, folder)
    looks = {look.quads for look in design.looks}
    quads: list[Quad] = []
    for number in range(1, design.quads + 1):
        await _measure_quad(targets, design, folder, number)
        quads.append(_quad(read_recording(folder, _name(number))))
        tell(number)
        if number in looks and conclude(judge(quads, design)) != "undecided":
            return


def read_quads(folder: Path) -> tuple[Quad, ...]:
    """Read the complete quads of a comparison from its recordings, in the order of their making."""
    names = sorted(path.stem for path in folder.glob("quad_*.jsonl"))
    recordings = (read_recording(folder, name) for name in names)
    return tuple(_quad(recording) for recording in recordings if recording.complete)


def late_share(folder: Path) -> float:
    """Return how late calls left (95th percentile), as a share of their median latency; both versions together."""
    names = sorted(path.stem for path in folder.glob("quad_*.parquet"))
    samples = Samples(tuple(row for name in names for row in read_recording(folder, name).samples.rows))
    return samples.late.percentile(95).value / samples.latency.percentile(50).value if samples.n else 0.0


async def _warm_up(targets: Mapping[str, Target], design: Design, folder: Path) -> None:
    recorder = Recorder(folder, "warm_up", seed=design.seed)
    with recorder.ending():
        for version, target in targets.items():
            recorder.random = PairedRandom(f"{design.seed}/warm up")
            recorder.phase(f"warm up {version}", design.warm_seconds)
            await _send(target, recorder, design, design.warm_seconds)
    seen = read_recording(folder, "warm_up").samples.where(phase="warm up baseline")
    if seen.failed * 2 > seen.n:
        told = ", ".join(f"{kind} ({count})" for kind, count in seen.errors.items())
        raise TargetError(
            f"the baseline fails {seen.failed} of {seen.n} calls: {told}; that is nothing to compare with"
        )


async def _measure_quad(targets: Mapping[str, Target], design: Design, folder: Path, number: int) -> None:
    """Record the four blocks of a quad; both versions get the same calls, first in their first block, then in their second."""
    order = order_of(design.seed, number)
    recorder = Recorder(folder, _name(number), seed=design.seed)
    with recorder.ending():
        recorder.fact("order", order)
        for position, letter in enumerate(order):
            version, turn = VERSIONS[letter], order[: position + 1].count(letter)
            recorder.random = PairedRandom(f"{design.seed}/{number}/{turn}")
            gc.collect()  # here rather than in the middle of a block
            pid = targets[version].process.pids()[0]
            before = cpu_seconds(pid)
            recorder.phase(f"{version} {turn}", design.block_seconds)
            await _send(targets[version], recorder, design, design.block_seconds)
            recorder.fact(f"cpu {version} {turn}", cpu_seconds(pid) - before)


async def _send(target: Target, recorder: Recorder, design: Design, seconds: float) -> None:
    await constant_arrival_rate(target, recorder, rate=design.rate, seconds=seconds, timeout=CALL_SECONDS)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process tree so far, children that have ended included; NaN where it cannot be read."""
    try:
        root = psutil.Process(pid)
        total, children = _cpu_seconds_of(root), root.children(recursive=True)
    except (psutil.Error, OSError):
        return math.nan
    for child in children:
        with contextlib.suppress(psutil.Error, OSError):  # it has just ended: its parent's clock has its time now
            total += _cpu_seconds_of(child)
    return total


def _cpu_seconds_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    if sys.platform != "linux":
        return float(times.user + times.system)
    # Clock ticks are a third of what a short block uses. Linux makes the id of a process's own CPU clock from its pid
    # (clock_getcpuclockid(3)); it counts nanoseconds, but not children that have ended.
    return time.clock_gettime((~process.pid << 3) | 2) + times.children_user + times.children_system


def _name(number: int) -> str:
    return f"quad_{number:04}"


def _quad(recording: Recording) -> Quad:
    blocks = {
        version: (_block(recording, version, 1), _block(recording, version, 2)) for version in ("baseline", "candidate")
    }
    return Quad(recording.facts["order"], blocks["baseline"], blocks["candidate"])


def _block(recording: Recording, version: str, turn: int) -> Block:
    samples = recording.samples.where(phase=f"{version} {turn}")
    median, p95 = samples.latency.percentile(50).value, samples.latency.percentile(95).value
    return Block(median, p95, samples.n, samples.failed, recording.facts[f"cpu {version} {turn}"])


async def _work(folder: Path, jobs: Mapping[str, Path]) -> None:
    design = Design(**json.loads((folder / "design.json").read_text()))
    targets: dict[str, Target] = {}
    try:
        for version, place in jobs.items():
            job = read_job(place)
            adapter = job.adapter(job.catalog(), version, proxied=False)
            targets[version] = Target(job.spec, adapter, job.values)
            await adapter.attach(job.handle or {})
        await interleave(targets, design, folder / "recordings", _tell)
    finally:
        for target in targets.values():
            await target.disconnect()


def _tell(done: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Send the load of one comparison."""
    _runner()(_work(Path(arguments[0]), {"baseline": Path(arguments[1]), "candidate": Path(arguments[2])}))
    return 0


def _runner() -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    return uvloop.run


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(TargetError.exit_code)
