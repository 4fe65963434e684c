"""An HTTP server that answers 5 ms after it was asked, and for 500 ms of every 5 s not at all; it logs what it really did.

    python benchmarks/stalling_server.py PORT LOG

The log, written at SIGTERM, is JSON: the stalls and the median service time outside them, in seconds of the monotonic clock.
"""

import asyncio
import json
import signal
import sys
from collections import deque
from pathlib import Path
from statistics import median
from time import monotonic

import uvloop

from readiness.load.alarm import alarm

SERVICE, STALL, EVERY = 0.005, 0.5, 5.0
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'


class Server:
    """Answers in the order of asking, each when it is due."""

    def __init__(self) -> None:
        self.begin = monotonic()
        self.waiting: deque[tuple[float, float, asyncio.Transport]] = deque()
        self.services: list[float] = []
        self.alarm = alarm(self.answer)

    def stalled_until(self, at: float) -> float:
        """Return the end of the stall that ``at`` falls into, else ``at``."""
        passed = (at - self.begin) % EVERY
        return at - passed + EVERY if passed >= EVERY - STALL else at

    def asked(self, transport: asyncio.Transport) -> None:
        """Take a request."""
        now = monotonic()
        self.waiting.append((self.stalled_until(now + SERVICE), now, transport))
        if len(self.waiting) == 1:
            self.alarm.set(self.waiting[0][0])

    def answer(self) -> None:
        """Answer whatever is due."""
        now = monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            due, asked, transport = self.waiting.popleft()
            transport.write(ANSWER)
            if due - asked < SERVICE * 1.001:
                self.services.append(monotonic() - asked)
        if self.waiting:
            self.alarm.set(self.waiting[0][0])

    def log(self) -> dict[str, object]:
        """Say what it did."""
        count = int((monotonic() - self.begin) / EVERY) + 1
        stalls = [(self.begin + (n + 1) * EVERY - STALL, self.begin + (n + 1) * EVERY) for n in range(count)]
        return {"stalls": stalls, "service": median(self.services) if self.services else SERVICE}


class Connection(asyncio.Protocol):
    """Counts the ends of request heads."""

    def __init__(self, server: Server) -> None:
        self.server, self.rest = server, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *whole, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for _ in whole:
            self.server.asked(self.transport)  # type: ignore[arg-type]


async def main(port: int, log: Path) -> None:
    """Serve until SIGTERM."""
    server, stop = Server(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", port, backlog=4096)
    await stop.wait()
    log.write_text(json.dumps(server.log()))
    listening.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Path(sys.argv[2])))
