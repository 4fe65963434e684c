"""A server on raw sockets that misbehaves as the path says, in a process of its own, and counts what it did."""

import contextlib
import gzip
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT = 100_000
"""Bytes; the body limit that clients are to have."""
SLOW = 30.0
"""Seconds that it takes for what is never to come in time."""
KEEP, END = True, False
Deed = Callable[[socket.socket], bool]
"""Does something to a connection; returns whether it may be used on."""


def plain(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer with its length, or with a wrong one."""
    stated = len(body) if length is None else length
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {stated}", *headers, "", ""]).encode() + body


def say(*pieces: bytes, then: bool = END, wait: float = 0.0) -> Deed:
    """Send these pieces."""

    def deed(connection: socket.socket) -> bool:
        for piece in pieces:
            connection.sendall(piece)
        if wait:
            until_closed(connection, wait)
        return then

    return deed


def until_closed(connection: socket.socket, seconds: float) -> None:
    """Wait until the client has had enough."""
    connection.settimeout(seconds)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def reset(connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return END


def reset_within_body(connection: socket.socket) -> bool:
    connection.sendall(plain(b"x" * 40, length=100))
    time.sleep(0.05)
    return reset(connection)


def drip(connection: socket.socket) -> bool:
    """A head that comes byte by byte."""
    with contextlib.suppress(OSError):
        for byte in plain(b"ok", *(f"X-Filler-{n}: {'y' * 60}" for n in range(20))):
            connection.sendall(bytes([byte]))
            time.sleep(0.05)
    return END


def flood(connection: socket.socket) -> bool:
    """A body without end."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)
    return END


GOOD = plain(b'{"ok": true}')
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(20_000_000))
WAYS: dict[str, tuple[Deed, str]] = {
    "good": (say(GOOD, then=KEEP), ""),
    "good-chunked": (say(CHUNKED + b'c\r\n{"ok": true}\r\n0\r\n\r\n', then=KEEP), ""),
    "reset": (reset, "reset"),
    "close": (say(), "closed"),
    "truncated": (say(plain(b"x" * 40, length=100)), "truncated"),
    "truncated-by-reset": (reset_within_body, "truncated"),
    "truncated-chunks": (say(CHUNKED + b'c\r\n{"ok"'), "truncated"),
    "oversized": (say(plain(b"x" * (LIMIT + 1)), wait=SLOW), "too large"),
    "endless": (flood, "too large"),
    "bomb": (say(plain(BOMB, "Content-Encoding: gzip"), then=KEEP), "too large"),
    "garbage": (say(b"\x00\xff\x13 not HTTP at all\r\n\r\n", wait=SLOW), "malformed"),
    "chunked-garbage": (say(CHUNKED + b"zz\r\nnot a size\r\n", wait=SLOW), "malformed"),
    "two-lengths": (say(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "malformed"),
    "not-gzip": (say(plain(b"not gzip", "Content-Encoding: gzip"), then=KEEP), "malformed"),
    "length-too-long": (say(plain(b"short", length=500), wait=SLOW), "timeout"),
    "length-too-short": (say(plain(b'{"ok": true} and more', length=12), wait=SLOW), ""),
    "no-answer": (say(wait=SLOW), "timeout"),
    "slow-headers": (drip, "timeout"),
    "error-status": (say(plain(b"sorry", status="503 Service Unavailable"), then=KEEP), "status 503"),
    "lie": (say(plain(b'{"ok": false}'), then=KEEP), "check json ok"),
}
"""What the path says, what is then done, and what a client has to call it."""
THOUSANDTH = (say(plain(b"", status="500 Internal Server Error"), then=KEEP), say(GOOD, then=KEEP))


class Misbehaving:
    """The server; every deed is counted before it is done, so that no client can know of one that is not counted."""

    def __init__(self) -> None:
        self.did: Counter[str] = Counter()
        self._lock = threading.Lock()

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection."""
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting = b""
            while True:
                while b"\r\n\r\n" not in waiting:
                    if not (piece := connection.recv(65536)):
                        return
                    waiting += piece
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                if not self._deed(head.split()[1].decode()[1:])(connection):
                    return

    def _deed(self, way: str) -> Deed:
        with self._lock:
            self.did[way] += 1
            if way == "thousandth":
                bad, good = THOUSANDTH
                failing = self.did[way] % 1000 == 0
                self.did["thousandth failed"] += failing
                return bad if failing else good
            if way == "early-end":  # a connection that seems to be kept and is not
                return say(GOOD)
        return WAYS[way][0]


def main() -> None:
    """Serve until standard input ends; the first line of output is the port, the second what was done."""
    server, listening = Misbehaving(), socket.create_server(("127.0.0.1", 0), backlog=512)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()

    def accept() -> None:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    sys.stdout.write(json.dumps(server.did))


class Served:
    """The server's process; ``did`` is known when it has ended."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.did: Counter[str] = Counter()


@contextmanager
def misbehaving() -> Iterator[Served]:
    """Serve while the block runs."""
    program = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        served = Served(f"http://127.0.0.1:{int(process.stdout.readline())}")
        try:
            yield served
            said, _ = process.communicate(timeout=30)
            served.did = Counter(json.loads(said))
        finally:
            process.kill()


if __name__ == "__main__":
    main()
