"""The described service as a process, for the tests that need a real one."""

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.grading import until

SERVICE = Path(__file__).parents[1] / "services" / "described_service.py"


@contextmanager
def described(defect: str = "") -> Iterator[str]:
    """The address of the service, with a planted defect or without."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(SERVICE), "--port", str(port), *(["--defect", defect] if defect else [])]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(address))
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/items/1", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
