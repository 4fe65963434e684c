"""Each fault of the shim: what the program meets, what it does not, how it ends, and a proof only where it was met."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readiness.errors import FaultUnavailableError
from readiness.faults.children import Child
from readiness.faults.shim import COMPILERS, ClockShifted, DiskFull, NamesLost, Shim, SlowDisk, Switched
from tests.readiness.faults.families import child_of, eventually
from tests.readiness.faults.undone import undone_after_sigkill

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not any(map(shutil.which, COMPILERS)), reason="needs Linux and a C compiler"
)

SERVING = """
import os, socket, sys, threading, time
own = open("FOLDER/data", "wb", buffering=0)
own.write(b"allocated")
def attempt(work):
    began = time.monotonic()
    try:
        said = work()
    except OSError as error:
        said = error.errno if not isinstance(error, socket.gaierror) else "EAI_AGAIN" if error.errno == socket.EAI_AGAIN else error
    return said, round(time.monotonic() - began, 2)
does = {
    "append": lambda: own.write(b"more"),
    "overwrite": lambda: os.pwrite(own.fileno(), b"new", 0),
    "read": lambda: open("FOLDER/data", "rb").read(3),
    "sync": lambda: os.fsync(own.fileno()),
    "datasync": lambda: os.fdatasync(own.fileno()),
    "shared": lambda: os.write(os.memfd_create("m"), b"x"),
    "now": lambda: round(time.time()),
    "wait": lambda: threading.Event().wait(0.2),
    "name": lambda: socket.getaddrinfo("localhost", 80) and "found",
    "address": lambda: socket.getaddrinfo("127.0.0.1", 80) and "found",
}
for line in open("FOLDER/asked"):
    said, seconds = attempt(does[line.strip()])
    print(line.strip(), said, seconds, flush=True)
"""

Ask = Callable[[str], tuple[str, float]]


@pytest.fixture
def shim(tmp_path: Path) -> Shim:
    """Built anew."""
    return Shim(tmp_path)


@pytest.fixture
def ask(tmp_path: Path, shim: Shim) -> Iterator[Ask]:
    """Lets a program that was started with the shim do one thing; what came of it and how long that took."""
    os.mkfifo(tmp_path / "asked")
    source = SERVING.replace("FOLDER", str(tmp_path))
    with (
        child_of(tmp_path, source, run_id="test-shim", environment=shim.environment()) as child,
        (tmp_path / "asked").open("w", buffering=1) as pipe,
    ):
        yield lambda what: _answer(child, pipe.write, what)


def _answer(child: Child, write: Callable[[str], object], what: str) -> tuple[str, float]:
    before = len(child.logs())
    write(f"{what}\n")
    eventually(lambda: child.logs()[before:].endswith("\n"), f"the program has done {what!r}")
    said, seconds = child.logs()[before:].strip().split(" ", 1)[1].rsplit(" ", 1)
    return said, float(seconds)


def arm(fault: Switched) -> None:
    asyncio.run(fault.arm())


def disarm(fault: Switched) -> None:
    asyncio.run(fault.disarm())


def test_a_full_disk_refuses_what_grows_and_nothing_else(shim: Shim, ask: Ask) -> None:
    fault = DiskFull(shim)
    assert ask("append")[0] == "4"
    arm(fault)
    assert fault.witness() == {}, "armed, but nobody has met it"
    assert ask("append")[0] == "28", "ENOSPC"
    assert ask("append")[0] == "28"
    assert [ask(what)[0] for what in ("overwrite", "read", "shared")] == ["3", "b'new'", "1"]
    disarm(fault)
    disarm(fault)
    assert ask("append")[0] == "4"
    assert fault.witness() == {"refused_writes": 2}
    arm(fault)
    arm(fault)
    assert fault.witness() == {}, "the witness begins anew"


def test_a_slow_disk_delays_each_sync(shim: Shim, ask: Ask) -> None:
    def quick(what: str) -> bool:
        """Whether it takes no 0.4 s when nobody else keeps the disk busy."""
        return any(ask(what)[1] < 0.4 for _ in range(20))

    fault = SlowDisk(shim, seconds=0.4)
    assert quick("sync")
    arm(fault)
    assert ask("sync")[1] >= 0.4
    assert ask("datasync")[1] >= 0.4
    assert quick("append"), "writing reaches the memory of the system only"
    assert fault.witness() == {"delayed_syncs": 2, "seconds_each": 0.4}
    disarm(fault)
    assert quick("sync")


@pytest.mark.parametrize("seconds", [86400.0, -86400.0])
def test_the_wall_clock_jumps_and_durations_do_not(shim: Shim, ask: Ask, seconds: float) -> None:
    fault = ClockShifted(shim, seconds=seconds)
    assert abs(int(ask("now")[0]) - time.time()) < 60
    arm(fault)
    assert abs(int(ask("now")[0]) - time.time() - seconds) < 60
    said, took = ask("wait")
    assert said == "False"
    assert took >= 0.2
    assert fault.witness()["shift_seconds"] == seconds
    assert fault.witness()["shifted_reads"] >= 1
    disarm(fault)
    assert abs(int(ask("now")[0]) - time.time()) < 60


def test_names_are_lost_and_addresses_are_not(shim: Shim, ask: Ask) -> None:
    fault = NamesLost(shim)
    assert ask("name")[0] == "found"
    arm(fault)
    assert ask("name")[0] == "EAI_AGAIN"
    assert ask("address")[0] == "found"
    disarm(fault)
    assert ask("name")[0] == "found"
    assert fault.witness() == {"failed_lookups": 1}


def test_a_program_without_the_c_library_gives_no_proof(tmp_path: Path, shim: Shim) -> None:
    source, program = tmp_path / "still.c", tmp_path / "still"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", "-static", "-o", str(program), str(source)], check=True)
    subprocess.run([str(program)], env=shim.environment(), check=True)
    assert shim["programs"] == 0
    subprocess.run(["true"], env=shim.environment(), check=True)
    assert shim["programs"] == 1


def test_a_library_that_was_there_stays(shim: Shim) -> None:
    assert shim.environment({"LD_PRELOAD": "/lib/own.so"})["LD_PRELOAD"].endswith("shim.so:/lib/own.so")
    assert shim.environment({})["LD_PRELOAD"].endswith("shim.so")


def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FaultUnavailableError, match="no C compiler is installed"):
        Shim(tmp_path)


@pytest.mark.parametrize(
    ("fault", "doing"),
    [
        ("DiskFull(shim)", "open(os.environ['FILE'], 'ab', buffering=0).write(b'x')"),
        ("SlowDisk(shim, seconds=30)", "os.fsync(os.open(os.environ['FILE'], os.O_RDWR | os.O_CREAT))"),
        ("ClockShifted(shim)", "time.time()"),
        ("NamesLost(shim)", "socket.getaddrinfo('localhost', 80)"),
    ],
)
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, fault: str, doing: str) -> None:
    program = f"""
import os, socket, time
while True:
    time.sleep(0.02)
    try: {doing}
    except OSError: pass
"""
    undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.shim import ClockShifted, DiskFull, NamesLost, Shim, SlowDisk
        shim = Shim(scratch)
        fault = {fault}
        target = child({program!r}, FILE=str(scratch / "file"), **shim.environment())
        await fault.arm()
        """,
    )
