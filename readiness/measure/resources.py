"""CPU, memory, descriptors and threads of a process tree, sampled from outside."""

import asyncio
from collections.abc import Callable

import psutil

UNITS = {"rss_bytes": "B", "cpu_cores": "cores", "descriptors": "", "threads": ""}


class ResourceSampler:
    """Keeps ``series``: name -> (unit, seconds, values), for the tree below one process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu: tuple[float, float] | None = None
        self.series: dict[str, tuple[str, list[float], list[float]]] = {
            name: (unit, [], []) for name, unit in UNITS.items()
        }

    async def run(self, clock: Callable[[], float], interval: float) -> None:
        """Take a sample every ``interval`` seconds until cancelled."""
        while True:
            self.take(clock())
            await asyncio.sleep(interval)

    def take(self, at: float) -> None:
        """Take one sample; a process that has gone counts no more."""
        rss = threads = descriptors = 0
        cpu = 0.0
        for process in _tree(self._pid):
            try:
                with process.oneshot():
                    rss += process.memory_info().rss
                    threads += process.num_threads()
                    times = process.cpu_times()
                    cpu += times.user + times.system
                descriptors += process.num_fds()
            except psutil.Error:
                continue
        if rss == 0:
            return
        self._add("rss_bytes", at, rss)
        self._add("threads", at, threads)
        self._add("descriptors", at, descriptors)
        if self._cpu is not None and at > self._cpu[0]:
            self._add("cpu_cores", at, max(0.0, cpu - self._cpu[1]) / (at - self._cpu[0]))
        self._cpu = (at, cpu)

    def _add(self, name: str, at: float, value: float) -> None:
        self.series[name][1].append(round(at, 3))
        self.series[name][2].append(value)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
