"""What a process tree, the generator and the machine use: watched by a small program of its own (see sampling).

The generator's event loop has better things to do, and what it is late for must not be missing in its own readings.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

RUN_VARIABLE = "READINESS_RUN"  # see faults.children, which stands above this layer
START_SECONDS = 5.0
END_SECONDS = 5.0
MACHINE_HERTZ = 5.0
LAG_SECONDS = 0.05
PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from readiness.measure.sampling.program import main; main(sys.argv[1:])"
Reader = Literal["proc", "psutil"]


@asynccontextmanager
async def sampled_tree(path: Path, begin: float, pids: Sequence[int], hertz: float, prefix: str) -> AsyncIterator[None]:
    """Append readings of the tree below ``pids`` to the recording at ``path`` while the block runs.

    ``begin`` is the monotonic time at which the recording began.
    """
    async with _sampler("tree", path, begin, hertz, prefix, "", pids):
        yield


@asynccontextmanager
async def sampled_machine(path: Path, begin: float) -> AsyncIterator[None]:
    """Append readings of the machine and of this process, the generator, while the block runs.

    Ours is whatever carries the mark of our run and, within a run, the gate that started us; the rest are others.
    """
    run = os.environ.get(RUN_VARIABLE, "").partition(".")[0]
    roots = [os.getpid(), os.getppid()] if run else [os.getpid()]
    mark = f"{RUN_VARIABLE}={run}" if run else ""
    async with _sampler("machine", path, begin, MACHINE_HERTZ, "", mark, roots):
        yield


@asynccontextmanager
async def loop_lag(at: list[float], values: list[float], begin: float) -> AsyncIterator[None]:
    """Note how much later than asked the event loop wakes a sleeper, in seconds: the largest of each second."""

    async def sleeper() -> None:
        second, largest = time.monotonic(), 0.0
        while True:
            asked = time.monotonic() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            now = time.monotonic()
            largest = max(largest, now - asked)
            if now - second >= 1.0:
                at.append(round(now - begin, 3))
                values.append(round(largest, 6))
                second, largest = now, 0.0

    task = asyncio.create_task(sleeper())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def sampler_command(reader: Reader) -> tuple[str, ...]:
    """Return the command that starts the sampler; its arguments follow (see sampling.program)."""
    # Without site packages it needs half of the memory; only psutil lies there.
    lean = ("-I", "-S") if reader == "proc" else ("-I",)
    return (sys.executable, *lean, "-c", PROGRAM, str(Path(__file__).resolve().parents[2]))


@asynccontextmanager
async def _sampler(
    role: str, path: Path, begin: float, hertz: float, prefix: str, mark: str, pids: Sequence[int]
) -> AsyncIterator[None]:
    """Run the sampler while the block runs; the block begins after its first look."""
    reader: Reader = "proc" if sys.platform == "linux" else "psutil"
    process = await asyncio.create_subprocess_exec(
        *sampler_command(reader), role, str(path), repr(begin), repr(hertz), prefix, mark, reader, *map(str, pids),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # One that cannot start leaves no readings, and whoever needs them says so.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await process.stdout.readline()
        yield
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
