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


def command(arguments: argparse.Namespace) -> int:
    """Run the load and return 0, or 1 where a threshold does not hold."""
    asked = understand(arguments)
    folder = Path(tempfile.mkdtemp(prefix="readiness-load-"))
    try:
        return _runner()(_run(asked, folder / "spool"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runner() -> Callable[[Coroutine[Any, Any, int]], int]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Coroutine[Any, Any, int]], int] = uvloop.run
    return run


async def _run(asked: Asked, spool: Path) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    session = Session(asked.load, spool, None if asked.quiet else _shower())
    if error := await session.reach():
        raise TargetError(f"{asked.url} cannot be reached: {error}")
    if not asked.quiet:
        print(f"{asked.url}: {asked.load.executor.describe()}", file=sys.stderr)
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 100
    )  # calls make no cycles, and a collector's pause would be read as the target's latency
    result = await _result(session, stop)
    judged = [(threshold, *threshold.judge(result)) for threshold in asked.thresholds]
    if not asked.quiet and sys.stderr.isatty():
        print(end="\r\x1b[K", file=sys.stderr)
    print(load_screen.summary(result, judged, interrupted=stop.is_set()))
    _write(asked, result, judged, spool)
    if stop.is_set():
        return 130
    return 0 if all(holds for _, holds, _ in judged) else 1


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


def _write(asked: Asked, result: LoadResult, judged: load_screen.Judged, spool: Path) -> None:
    if asked.json:
        said = [
            {"threshold": t.text, "holds": holds, "value": None if value != value else value}
            for t, holds, value in judged
        ]
        Path(asked.json).write_text(json.dumps({**result.to_json(), "thresholds": said}, indent=2) + "\n")
    if asked.out:  # in a process of its own: what writes Parquet weighs more than the generator
        call = [sys.executable, "-m", "readiness.measure.sample_file", str(spool), asked.out]
        done = subprocess.run(call, check=False, capture_output=True, text=True)
        if done.returncode:
            kept = f"{asked.out}.spool"
            with contextlib.suppress(OSError):
                shutil.copy(spool, kept)
            raise UsageError(
                f"--out {asked.out}: {done.stderr.strip().splitlines()[-1:]}; the raw samples are in {kept}"
            )
