"""Faults from within: a small library in front of the target's C library, switched and counted through a shared file.

It needs no root, but Linux, a C compiler, and a target that calls the C library: Python, Ruby, Node, Java, C and C++ do,
Go and static programs do not. On one that does not, the counters stay at zero, so that the fault has no witness.
The library lives as long as the process that was started with it, the file as long as its folder: a gate that dies
leaves both to its watchdog, which ends the process and removes the folder.
"""

import mmap
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness.errors import FaultUnavailableError

SOURCE = Path(__file__).with_name("shim.c")
VARIABLE = "READINESS_SHIM"
COMPILERS = ("cc", "gcc", "clang")
BUILD_SECONDS = 60
FIELDS = (
    "programs",
    "disk_full",
    "refused_writes",
    "sync_delay",
    "delayed_syncs",
    "clock_shift",
    "shifted_reads",
    "names_lost",
    "failed_lookups",
)
"""Of the shared file: signed 64-bit numbers, durations in nanoseconds; the order is that of the library."""
NANO = 1_000_000_000


class Shim:
    """The library, built into ``folder``, and the file through which it is told and asked."""

    def __init__(self, folder: Path) -> None:
        self._library = _built(folder / "shim.so")
        self._path = folder / "shim.board"
        self._path.write_bytes(bytes(8 * len(FIELDS)))
        with self._path.open("r+b") as file:
            self._board = mmap.mmap(file.fileno(), 0)

    def environment(self, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a process must be started with; a library that it loads already, in ``inherited``, stays."""
        before = (os.environ if inherited is None else inherited).get("LD_PRELOAD", "")
        return {"LD_PRELOAD": f"{self._library}:{before}".rstrip(":"), VARIABLE: str(self._path)}

    def __getitem__(self, field: str) -> int:
        (value,) = struct.unpack_from("q", self._board, 8 * FIELDS.index(field))
        return int(value)

    def __setitem__(self, field: str, value: int) -> None:
        struct.pack_into("q", self._board, 8 * FIELDS.index(field), value)


class Switched:
    """A fault of the shim: ``switch`` holds how much of it, ``counter`` how often a program has met it."""

    name: str
    switch: str
    counter: str

    def __init__(self, shim: Shim, amount: int = 1) -> None:
        self._shim, self._amount = shim, amount
        self._before = 0
        self._met: int | None = 0
        """None while it is armed: the counter goes on."""

    async def arm(self) -> None:
        """Switch it on; the witness begins anew."""
        if self._met is not None:
            self._before, self._met = self._shim[self.counter], None
            self._shim[self.switch] = self._amount

    async def disarm(self) -> None:
        """Switch it off."""
        self._shim[self.switch] = 0
        if self._met is None:
            self._met = self._shim[self.counter] - self._before

    def witness(self) -> dict[str, Any]:
        """How often the program met it; empty where it never did."""
        met = self._shim[self.counter] - self._before if self._met is None else self._met
        return {self.counter: met, **self.extent()} if met else {}

    def extent(self) -> dict[str, float]:
        """How much of it there was."""
        return {}


class DiskFull(Switched):
    """No regular file may grow (ENOSPC); what is allocated can be overwritten, and reading goes on."""

    name, switch, counter = "disk_full", "disk_full", "refused_writes"

    def __init__(self, shim: Shim) -> None:
        super().__init__(shim)


class SlowDisk(Switched):
    """Each fsync and fdatasync takes ``seconds`` longer."""

    name, switch, counter = "slow_disk", "sync_delay", "delayed_syncs"

    def __init__(self, shim: Shim, *, seconds: float = 1.0) -> None:
        super().__init__(shim, round(seconds * NANO))

    def extent(self) -> dict[str, float]:
        """Seconds for each."""
        return {"seconds_each": self._amount / NANO}


class ClockShifted(Switched):
    """The wall clock jumps by ``seconds`` (negative: back), and back again at the end; durations stay right."""

    name, switch, counter = "clock_shifted", "clock_shift", "shifted_reads"

    def __init__(self, shim: Shim, *, seconds: float = 3600.0) -> None:
        super().__init__(shim, round(seconds * NANO))

    def extent(self) -> dict[str, float]:
        """By how much."""
        return {"shift_seconds": self._amount / NANO}


class NamesLost(Switched):
    """No host name can be resolved (EAI_AGAIN); addresses still work, and so do connections that exist."""

    name, switch, counter = "names_lost", "names_lost", "failed_lookups"

    def __init__(self, shim: Shim) -> None:
        super().__init__(shim)


def _built(library: Path) -> Path:
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if not sys.platform.startswith("linux"):
        raise FaultUnavailableError(
            f"a library in front of the C library is known for Linux only, this is {sys.platform}"
        )
    if compiler is None:
        raise FaultUnavailableError(f"no C compiler is installed ({', '.join(COMPILERS)})")
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl", "-pthread"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    if done.returncode:
        raise FaultUnavailableError(f"{compiler} cannot build the library: {done.stderr.strip()[:300]}")
    return library
