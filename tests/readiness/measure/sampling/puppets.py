"""Child processes that do what a test tells them, and say what they know of themselves."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PUPPET = """
import json, os, resource, socket, subprocess, sys, threading, time
kept = []

def used():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""
SPIN = "import time\nwhile time.process_time() < {}:\n    pass"
SLEEP = "import time; time.sleep(600)"
PATIENCE = 20.0


class Puppet:
    """Evaluates expressions in a process of its own; ``kept`` is a list there that keeps things alive."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid

    def do(self, expression: str) -> Any:
        """Evaluate one expression there and return its JSON value."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(expression + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the puppet died at {expression!r}"
        return json.loads(line)

    def child(self, source: str, **options: object) -> int:
        """Start a Python child of it; return its pid."""
        arguments = "".join(f", {name}={value!r}" for name, value in options.items())
        return int(
            self.do(
                f"kept.append(subprocess.Popen([sys.executable, '-S', '-c', {source!r}]{arguments})) or kept[-1].pid"
            )
        )

    def end(self) -> None:
        """Kill its session, and reap it."""
        subprocess.run(["/bin/kill", "-KILL", "--", f"-{self.pid}"], check=False, stderr=subprocess.DEVNULL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


@contextmanager
def puppet(environment: dict[str, str] | None = None) -> Iterator[Puppet]:
    """A puppet that leads a session of its own; all of it is ended whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUPPET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment,
    )
    one = Puppet(process)
    try:
        assert one.do("1") == 1
        yield one
    finally:
        one.end()


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)
