"""Limits at the start of a process: each bites, cannot be lifted, and is proven by the system's own figures."""

import asyncio
import resource
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import psutil
import pytest

from readiness.errors import UsageError
from readiness.faults.children import Child
from readiness.faults.resources import LIMITS, Limited, limit_witness, preexec
from readiness.targeting import ProcessControl
from tests.readiness.faults.families import SLEEP, child_of, eventually, said
from tests.readiness.faults.undone import undone_after_sigkill


def outcome(folder: Path, source: str, limits: Mapping[str, int]) -> tuple[int | None, str]:
    """Exit status and output of a child under limits."""
    with child_of(folder, source, run_id=f"test-{secrets.token_hex(8)}", limits=limits) as child:
        return asyncio.run(child.wait(30)), child.logs()


def test_descriptors_run_out(tmp_path: Path) -> None:
    status, output = outcome(tmp_path, "import os; [os.dup(0) for _ in range(100)]", {"descriptors": 40})
    assert status == 1
    assert "Too many open files" in output


def test_memory_runs_out(tmp_path: Path) -> None:
    status, output = outcome(tmp_path, "bytearray(1 << 30)", {"memory_bytes": 1 << 29})
    assert status == 1
    assert "MemoryError" in output


def test_reserved_address_space_is_no_data(tmp_path: Path) -> None:
    source = (
        "import mmap; mmap.mmap(-1, 1 << 30, prot=mmap.PROT_READ); print('reserved', flush=True); bytearray(1 << 30)"
    )
    status, output = outcome(tmp_path, source, {"data_bytes": 1 << 29})
    assert status == 1
    assert "reserved" in output
    assert "MemoryError" in output


def test_a_file_that_grows_too_large_is_an_error_and_no_signal(tmp_path: Path) -> None:
    grown, log = tmp_path / "grown", tmp_path / "log"
    # No Python child: that ignores the signal by itself.
    command = ["dd", "if=/dev/zero", f"of={grown}", "bs=9000", "count=1"]
    child = Child(command, run_id="test-file", log=log, environment={"LC_ALL": "C"}, limits={"file_bytes": 4096})
    try:
        assert asyncio.run(child.wait(30)) == 1
        assert "File too large" in child.logs()
        assert grown.stat().st_size == 4096
    finally:
        child.close()


def test_cpu_time_ends_the_process(tmp_path: Path) -> None:
    status, _ = outcome(tmp_path, "while True: pass", {"cpu_seconds": 1})
    assert status in (-9, -24)


def test_a_limit_cannot_be_lifted(tmp_path: Path) -> None:
    source = "import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE))"
    assert outcome(tmp_path, source, {"descriptors": 64}) == (0, "(64, 64)\n")


def test_the_witness_has_limit_and_use(tmp_path: Path) -> None:
    limits = {
        "descriptors": 64,
        "memory_bytes": 1 << 32,
        "data_bytes": 1 << 31,
        "file_bytes": 1 << 20,
        "cpu_seconds": 60,
    }
    with child_of(tmp_path, "print(1, flush=True); " + SLEEP, run_id="test-witness", limits=limits) as child:
        said(child)  # a process that has only just begun is nothing but its stack
        witness = limit_witness(child.pid, limits)
        assert witness["pid"] == child.pid
        assert {name: witness[name]["limit"] for name in limits} == limits
        assert 3 <= witness["descriptors"]["used"] < 64
        assert 0 < witness["data_bytes"]["used"] < witness["memory_bytes"]["used"] < 1 << 32
        assert limit_witness(child.pid, {"descriptors": 65}) == {}
        assert limit_witness(child.pid, {}) == {}
        child.kill()
        assert limit_witness(child.pid, limits) == {}


def test_what_is_not_in_force_has_no_witness() -> None:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert limit_witness(psutil.Process().pid, {"descriptors": soft})
    assert limit_witness(psutil.Process().pid, {"descriptors": soft - 1}) == {}


def test_impossible_limits_are_refused_before_anything_starts() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with pytest.raises(UsageError, match=f"limit descriptors is {hard + 1}; right would be from 0 to {hard}"):
        preexec({"descriptors": hard + 1})
    with pytest.raises(UsageError, match="limit cpu_seconds is -1"):
        preexec({"cpu_seconds": -1})


