"""Through the recorder: the sampler sees the target, the generator and the machine, and dies with whoever started it."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, read_recording
from readiness.measure.resources import sampler_command
from tests.readiness.measure.sampling.puppets import PATIENCE, SLEEP, SPIN, Puppet, eventually, puppet

KILLED = """
import asyncio, os, sys, time
from pathlib import Path
from readiness import Recorder

async def drive(recorder):
    async with recorder.resources([{pid}]):
        if {forks} and os.fork() == 0:
            time.sleep(600)  # holds the sampler's input open
        print("sampling", flush=True)
        await asyncio.sleep(600)

recorder = Recorder(Path(sys.argv[1]), "killed")
with recorder.ending():
    asyncio.run(drive(recorder))
"""


def resources_of(folder: Path, root: Puppet, *expressions: str, prefix: str = "") -> Recording:
    """Let a puppet do things while it is sampled."""
    recorder = Recorder(folder, "sampled")

    async def drive() -> None:
        async with recorder.resources([root.pid], hertz=20.0, prefix=prefix):
            for expression in expressions:
                await asyncio.to_thread(root.do, expression)
                await asyncio.sleep(0.1)

    with recorder.ending():
        asyncio.run(drive())
    return read_recording(folder, "sampled")


def spent(found: Recording, series: str) -> float:
    """CPU seconds behind a series of cores."""
    readings = found.readings[series]
    begins = [found.readings["rss_bytes" if series == "cpu_cores" else "machine_control_seconds"].at[0], *readings.at]
    return sum(cores * (end - begin) for cores, begin, end in zip(readings.values, begins, readings.at, strict=False))


def test_a_target_is_sampled(tmp_path: Path) -> None:
    with puppet() as root:
        grow = "kept.append(bytearray(50_000_000)) or kept.append(bytes(kept[0])) or 0"
        fork = f"kept.append(subprocess.Popen([sys.executable, '-c', {SLEEP!r}])) or 0"
        found = resources_of(tmp_path, root, "spin(0.4)", grow, fork, "kept.extend(os.dup(0) for _ in range(30))")
    read = found.readings
    assert max(read["rss_bytes"].values) - read["rss_bytes"].values[0] > 95_000_000
    assert max(read["descriptors"].values) - read["descriptors"].values[0] >= 30
    assert spent(found, "cpu_cores") >= 0.4
    assert {"threads", "pss_bytes"} <= read.keys()
    assert read["connections"].values[0] == 0
    for series, readings in read.items():
        assert list(readings.at) == sorted(set(readings.at)), f"{series} goes forward in time"
        assert 0 <= readings.at[0] <= readings.at[-1] <= found.seconds


def test_a_prefix_keeps_looks_apart(tmp_path: Path) -> None:
    with puppet() as root:
        found = resources_of(tmp_path, root, "1", prefix="rest after ")
    assert "rest after rss_bytes" in found.readings
    assert "rss_bytes" not in found.readings


def test_without_a_process_there_is_nothing_to_sample(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "none")

    async def drive() -> None:
        async with recorder.resources([]):
            pass

    with recorder.ending():
        asyncio.run(drive())
    assert read_recording(tmp_path, "none").readings == {}


def test_long_lines_of_the_recorder_and_the_sampler_do_not_mix(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "both")
    text = "x" * 100_000

    async def drive() -> None:
        async with recorder.resources([os.getpid()], hertz=100.0):
            end = time.monotonic() + 2.2
            while time.monotonic() < end:
                recorder.fact("long", text)
                await asyncio.sleep(0.001)

    with recorder.ending():
        asyncio.run(drive())
    lines = (tmp_path / "both.jsonl").read_text().splitlines()
    assert [line[:60] for line in lines if not (line.startswith('{"kind"') and line.endswith("}"))] == []
    assert sum('"series": "rss_bytes"' in line for line in lines) >= 3, "written once a second"


@pytest.mark.parametrize("forks", [False, True], ids=["alone", "survived by a fork"])
def test_the_sampler_dies_with_its_parent_and_loses_nothing(tmp_path: Path, forks: bool) -> None:
    script = KILLED.format(pid=os.getpid(), forks=forks)
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "sampling\n"
    children = psutil.Process(parent.pid).children()
    (sampler,) = [child for child in children if "killed.jsonl" in " ".join(child.cmdline())]
    try:
        eventually(lambda: "rss_bytes" in (tmp_path / "killed.jsonl").read_text(), "a first line")
        parent.kill()
        parent.wait()
        eventually(lambda: not sampler.is_running(), "the sampler went, too")
    finally:
        parent.kill()
        parent.stdout.close()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    found = read_recording(tmp_path, "killed")
    assert not found.complete
    assert found.readings["rss_bytes"].peak > 1e6


def test_the_machine_and_the_generator_are_watched(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "load")

    async def drive() -> float:
        async with recorder.machine("apart"):
            start_stranger(SPIN.format(1.2))
            begin = time.process_time()
            while time.process_time() < begin + 0.5:
                await asyncio.sleep(0)  # busy, but the loop goes round
            await asyncio.sleep(0.8)
            time.sleep(0.3)  # a stall
            await asyncio.sleep(1.1)
        return time.process_time() - begin

    with recorder.ending():
        spinning = asyncio.run(drive())
    found = read_recording(tmp_path, "load")
    read = found.readings
    assert found.facts["machine"] == {"target": "apart", "cpus": os.cpu_count()}
    assert read["machine_control_seconds"].peak > 0
    assert spent(found, "generator_cpu_cores") == pytest.approx(spinning, abs=0.15)
    assert read["generator_lag_seconds"].peak >= 0.25
    if sys.platform == "linux":
        assert spent(found, "machine_other_share") * (os.cpu_count() or 1) > 1.0, "the stranger spun for 1.2 s"
        assert {"machine_idle_share", "machine_steal_share", "machine_throttled_share"} <= read.keys()


def start_stranger(source: str) -> None:
    """Start a Python process that is nobody's child here: its shell is gone before it has begun."""
    subprocess.run(["/bin/sh", "-c", '"$0" -S -c "$1" &', sys.executable, source], check=True)


def test_the_sampler_ends_with_its_input_and_writes_what_it_has(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    arguments = ("tree", str(lines), repr(time.monotonic()), "0.01", "", "", "proc", str(os.getpid()))
    sampler = subprocess.Popen(
        (*sampler_command("proc"), *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    said, _ = sampler.communicate(timeout=PATIENCE)  # closes its input; a look was due in a hundred seconds
    assert (said, sampler.returncode) == ("ready\n", 0)
    assert '"series": "rss_bytes"' in lines.read_text()


def test_the_sampler_is_lean() -> None:
    command = [*sampler_command("proc")]
    modules = "readiness.measure.sampling.program, readiness.measure.sampling.machine"
    command[command.index("-c") + 1] = (
        f"import sys; sys.path.insert(0, sys.argv[1]); import {modules}; print(*sys.modules)"
    )
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heavy = {"numpy", "pydantic", "psutil", "asyncio", "json", "duckdb", "dataclasses", "subprocess", "pathlib"}
    assert heavy & set(done.stdout.split()) == set()
