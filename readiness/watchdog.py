"""Outlives the gate for a moment: if it dies, ends its children, removes its scratch folder, has the rest reported.

python -m readiness.watchdog RUN SCRATCH -- COMMAND ...   Its standard input is the lifeline: the line "done" is a
normal end; an end without it means that the gate has died.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from readiness.faults.children import CHILD_VARIABLE, RUN_VARIABLE, WATCHDOG_VARIABLE, end_marked

SCRATCH_MARKER = ".readiness-scratch"
COMMAND_SECONDS = 120
GOODBYE_SECONDS = 10
LOOK_SECONDS = 1.0
MOMENT = "{moment}"
"""In the command, this word becomes the moment at which the gate was lost."""
MARKS = (RUN_VARIABLE, CHILD_VARIABLE, WATCHDOG_VARIABLE)
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Lifeline:
    """The gate's end; when the gate dies, however it dies, the kernel cuts it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether the watchdog is still there."""
        return self._process.poll() is None

    def done(self) -> None:
        """Say that all is in order; the watchdog goes. A second call changes nothing."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(b"done\n")
            self._process.stdin.close()
        try:
            self._process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_watchdog(run: str, scratch: Path, command: Sequence[str]) -> Lifeline:
    """Start the watchdog of a run; ``command`` writes the report of what is left."""
    arguments = [sys.executable, "-m", "readiness.watchdog", run, str(scratch), "--", *command]
    # A gate may be a child of another gate: its watchdog must not be ended with it.
    environment = unmarked() | {WATCHDOG_VARIABLE: str(os.getpid())}
    process = subprocess.Popen(
        arguments,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_ignore_signals,  # from the first moment: an interpreter takes a while to start
        bufsize=0,
    )
    return Lifeline(process)


def main(arguments: list[str]) -> int:
    """Wait for the end of the gate and clean up if it was a bad one."""
    _ignore_signals()
    with contextlib.suppress(PermissionError):  # it leads its session already
        os.setsid()
    run, scratch, command = arguments[0], Path(arguments[1]), arguments[3:]
    if ended_well(sys.stdin.fileno(), int(os.environ.get(WATCHDOG_VARIABLE, "0"))):
        return 0
    lost = datetime.now(UTC).isoformat()
    end_marked(run, (os.getpid(),), scratch)
    removed = remove_scratch(scratch)
    command = [lost if word == MOMENT else word for word in command]
    if command:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(command, stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, check=False, env=unmarked())
    return 0 if removed else 1


def ended_well(lifeline: int, gate: int = 0) -> bool:
    """Wait for the line "done"; False when the lifeline ends without it, or ``gate`` (a pid) is our parent no longer.

    A process that the gate has forked holds the lifeline, too, and may outlive it: hence the look at the parent.
    """
    said = b""
    while b"done" not in said.splitlines():
        readable, _, _ = select.select([lifeline], [], [], LOOK_SECONDS)
        data = os.read(lifeline, 1024) if readable else b""
        if (readable and not data) or (not readable and gate and os.getppid() != gate):
            return False
        said += data
    return True


def remove_scratch(folder: Path) -> bool:
    """Remove a scratch folder: only one of ours, below the system's folder for temporary files; whether it is gone."""
    inside = Path(tempfile.gettempdir()).resolve() in folder.resolve().parents
    if inside and (folder / SCRATCH_MARKER).is_file() and not folder.is_symlink():
        _unlock(folder)
        shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _ignore_signals() -> None:
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


def _unlock(folder: Path) -> None:
    """Make folders writable: a fault may have left them read-only."""
    for parent, names, _ in os.walk(folder):
        for path in (Path(parent), *(Path(parent, name) for name in names)):
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)


def unmarked() -> dict[str, str]:
    """Our environment without what marks the processes of a run."""
    return {name: value for name, value in os.environ.items() if name not in MARKS}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
