"""The same looks through psutil, for systems without /proc. Slower, and blind to what a child used after the last look."""

from collections.abc import Iterable

import psutil

from readiness.measure.sampling.process_tree import Usage


class PsutilTree:
    """All that descends from ``roots``; see ProcessTree, whose methods it has. Environments, and so marks, are not seen."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = set(roots)
        self._cpu: dict[int, float] = {}
        self._used = 0.0
        self._looked = False

    def look(self) -> Usage | None:
        """Find and measure the tree; None when none of it lives."""
        rss = threads = descriptors = 0
        cpu: dict[int, float] = {}
        for process in self._processes():
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    cpu[process.pid] = times.user + times.system
                    rss += process.memory_info().rss
                    threads += process.num_threads()
                descriptors += process.num_fds()
            except psutil.Error:
                continue
        for pid, seconds in cpu.items():
            self._used += seconds - self._cpu.get(pid, 0.0 if self._looked else seconds)
        self._cpu, self._looked = cpu, True
        return Usage(len(cpu), rss, threads, descriptors, self._used) if cpu else None

    def transferred(self) -> tuple[int, int] | None:
        """Return None: not every system counts per process."""
        return None

    def proportional_bytes(self) -> int | None:
        """Return None: only Linux counts pages in proportion."""
        return None

    def connections(self) -> int | None:
        """Return how many established TCP connections the tree holds."""
        try:
            return sum(
                connection.status == psutil.CONN_ESTABLISHED
                for process in self._processes()
                for connection in process.net_connections("tcp")
            )
        except psutil.Error:
            return None

    def close(self) -> None:
        """Nothing is held."""

    def _processes(self) -> list[psutil.Process]:
        found: dict[int, psutil.Process] = {}
        for root in self._roots:
            try:
                process = psutil.Process(root)
                found |= {process.pid: process for process in (process, *process.children(recursive=True))}
            except psutil.Error:
                continue
        return list(found.values())


def process_seconds(pid: int) -> float | None:
    """CPU seconds that one process has used, without its children; None when it has gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return times.user + times.system
