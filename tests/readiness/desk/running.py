"""A desk and its vendor as real processes on free ports, for tests of what only a running service shows."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

TRADER = "trader-key-0123456789"
ADMIN = "admin-key-0123456789"
VENDOR = "vendor-key-0123456789"
MONDAY_NOON = "2025-03-10T16:00:00+00:00"  # a trading day, the first after clocks went forward


class Running:
    """One process that says on which address it listens; what it writes is kept."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", *arguments]
        settings = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
        self.lines: list[str] = []
        self._address: str | None = None
        self._said = threading.Event()
        self.process = subprocess.Popen(
            command, env=settings | dict(environment or {}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self) -> str:
        """Where it listens, as soon as it does."""
        assert self._said.wait(10), self.output
        assert self._address is not None, self.output
        return self._address

    @property
    def output(self) -> str:
        """All that it wrote."""
        return "\n".join(self.lines)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; the exit code."""
        try:
            return self.process.wait(15)
        finally:
            self._reader.join(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"(?:listening|running) on (http://[0-9.:]+)", line)
            if found:
                self._address = found[1]
                self._said.set()
        self._said.set()


class RunningDesk(Running):
    """A desk, with a client for each role."""

    def __init__(self, folder: Path, vendor: str, *arguments: str, **settings: str) -> None:
        environment = {
            "DESK_PORT": "0",
            "DESK_DATABASE": f"duckdb:///{folder}/desk.duckdb",
            "DESK_DATA": str(folder),
            "DESK_VENDOR_URL": vendor,
            "DESK_VENDOR_KEY": VENDOR,
            "DESK_TRADER_KEY": TRADER,
            "DESK_ADMIN_KEY": ADMIN,
            "DESK_CLOCK": MONDAY_NOON,
        } | settings
        super().__init__("readiness.desk", *arguments, environment=environment)
        self._clients: list[httpx.Client] = []

    def client(self, key: str | None = TRADER) -> httpx.Client:
        """A client that shows a key."""
        headers = {} if key is None else {"X-API-Key": key}
        client = httpx.Client(base_url=self.address, headers=headers, timeout=10, trust_env=False)
        self._clients.append(client)
        return client

    def ready(self) -> Self:
        """Wait until it says that it is ready."""
        client = self.client(None)
        eventually(lambda: client.get("/health/ready").status_code == 200, 10)
        return self

    def open_account(self, cash: str = "100000.00") -> str:
        """A new account's id."""
        reply = self.client(ADMIN).post("/v1/accounts", json={"name": "test", "cash": cash})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        super().__exit__(kind, error, trace)


class RunningVendor(Running):
    """The vendor simulator."""

    def __init__(self) -> None:
        super().__init__("readiness.desk.vendor", "--port", "0", "--key", VENDOR)

    def control(self, **change: Any) -> None:
        """Change how the vendor behaves."""
        httpx.put(f"{self.address}/control", json=change, trust_env=False).raise_for_status()


def eventually(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"did not hold within {seconds} s"
        time.sleep(0.05)
