"""The machine that measures: how much of it idled, was stolen, was withheld, or went to processes that are not ours."""
# pathlib would cost time and memory at every look:
# ruff: noqa: PTH113, PTH123

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
CONTROL_ROUNDS = 8_000
"""Work of about half a millisecond: five times a second it takes a third of a percent of one core."""


class Counters(NamedTuple):
    """Sums since the machine started, over the CPUs that we may use."""

    at: float
    idle: float
    """CPU seconds."""
    stolen: float
    """CPU seconds in which a CPU had work and the hypervisor ran somebody else."""
    periods: int
    """Periods in which a quota was enforced on our control group, and those of them in which it was used up."""
    throttled: int


class Shares(NamedTuple):
    """What became of the machine between two looks, each from 0 to 1."""

    idle: float
    stolen: float
    others: float
    """Taken by processes that are not ours."""
    throttled: float
    """Share of the periods in which our quota was used up; 0 without a quota."""


class Machine:
    """Looks at the CPUs that this process may run on; ``quotas`` are the cpu.stat files of its control groups."""

    def __init__(self, quotas: Sequence[str] | None = None) -> None:
        self._cpus = os.sched_getaffinity(0)
        self._quotas = quota_files() if quotas is None else quotas
        self._last = self._count()
        self._ours = 0.0

    def look(self, ours: float) -> Shares | None:
        """Return the shares since the last look; ``ours`` is what our processes have used so far, in CPU seconds."""
        before, now = self._last, self._count()
        capacity = (now.at - before.at) * len(self._cpus)
        if capacity <= 0:
            return None
        idle, stolen = (now.idle - before.idle) / capacity, (now.stolen - before.stolen) / capacity
        others = 1.0 - idle - stolen - (ours - self._ours) / capacity
        periods = now.periods - before.periods
        throttled = (now.throttled - before.throttled) / periods if periods else 0.0
        self._last, self._ours = now, ours
        return Shares(_share(idle), _share(stolen), _share(others), throttled)

    def _count(self) -> Counters:
        # Idle time is kept exactly; the other columns are counted by the timer tick, which short work escapes.
        names = {b"cpu%d" % number for number in self._cpus}
        idle = stolen = 0
        with open("/proc/stat", "rb") as file:
            for line in file:
                if not line.startswith(b"cpu"):
                    break
                fields = line.split()
                if fields[0] in names:
                    idle += int(fields[4]) + int(fields[5])
                    stolen += int(fields[8])
        periods = throttled = 0
        for path in self._quotas:
            periods += _entry(path, b"nr_periods")
            throttled += _entry(path, b"nr_throttled")
        return Counters(time.monotonic(), idle / TICKS, stolen / TICKS, periods, throttled)


def control_seconds() -> float:
    """CPU seconds that a fixed piece of work takes now.

    CPU time, not wall time: it does not grow when our own processes want the same core, only when the core itself is
    slower (throttled, shared with a neighbour, stolen without being counted).
    """
    begin = time.thread_time_ns()
    state = 1
    for _ in range(CONTROL_ROUNDS):
        state = (state * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
    return (time.thread_time_ns() - begin) / 1e9


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def quota_files(mount: str = "/sys/fs/cgroup", groups_file: str = "/proc/self/cgroup") -> list[str]:
    """Return the cpu.stat of our control group and of those above it, of version 2 or 1, that enforce a quota."""
    found = []
    try:
        with open(groups_file) as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return []
    for _, controllers, path in groups:
        if controllers and "cpu" not in controllers.split(","):
            continue
        hierarchy = f"{mount}/cpu" if controllers else mount
        # In a container the path may be the host's; the group itself is then at the mount.
        while True:
            name = f"{hierarchy}{path.rstrip('/')}/cpu.stat"
            if os.path.isfile(name) and _entry(name, b"nr_periods") >= 0:
                found.append(name)
            if path in ("", "/"):
                break
            path = path.rpartition("/")[0]
    return found


def _entry(path: str, name: bytes) -> int:
    """Return an entry of a cpu.stat; -1 where it is not there."""
    try:
        with open(path, "rb") as file:
            return next((int(line.split()[1]) for line in file if line.startswith(name + b" ")), -1)
    except OSError:
        return -1
