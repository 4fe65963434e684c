"""A process and all that descends from it, read straight from Linux' /proc: cheap enough for ten looks a second.

Files under /proc stay open between looks: a read of one costs a sixth of opening it again, and it can never tell of
another process that was given the same number.
"""
# pathlib would cost time and memory at every look:
# ruff: noqa: PTH112, PTH115, PTH116, PTH123, PTH208

import contextlib
import os
import time
from collections.abc import Iterable
from typing import NamedTuple

TICK_NANOSECONDS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ESTABLISHED = b"01"  # include/net/tcp_states.h of Linux
# Since Linux 6.2 the size of the folder is the number of descriptors; before, it has to be listed.
FOLDER_SIZE_COUNTS = os.stat("/proc/self/fd").st_size > 0 if os.path.isdir("/proc/self/fd") else False


class Usage(NamedTuple):
    """What a tree uses at one moment; CPU seconds count from the first look on. None: we may not read it."""

    processes: int
    rss_bytes: int
    threads: int
    descriptors: int | None
    cpu_seconds: float


class Stat(NamedTuple):
    """What /proc/PID/stat says of one process."""

    state: bytes
    parent: int
    session: int
    cpu: int
    """Nanoseconds of its own: user and system time of all its threads, also of those that have ended."""
    inherited: int
    """Nanoseconds of the children that it has waited for, and of theirs."""
    threads: int
    rss_bytes: int


class Member:
    """One process of the tree, with what was last seen of it."""

    __slots__ = ("_io", "_stat", "pid", "read_bytes", "seen", "unpaid", "written_bytes")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        self._io: int | None = None
        self.read_bytes = self.written_bytes = 0
        self.unpaid = 0
        try:
            self.seen = self.look()
        except OSError:
            self.close()
            raise

    def look(self) -> Stat:
        """Read its state now. Raises OSError (ProcessLookupError) when it has gone."""
        line = os.pread(self._stat, 1024, 0)
        fields = line[line.rindex(b")") + 2 :].split(None, 22)  # the name before it may hold anything
        try:
            cpu = time.clock_gettime_ns(_cpu_clock(self.pid))
        except OSError:
            cpu = (int(fields[11]) + int(fields[12])) * TICK_NANOSECONDS
        inherited = (int(fields[13]) + int(fields[14])) * TICK_NANOSECONDS
        rss = int(fields[21]) * PAGE_BYTES
        return Stat(fields[0], int(fields[1]), int(fields[3]), cpu, inherited, int(fields[17]), rss)

    def transferred(self) -> tuple[int, int]:
        """Bytes that it made the storage read and write. Raises OSError where we may not know."""
        if self._io is None:
            self._io = os.open(f"/proc/{self.pid}/io", os.O_RDONLY | os.O_CLOEXEC)
        lines = os.pread(self._io, 512, 0).split()
        return int(lines[9]), int(lines[11])

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._stat)
        if self._io is not None:
            os.close(self._io)


