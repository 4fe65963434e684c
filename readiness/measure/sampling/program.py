"""The sampler as a program: looks, and appends what it saw to a recording, until its standard input ends.

Its lines are those that a recorder writes for readings, so a crash of whoever is watched loses nothing. The input is a
pipe from who started it: a sampler dies with its parent.
"""

import os
import resource
import select
import sys
import time
from collections.abc import Callable
from typing import Protocol

from readiness.measure.sampling.process_tree import ProcessTree, Usage, process_seconds

FLUSH_SECONDS = 1.0
TRANSFER_SECONDS = 1.0
DEAR_SECONDS = 1.0
DEAR_SHARE = 0.001
"""Readings that cost much are repeated only so often that they take this share of one core."""

LINUX: bool = sys.platform == "linux"

Look = Callable[[float], None]


class Tree(Protocol):
    """What a role needs of a process tree."""

    def look(self) -> Usage | None: ...
    def transferred(self) -> tuple[int, int] | None: ...
    def proportional_bytes(self) -> int | None: ...
    def connections(self) -> int | None: ...


class Lines:
    """Readings on their way to the recording; ``begin`` is the monotonic time at which the recording began."""

    def __init__(self, path: str, begin: float, prefix: str = "") -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._begin = begin
        self._prefix = prefix
        self._waiting: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
        self._flushed = 0.0

    def add(self, series: str, unit: str, at: float, value: float | None) -> None:
        """Keep one reading; None is no reading."""
        if value is not None:
            times, values = self._waiting.setdefault((series, unit), ([], []))
            times.append(f"{at - self._begin:.3f}")
            values.append(str(round(value, 9)))

    def flush(self, now: float, *, whole: bool = False) -> None:
        """Append what waits, in one piece, once a second or when the ``whole`` of it is asked for."""
        if whole or now - self._flushed >= FLUSH_SECONDS:
            text = "".join(
                f'{{"kind": "readings", "series": "{self._prefix}{series}", "unit": "{unit}", '
                f'"at": [{", ".join(times)}], "values": [{", ".join(values)}]}}\n'
                for (series, unit), (times, values) in self._waiting.items()
            )
            os.write(self._file, text.encode())
            self._waiting.clear()
            self._flushed = now


def watch_tree(tree: Tree, lines: Lines) -> Look:
    """Return the look at one process tree."""
    last: tuple[float, float] | None = None
    transfer_at = dear_at = 0.0

    def look(now: float) -> None:
        nonlocal last, transfer_at, dear_at
        usage = tree.look()
        if usage is None:
            return
        for series, unit, value in (
            ("rss_bytes", "B", usage.rss_bytes),
            ("descriptors", "", usage.descriptors),
            ("threads", "", usage.threads),
        ):
            lines.add(series, unit, now, value)
        if last is not None and now > last[0]:
            lines.add("cpu_cores", "cores", now, (usage.cpu_seconds - last[1]) / (now - last[0]))
        last = now, usage.cpu_seconds
        if now >= transfer_at and (transferred := tree.transferred()) is not None:
            lines.add("read_bytes", "B", now, transferred[0])
            lines.add("written_bytes", "B", now, transferred[1])
            transfer_at = now + TRANSFER_SECONDS
        if now >= dear_at:
            begin = time.thread_time()
            lines.add("pss_bytes", "B", now, tree.proportional_bytes())
            lines.add("connections", "", now, tree.connections())
            dear_at = now + max(DEAR_SECONDS, (time.thread_time() - begin) / DEAR_SHARE)

    return look


def watch_machine(generator: Callable[[], float | None], ours: Tree, lines: Lines) -> Look:
    """Return the look at the machine: what the others took, how quick it is, and what the generator took.

    ``generator`` says how many CPU seconds it has used, ``ours`` are all processes of the run.
    """
    from readiness.measure.sampling.machine import Machine, control_seconds

    machine = Machine() if LINUX else None
    last: tuple[float, float] | None = None

    def look(now: float) -> None:
        nonlocal last
        lines.add("machine_control_seconds", "s", now, control_seconds())
        used, all_used = generator(), ours.look()
        shares = machine.look(all_used.cpu_seconds if all_used else 0.0) if machine else None
        if last is not None and used is not None and now > last[0]:
            lines.add("generator_cpu_cores", "cores", now, (used - last[1]) / (now - last[0]))
        if last is not None and shares is not None:
            lines.add("machine_idle_share", "", now, shares.idle)
            lines.add("machine_other_share", "", now, shares.others)
            lines.add("machine_steal_share", "", now, shares.stolen)
            lines.add("machine_throttled_share", "", now, shares.throttled)
        last = (now, used) if used is not None else None

    return look


def run(look: Look, lines: Lines, interval: float) -> None:
    """Look every ``interval`` seconds until the input ends or the parent has gone; say on the output when it began."""
    parent, last = os.getppid(), time.monotonic()
    due = last + interval
    look(last)
    os.write(1, b"ready\n")
    ended = False
    while not ended:
        wait = max(0.0, due - time.monotonic())
        ended = bool(select.select([0], [], [], wait)[0]) or os.getppid() != parent
        now = time.monotonic()
        if not ended or now - last >= interval / 2:  # over a shorter time, a rate would be a guess
            look(now)
            last = now
        lines.flush(now, whole=ended)
        due = max(due + interval, now + interval / 2)  # a look that was missed is not made up for


def main(arguments: list[str]) -> None:
    """``tree|machine PATH BEGIN HERTZ PREFIX MARK READER PID...``; for the machine the first pid is the generator's."""
    role, path, begin, hertz, prefix, mark, reader, *pids = arguments
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # two files stay open for each process of a tree
    roots = [int(pid) for pid in pids]
    if role == "machine":
        roots.append(os.getpid())
    tree: Tree
    if reader == "proc":
        tree, seconds = ProcessTree(roots, mark), process_seconds
    else:
        from readiness.measure.sampling import psutil_tree

        tree, seconds = psutil_tree.PsutilTree(roots), psutil_tree.process_seconds
    lines = Lines(path, float(begin), prefix)
    look = watch_tree(tree, lines) if role == "tree" else watch_machine(lambda: seconds(roots[0]), tree, lines)
    run(look, lines, 1.0 / float(hertz))
