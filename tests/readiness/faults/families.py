"""Children for tests: real processes whose families are known, and a look whether they are gone."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from readiness.faults.children import Child, is_living

PATIENCE = 20.0
SLEEP = "import time; time.sleep(600)"
FAMILY = """
import os, subprocess, sys, time
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
inside = subprocess.Popen(sleeper)
away = subprocess.Popen(sleeper, start_new_session=True)
print(os.getpid(), inside.pid, away.pid, flush=True)
"""
"""Starts a child in its session and one in another, says the three pids, and ends: both are orphans then."""
STAYING = FAMILY + "time.sleep(600)\n"
CLOBBER = """
import ctypes, os, sys, time
# What PostgreSQL and Redis do for a title in process lists: the memory of the first environment is overwritten.
fields = open("/proc/self/stat").read().rpartition(")")[2].split()
begin, end = int(fields[47]), int(fields[48])
ctypes.memset(begin, 0, end - begin)
"""


@contextmanager
def child_of(
    folder: Path,
    source: str,
    *,
    run_id: str,
    name: str = "child",
    environment: Mapping[str, str] | None = None,
    limits: Mapping[str, int] | None = None,
) -> Iterator[Child]:
    """A Python child that is ended whatever happens."""
    inherited = {**os.environ, **(environment or {})}
    log = folder / f"{name}.log"
    child = Child([sys.executable, "-c", source], run_id=run_id, log=log, environment=inherited, limits=limits)
    try:
        yield child
    finally:
        child.close()


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(0.01)


def said(child: Child) -> list[int]:
    """The pids that a family has told."""
    eventually(lambda: child.logs().endswith("\n"), "the family says its pids")
    return [int(pid) for pid in child.logs().split()]


def lives(pid: int) -> bool:
    """Whether there is such a process and it is no zombie."""
    try:
        return is_living(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def all_gone(pids: Iterable[int]) -> bool:
    """Whether none lives."""
    return not any(lives(pid) for pid in pids)


def left_over(folder: Path) -> list[int]:
    """Processes that were started in a folder, or with a path below it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) or any(str(folder) in word for word in process.cmdline()):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found