def test_what_is_asked_for_beyond_the_headroom_fails_until_it_is_disarmed(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    source = f"""
import time
from pathlib import Path
asked = Path({str(asked)!r})
while True:
    while not asked.exists():
        time.sleep(0.01)
    asked.unlink()
    try:
        size = len(bytearray(1 << 28))
    except MemoryError:
        size = 0
    print(size, flush=True)
"""

    async def story(child: Child) -> None:
        fault = Limited(cast(ProcessControl, child), {"memory_bytes": 1 << 24, "descriptors": 4})
        assert fault.witness() == {}
        assert await _next(child, asked) == str(1 << 28)
        await fault.arm()
        await fault.arm()
        told = fault.witness()[str(child.pid)]
        assert told["memory_bytes"]["limit"] == psutil.Process(child.pid).rlimit(resource.RLIMIT_AS)[0]
        assert told["descriptors"]["limit"] == told["descriptors"]["used"] + 4
        assert await _next(child, asked) == "0"
        await fault.disarm()
        await fault.disarm()
        assert await _next(child, asked) == str(1 << 28)
        assert psutil.Process(child.pid).rlimit(resource.RLIMIT_AS) == resource.getrlimit(resource.RLIMIT_AS)

    with child_of(tmp_path, source, run_id="test-limited") as child:
        asyncio.run(story(child))


async def _next(child: Child, asked: Path) -> str:
    """What it says when it is asked once more; it rests meanwhile, so that its use is the same whenever it is looked at."""
    lines = child.logs().count("\n")
    asked.touch()
    eventually(lambda: child.logs().count("\n") > lines, "the child answers")
    return child.logs().splitlines()[lines]


def test_who_inherited_a_limit_loses_it_too_and_who_set_its_own_keeps_it(tmp_path: Path) -> None:
    """As where a server replaces a worker meanwhile."""
    source = f"""
import subprocess, sys, time
from pathlib import Path
while not Path({str(tmp_path / "armed")!r}).exists():
    time.sleep(0.01)
own = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (30, r.getrlimit(r.RLIMIT_NOFILE)[1])); "
rest = "import time; time.sleep(600)"
started = [subprocess.Popen([sys.executable, "-c", source]) for source in (rest, own + rest)]
print(*(one.pid for one in started), flush=True)
time.sleep(600)
"""

    def limits(pid: int) -> tuple[int, int]:
        return psutil.Process(pid).rlimit(resource.RLIMIT_NOFILE)

    async def story(child: Child) -> None:
        former = limits(child.pid)
        fault = Limited(cast(ProcessControl, child), {"descriptors": 40})
        await fault.arm()
        lowered = fault.witness()[str(child.pid)]["descriptors"]["limit"], former[1]
        (tmp_path / "armed").touch()
        worker, stubborn = said(child)
        assert limits(worker) == lowered != former
        eventually(lambda: limits(stubborn)[0] == 30, "it has set its own limit")
        await fault.disarm()
        assert limits(child.pid) == limits(worker) == former
        assert limits(stubborn) == (30, former[1])
        psutil.Process(worker).rlimit(resource.RLIMIT_NOFILE, lowered)
        await fault.disarm()
        assert limits(worker) == lowered, "a second call changes nothing"

    with child_of(tmp_path, source, run_id="test-limited") as child:
        asyncio.run(story(child))


def test_nobody_to_limit_is_no_proof(tmp_path: Path) -> None:
    with child_of(tmp_path, SLEEP, run_id="test-limited") as child:
        child.kill()
        fault = Limited(cast(ProcessControl, child), {"descriptors": 1})
        asyncio.run(fault.arm())
        asyncio.run(fault.disarm())
        assert fault.witness() == {}


@pytest.mark.parametrize("name", LIMITS)
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, name: str) -> None:
    undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.resources import Limited
        target = child("import time; time.sleep(600)")
        fault = Limited(target, {{{name!r}: 5}})
        await fault.arm()
        """,
    )


def test_nothing_is_left_of_a_killed_gate_whose_target_was_started_with_limits(tmp_path: Path) -> None:
    undone_after_sigkill(
        tmp_path,
        """
        from types import SimpleNamespace
        from readiness.faults.resources import limit_witness
        limits = {"descriptors": 64, "memory_bytes": 1 << 32, "file_bytes": 1 << 20, "cpu_seconds": 60}
        target = child("import time; time.sleep(600)", limits)
        fault = SimpleNamespace(witness=lambda: limit_witness(target.pid, limits))
        """,
    )
