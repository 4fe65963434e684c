"""Outlives the gate for a moment: if the gate dies, ends its children, removes its scratch folder, has the rest reported.

python -m readiness.watchdog RUN SCRATCH -- COMMAND ...   Its standard input is the lifeline: the word "done" is a normal end.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SCRATCH_MARKER = ".readiness-scratch"
COMMAND_SECONDS = 120


class Lifeline:
    """The gate's end; when the gate dies, however it dies, the kernel cuts it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def done(self) -> None:
        """Say that all is in order; the watchdog goes."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"done\n")
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait(10)


def start_watchdog(run: str, scratch: Path, command: Sequence[str]) -> Lifeline:
    """Start the watchdog of a run; ``command`` writes the report of what is left."""
    arguments = [sys.executable, "-m", "readiness.watchdog", run, str(scratch), "--", *command]
    process = subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    return Lifeline(process)


def main(arguments: list[str]) -> int:
    """Wait for the end of the gate and clean up if it was a bad one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    run, scratch, command = arguments[0], Path(arguments[1]), arguments[3:]
    if sys.stdin.buffer.read().strip() == b"done":
        return 0
    from readiness.faults.children import end_marked

    end_marked(run)
    if command:
        subprocess.run(command, stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, check=False, env=dict(os.environ))
    remove_scratch(scratch)
    return 0


def remove_scratch(folder: Path) -> None:
    """Remove a scratch folder: only one of ours, below the system's folder for temporary files."""
    inside = Path(tempfile.gettempdir()).resolve() in folder.resolve().parents
    if inside and (folder / SCRATCH_MARKER).is_file():
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
