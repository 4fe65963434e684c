"""Limits that a process is started with or meets while it runs, and the proof that they are in force."""

import contextlib
import resource
import signal
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import psutil

from readiness.errors import UsageError, nearest
from readiness.targeting import ProcessControl

LIMITS: dict[str, int] = {
    "descriptors": resource.RLIMIT_NOFILE,
    "memory_bytes": resource.RLIMIT_AS,
    "data_bytes": resource.RLIMIT_DATA,
    "file_bytes": resource.RLIMIT_FSIZE,
    "cpu_seconds": resource.RLIMIT_CPU,
}
"""Name -> the kernel's own. Memory means address space, data what of it may be written to and is not shared (Linux 4.7);
a child's log counts as one of its files."""
ROUNDS = 10
"""So often at most is it looked for processes that inherited a limit while it was taken from others."""


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
        with process.oneshot():  # all uses of one moment: a process that starts grows between two readings
            found = {name: {"limit": process.rlimit(_number(name))[0], "used": _used(process, name)} for name in limits}
        if all(found[name]["limit"] == value for name, value in limits.items()):
            return {"pid": pid, **found} if found else {}
    return {}


class Limited:
    """Each process of the tree may use only ``headroom`` more of a resource than it does when this is armed.

    What is asked for beyond that fails (ENOMEM, EMFILE, EFBIG). A file that grows too large also sends SIGXFSZ, which
    ends a program that does not ignore it. Processes inherit the limit when they are started meanwhile, and lose it again.
    """

    name = "limited"

    def __init__(self, control: ProcessControl, headroom: Mapping[str, int]) -> None:
        self._control = control
        self._headroom = {_number(name): (name, more) for name, more in headroom.items()}
        self._former: dict[tuple[psutil.Process, int], tuple[int, int]] = {}
        self._lowered: dict[tuple[int, int], int] = {}
        """Kernel's number and a soft limit of ours -> the one before, the root's where it is the same for several."""
        self._proof: dict[str, Any] = {}

    async def arm(self) -> None:
        """Lower the soft limits, and read them back."""
        if self._former:
            return
        self._proof = {}
        for pid in self._control.pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                told = {name: self._lower(process, number) for number, (name, _) in self._headroom.items()}
                if all(one["limit"] == process.rlimit(_number(name))[0] for name, one in told.items()):
                    self._proof[str(pid)] = told

    async def disarm(self) -> None:
        """Give back what each had, and what their children have inherited meanwhile."""
        for (process, number), former in self._former.items():
            with contextlib.suppress(psutil.Error):  # it may be gone
                process.rlimit(number, former)
        for _ in range(ROUNDS if self._lowered else 0):
            if not self._free_heirs():
                break
        self._former.clear()
        self._lowered.clear()

    def witness(self) -> dict[str, Any]:
        """Limit and use of each process when it was limited; empty unless all limits were in force."""
        return dict(self._proof)

    def _free_heirs(self) -> bool:
        """Give back to who was started meanwhile and has a limit of ours what its root had; whether there was anybody."""
        found = False
        for pid, ((number, lowered), former) in product(self._control.pids(), self._lowered.items()):
            with contextlib.suppress(psutil.Error, ValueError):  # it may be gone, or have a lower hard limit by now
                process = psutil.Process(pid)
                soft, hard = process.rlimit(number)
                if soft == lowered != former and (process, number) not in self._former:
                    process.rlimit(number, (former, hard))
                    found = True
        return found

    def _lower(self, process: psutil.Process, number: int) -> dict[str, float]:
        name, more = self._headroom[number]
        former = process.rlimit(number)
        used = int(_used(process, name))
        highest = used + more if former[1] == resource.RLIM_INFINITY else min(used + more, former[1])
        self._former[process, number] = former
        self._lowered.setdefault((number, highest), former[0])
        process.rlimit(number, (highest, former[1]))
        return {"limit": highest, "used": used}


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
    if name == "data_bytes":
        return process.memory_info().data
    if name == "cpu_seconds":
        times = process.cpu_times()
        return round(times.user + times.system, 2)
    return max((_size(file.path) for file in process.open_files()), default=0)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