class ProcessTree:
    """All that descends from ``roots``, found anew at each look; who once belonged belongs until it ends.

    A process belongs when its parent does, when its session was begun by one that does (a daemon that was orphaned
    before we saw it), or when its environment holds ``mark``.
    """

    def __init__(self, roots: Iterable[int], mark: str = "") -> None:
        self._roots = set(roots)
        self._mark = mark.encode()
        self._members: dict[int, Member] = {}
        self._foreign: set[int] = set()
        self._sessions: set[int] = set()
        self._cpu = self._read = self._written = 0
        self._looked = False
        self._loadavg = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC)
        self._newest = b""

    def look(self) -> Usage | None:
        """Find and measure the tree; None when none of it lives."""
        self._find()
        gone, alive = [], []
        for member in self._members.values():  # parents before their children
            before = member.seen
            try:
                member.seen = now = member.look()
            except OSError:
                gone.append(member)
                continue
            self._cpu += max(0, now.cpu - before.cpu)
            alive.append((member, max(0, now.inherited - before.inherited)))
            if now.session == member.pid:
                self._sessions.add(member.pid)
        self._settle(gone, alive)
        self._looked = True
        return self._usage() if alive else None

    def transferred(self) -> tuple[int, int] | None:
        """Return the bytes that the tree made the storage read and write since the first look, or None.

        What a process transferred between the last call and its end is not counted.
        """
        for member in self._living:
            try:
                read, written = member.transferred()
            except PermissionError:
                return None
            except OSError:
                continue  # it has gone since
            self._read += read - member.read_bytes
            self._written += written - member.written_bytes
            member.read_bytes, member.written_bytes = read, written
        return self._read, self._written

    def proportional_bytes(self) -> int | None:
        """Return the proportional set size: a page that n processes share counts one n-th for each. Dear."""
        total = 0
        for member in self._living:
            try:
                with open(f"/proc/{member.pid}/smaps_rollup", "rb") as file:
                    total += 1024 * sum(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
            except PermissionError:
                return None
            except OSError:
                continue  # it has gone, or it is a zombie
        return total

    def connections(self) -> int | None:
        """Return how many established TCP connections the tree holds; one that several processes share counts once. Dear."""
        established = self._established()
        held: set[bytes] = set()
        for member in self._living:
            folder = f"/proc/{member.pid}/fd"
            try:
                numbers = os.listdir(folder)
            except PermissionError:
                return None
            except OSError:
                continue
            for number in numbers:
                with contextlib.suppress(OSError):
                    held.add(os.readlink(f"{folder}/{number}").encode())
        return len(held & established)

    def close(self) -> None:
        """Let go of every file."""
        for member in self._members.values():
            member.close()
        self._members.clear()
        os.close(self._loadavg)

    def _find(self) -> None:
        newest = os.pread(self._loadavg, 128, 0).split()[-1]  # the number that was given last, to a process or thread
        if newest == self._newest:
            return  # nobody began since: listing all processes is the dearest part of a look
        self._newest = newest
        living = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        self._foreign &= living
        strangers = []
        for pid in living - self._foreign - self._members.keys():
            with contextlib.suppress(OSError):
                strangers.append(Member(pid))
        joined = True
        while joined:  # a parent may come after its child: numbers begin anew
            joined, waiting, strangers = False, strangers, []
            for stranger in waiting:
                if self._belongs(stranger):
                    self._join(stranger)
                    joined = True
                else:
                    strangers.append(stranger)
        for stranger in strangers:
            self._foreign.add(stranger.pid)
            stranger.close()

    def _belongs(self, stranger: Member) -> bool:
        pid, stat = stranger.pid, stranger.seen
        if pid in self._roots or stat.parent in self._members or stat.session in self._sessions:
            return True
        if not self._mark:
            return False
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return self._mark in file.read()
        except OSError:
            return False

    def _join(self, member: Member) -> None:
        self._members[member.pid] = member
        if member.seen.session == member.pid:
            self._sessions.add(member.pid)
        with contextlib.suppress(OSError):
            member.read_bytes, member.written_bytes = member.transferred()
        if self._looked:  # it began since the last look: all that it used counts
            self._cpu += member.seen.cpu + member.seen.inherited
            self._read += member.read_bytes
            self._written += member.written_bytes

    def _settle(self, gone: list[Member], alive: list[tuple[Member, int]]) -> None:
        """Count what ended processes used after they were last seen.

        Who waits for a child inherits all its CPU time, of which we have counted most. What we have counted is taken off
        the inheritance of the nearest living ancestor, in this look or, as the two are not read at the same moment, in
        the next. Nobody inherits from a process that init takes over: what it used after the last look is not counted.
        """
        counted: dict[int, int] = {}
        for member in gone:
            heir, seen = self._heir(member, gone), member.seen
            counted[heir] = counted.get(heir, 0) + seen.cpu + seen.inherited
        for member in gone:
            member.close()
            del self._members[member.pid]
        for member, inheritance in alive:
            known = counted.get(member.pid, 0)
            paid = min(inheritance, member.unpaid + known)
            self._cpu += inheritance - paid
            member.unpaid = min(known, member.unpaid + known - paid)

    def _heir(self, member: Member, gone: list[Member]) -> int:
        dead = {other.pid for other in gone}
        pid = member.seen.parent
        while pid in dead:
            pid = self._members[pid].seen.parent
        return pid

    @property
    def _living(self) -> list[Member]:
        """Without zombies: they hold nothing, and what they held is hidden from us."""
        return [member for member in self._members.values() if member.seen.state not in b"ZX"]

    def _usage(self) -> Usage:
        living = self._living
        rss = sum(member.seen.rss_bytes for member in living)
        threads = sum(member.seen.threads for member in living)
        return Usage(len(living), rss, threads, _descriptors(living), self._cpu / 1e9)

    def _established(self) -> set[bytes]:
        """Return the sockets of established TCP connections in the roots' network, named as descriptors name them."""
        found = set()
        for pid in self._roots & self._members.keys():
            for table in ("tcp", "tcp6"):
                with contextlib.suppress(OSError), open(f"/proc/{pid}/net/{table}", "rb") as file:
                    rows = [line.split() for line in file.readlines()[1:]]
                    found |= {b"socket:[%s]" % row[9] for row in rows if row[3] == ESTABLISHED}
        return found


def process_seconds(pid: int) -> float | None:
    """CPU seconds that one process has used, without its children; None when it has gone."""
    try:
        return time.clock_gettime(_cpu_clock(pid))
    except OSError:
        return None


def _cpu_clock(pid: int) -> int:
    """Return the clock of a process (clock_getcpuclockid): exact, where /proc/PID/stat counts hundredths of a second."""
    return (~pid << 3) | 2


def _descriptors(living: list[Member]) -> int | None:
    total = 0
    for member in living:
        folder = f"/proc/{member.pid}/fd"
        try:
            total += os.stat(folder).st_size if FOLDER_SIZE_COUNTS else len(os.listdir(folder))
        except PermissionError:
            return None
        except OSError:
            continue  # it has gone since
    return total
