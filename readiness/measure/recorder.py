"""The recorder that a scenario writes to: every line reaches the disk as it happens."""

import json
import os
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

from readiness.measure.resources import loop_lag, sampled_machine, sampled_tree
from readiness.measure.sample_file import SPOOL, write_samples
from readiness.measure.sample_log import SampleLog
from readiness.model import Sample

SECRET_LENGTH = 8  # shorter ones would mask ordinary words
MASK = "********"


class ArmedFault(Protocol):
    """What the recorder needs of a fault (see readiness.faults)."""

    name: str

    async def arm(self) -> None: ...
    async def disarm(self) -> None: ...
    def witness(self) -> dict[str, Any]: ...


class Recorder:
    """Writes one recording: phases, facts, readings and fault windows as lines, samples as Parquet at the end."""

    def __init__(
        self, folder: Path, scenario: str, *, seed: int = 0, users: int = 50, secrets: tuple[str, ...] = ()
    ) -> None:
        self.scenario = scenario
        self.random = random.Random(f"{seed}/{scenario}")
        self.users = users
        """Most users that any phase may simulate (STRESS_TEST_MAX_USERS)."""
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SECRET_LENGTH)
        self.samples = SampleLog(folder / f"{scenario}{SPOOL}", mask=self._without_secrets)
        """Every call so far; iterate or take its ``len``, until the recording ends."""
        self.phase_name = ""
        self._folder = folder
        self._begin = time.monotonic()
        self._path = folder / f"{scenario}.jsonl"
        self._path.write_bytes(b"")
        # Appended in one piece a line: the sampler appends to the same file.
        self._file = self._path.open("ab", buffering=0)

    @property
    def now(self) -> float:
        """Seconds since the recording began (monotonic)."""
        return time.monotonic() - self._begin

    def phase(self, name: str, seconds: float = 0.0, *, users: int | None = None) -> None:
        """A new phase begins; ``seconds`` is how long it should take, for the progress display. ``warm...`` is not measured.

        ``users`` is how many users it simulates, where that is a fixed number.
        """
        self.phase_name = name
        self._write(kind="phase", name=name, at=self.now, seconds=seconds, users=users)

    def fact(self, name: str, value: Any) -> None:
        """Record a JSON value under a name; the last one of a name counts."""
        self._write(kind="fact", name=name, value=value, at=self.now)

    def key(self) -> str:
        """Return an idempotency key that no other call has; the same in every run of one seed."""
        return f"readiness-{self.random.getrandbits(64):016x}"

    def readings(self, series: str, unit: str, at: list[float], values: list[float]) -> None:
        """Record a quantity over time."""
        self._write(kind="readings", series=series, unit=unit, at=at, values=values)

    def sample(self, sample: Sample) -> None:
        """Record one call."""
        self.samples.add(sample.at, sample.latency, sample.late, sample[3:])

    @asynccontextmanager
    async def fault(self, fault: ArmedFault, *, optional: bool = False) -> AsyncIterator[ArmedFault]:
        """Arm a fault, disarm it whatever happens, and record its window with its witness.

        A window without a witness makes every check of the recording UNKNOWN. An ``optional`` one is left out instead:
        for a fault that cannot act on every target, and whose witness the scenario records as a fact for its check.
        """
        armed = self.now
        self._write(kind="arming", fault=fault.name, at=armed)
        try:
            await fault.arm()
            yield fault
        finally:
            await fault.disarm()
            if (witness := fault.witness()) or not optional:
                self._write(kind="window", fault=fault.name, armed=armed, disarmed=self.now, witness=witness)

    @asynccontextmanager
    async def resources(self, pids: list[int], *, hertz: float = 10.0, prefix: str = "") -> AsyncIterator[None]:
        """Sample the process tree below ``pids`` while the block runs.

        The series: rss_bytes, pss_bytes, cpu_cores, descriptors, threads, connections, and read_bytes and written_bytes
        since the block began. ``prefix`` goes before their names, where a scenario looks more than once.
        """
        if not pids:
            yield
            return
        async with sampled_tree(self._path, self._begin, pids, hertz, prefix):
            yield

    @asynccontextmanager
    async def machine(self, target: Literal["ours", "apart", "inside"] = "ours") -> AsyncIterator[None]:
        """Watch the machine and the generator while the block takes times; see measure.fitness for what it is held against.

        ``target`` tells whose work is whose: a process of this run, a service that we only reach, or a function in the
        generator itself.

        The series: generator_cpu_cores, generator_lag_seconds, machine_idle_share, machine_other_share,
        machine_steal_share, machine_throttled_share, machine_control_seconds.
        """
        self.fact("machine", {"target": target, "cpus": os.cpu_count()})
        at: list[float] = []
        values: list[float] = []
        try:
            async with sampled_machine(self._path, self._begin), loop_lag(at, values, self._begin):
                yield
        finally:
            self.readings("generator_lag_seconds", "s", at, values)

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Write the samples and, only where the block ended well, the line that makes the recording complete."""
        try:
            yield
            self._end_samples()
            self._write(kind="end", seconds=self.now)
        finally:
            self.samples.close()
            self._file.close()

    def _end_samples(self) -> None:
        """Write how many calls of each kind there were, whatever becomes of the file, and then the file."""
        self._write(kind="calls", counts=[[*kind, count] for kind, count in self.samples.counts.items()])
        self.samples.close()
        write_samples(self._folder / f"{self.scenario}.parquet", self.samples)
        self.samples.remove()

    def _write(self, **entry: Any) -> None:
        line = json.dumps(entry, default=str)
        for secret in self._secrets:
            line = line.replace(json.dumps(secret)[1:-1], MASK)
        self._file.write(line.encode() + b"\n")

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text
