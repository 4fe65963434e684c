"""Resource limits of a child, set between fork and exec, and the proof that they hold."""

import resource
from collections.abc import Callable, Mapping
from typing import Any

import psutil

LIMITS = {
    "descriptors": resource.RLIMIT_NOFILE,
    "memory_bytes": resource.RLIMIT_AS,
    "file_bytes": resource.RLIMIT_FSIZE,
    "cpu_seconds": resource.RLIMIT_CPU,
}


def preexec(limits: Mapping[str, int]) -> Callable[[], None]:
    """Return the hook that sets the limits in the child."""
    pairs = [(LIMITS[name], (value, value)) for name, value in limits.items()]

    def apply() -> None:
        for number, pair in pairs:
            resource.setrlimit(number, pair)

    return apply


def limit_witness(pid: int, limits: Mapping[str, int]) -> dict[str, Any]:
    """Return the limits that really hold in the process, with its open descriptors; empty when they do not hold."""
    try:
        process = psutil.Process(pid)
        held = {name: process.rlimit(LIMITS[name])[0] for name in limits}
        if held != dict(limits):
            return {}
        return {"pid": pid, **held, "open_descriptors": process.num_fds()}
    except psutil.Error:
        return {}
