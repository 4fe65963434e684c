"""readiness load: drive a URL or a journey, show it live, and exit with what the thresholds say."""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from readiness.cli import load_screen
from readiness.cli.load_options import Asked, understand
from readiness.errors import TargetError, UsageError
from readiness.load.live import Glimpse
from readiness.load.session import LoadResult, Session

Show = Callable[[Glimpse], None]


def command(arguments: argparse.Namespace) -> int:
    """Run the load and return 0, 1 where a threshold does not hold, 3 where less came of it than was asked for."""
    asked = understand(arguments)
    folder = Path(tempfile.mkdtemp(prefix="readiness-load-"))
    try:
        return _runner()(_run(asked, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runner() -> Callable[[Coroutine[Any, Any, int]], int]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Coroutine[Any, Any, int]], int] = uvloop.run
    return run


async def _run(asked: Asked, folder: Path) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    show = None if asked.quiet else _shower()
    session = Session(asked.load, folder / "spool", show)
    if error := "" if asked.scheduler else await session.reach():
        raise TargetError(f"{asked.url} cannot be reached: {error}")
    if not asked.quiet:
        print(f"{asked.url}: {asked.load.executor.describe()}", file=sys.stderr)
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 100
    )  # calls make no cycles, and a collector's pause would be read as the target's latency
    if asked.workers > 1 or asked.scheduler:
        result, spools = await _shared(asked, folder, stop, show)
    else:
        result, spools = await _result(session, stop), [folder / "spool"]
    judged = [(threshold, *threshold.judge(result)) for threshold in asked.thresholds]
    if not asked.quiet and sys.stderr.isatty():
        print(end="\r\x1b[K", file=sys.stderr)
    print(load_screen.summary(result, judged, interrupted=stop.is_set()))
    _write(asked, result, judged, spools)
    if stop.is_set():
        return 130
    if not all(holds for _, holds, _ in judged):
        return 1
    return 3 if result.lacking else 0


async def _shared(asked: Asked, folder: Path, stop: asyncio.Event, show: Show | None) -> tuple[LoadResult, list[Path]]:
    """Let processes or machines share the load; return what came of it and where the samples are."""

    def notice(text: str) -> None:
        print(f"readiness load: {text}", file=sys.stderr, flush=True)

    if asked.scheduler:
        from readiness.load.distributed import run_distributed

        found = await run_distributed(asked.load, asked.scheduler, folder, stop=stop, notice=notice, show=show)
    else:
        from readiness.load.workers import run_workers

        found = await run_workers(asked.load, asked.workers, folder, stop=stop, notice=notice, show=show)
    return found.result, [worker.spool for worker in found.workers]


async def _result(session: Session, stop: asyncio.Event) -> LoadResult:
    try:
        return await session.run(stop)
    except Exception as error:  # a journey is the user's own program: its defect is his to see
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else "?"
        raise UsageError(f"the journey raised {type(error).__name__}: {error} ({where})") from error


def _shower() -> Callable[[Glimpse], None]:
    """One line that is written over on a terminal, else a line a second."""
    overwrite = sys.stderr.isatty() and not os.environ.get("CI")

    def show(glimpse: Glimpse) -> None:
        line = load_screen.line(glimpse)
        print(f"\r\x1b[K{line}" if overwrite else line, end="" if overwrite else "\n", file=sys.stderr, flush=True)

    return show


def _write(asked: Asked, result: LoadResult, judged: load_screen.Judged, spools: list[Path]) -> None:
    if asked.json:
        said = [
            {"threshold": t.text, "holds": holds, "value": None if value != value else value}
            for t, holds, value in judged
        ]
        Path(asked.json).write_text(json.dumps({**result.to_json(), "thresholds": said}, indent=2) + "\n")
    if asked.out:  # in a process of its own: what writes Parquet weighs more than the generator
        call = [sys.executable, "-m", "readiness.load.merging", *map(str, spools), asked.out]
        done = subprocess.run(call, check=False, capture_output=True, text=True)
        if done.returncode:
            kept = [f"{asked.out}.{spool.stem}" for spool in spools]
            for spool, copy in zip(spools, kept, strict=True):
                with contextlib.suppress(OSError):
                    shutil.copy(spool, copy)
            why = done.stderr.strip().splitlines()[-1:]
            raise UsageError(f"--out {asked.out}: {why}; the raw samples are in {', '.join(kept)}")
