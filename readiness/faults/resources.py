"""Limits that a process is started with, and the proof that they are in force."""

import contextlib
import resource
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from readiness.errors import UsageError, nearest

LIMITS: dict[str, int] = {
    "descriptors": resource.RLIMIT_NOFILE,
    "memory_bytes": resource.RLIMIT_AS,
    "file_bytes": resource.RLIMIT_FSIZE,
    "cpu_seconds": resource.RLIMIT_CPU,
}
"""Name -> the kernel's own. Memory means address space; a child's log counts as one of its files."""


def preexec(limits: Mapping[str, int]) -> Callable[[], None]:
    """Return what a child calls between fork and exec; what is unknown or too high is refused here.

    Soft and hard limit are the same, so that the child cannot lift them. A file that grows too large gives an error
    (EFBIG) and no signal.
    """
    pairs = [(_number(name), _allowed(name, value)) for name, value in limits.items()]
    quiet = "file_bytes" in limits

    def apply() -> None:
        if quiet:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for number, pair in pairs:
            resource.setrlimit(number, pair)

    return apply


def limit_witness(pid: int, limits: Mapping[str, int]) -> dict[str, Any]:
    """Return limit and present use by name; empty when the process is gone or one of the limits is not in force."""
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        found = {name: {"limit": process.rlimit(_number(name))[0], "used": _used(process, name)} for name in limits}
        if all(found[name]["limit"] == value for name, value in limits.items()):
            return {"pid": pid, **found} if found else {}
    return {}


def _number(name: str) -> int:
    if name not in LIMITS:
        raise UsageError(f"unknown limit {name!r}{nearest(name, LIMITS)}; known: {', '.join(LIMITS)}")
    return LIMITS[name]


def _allowed(name: str, value: int) -> tuple[int, int]:
    highest = resource.getrlimit(_number(name))[1]
    if value < 0 or (highest != resource.RLIM_INFINITY and value > highest):
        right = (
            "a number from 0"
            if highest == resource.RLIM_INFINITY
            else f"from 0 to {highest}, the limit of this session"
        )
        raise UsageError(f"limit {name} is {value}; right would be {right}")
    return int(value), int(value)


def _used(process: psutil.Process, name: str) -> float:
    if name == "descriptors":
        return process.num_fds()
    if name == "memory_bytes":
        return process.memory_info().vms
    if name == "cpu_seconds":
        times = process.cpu_times()
        return round(times.user + times.system, 2)
    return max((_size(file.path) for file in process.open_files()), default=0)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
