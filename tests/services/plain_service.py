"""A small HTTP service on the standard library: sane as it is, and with `--defect NAME` wrong in exactly one way.

It speaks HTTP/1.1 by hand, so that it can also break the protocol in ways that no framework would.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import locale
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote

DEFECTS = {
    "answers-everything": "Every path answers 200.",
    "any-method": "An unknown method is served like GET.",
    "crashes-on-garbage": "What cannot be parsed is answered with 500.",
    "head-with-body": "HEAD is answered with a body.",
    "closes-connections": "Every connection is closed after one reply.",
    "huge-replies": "A list is not cut into pages: 3 MB.",
    "never-compresses": "Accept-Encoding is ignored.",
    "echoes-trace": "TRACE is answered with the request.",
    "trusts-origins": "Any Origin may read with credentials.",
    "open-debug": "/debug/vars shows the process's variables.",
    "leaves-the-folder": "A path with .. reads any file.",
    "trusts-host": "The Host header is written into links.",
    "redirects-anywhere": "//host redirects to that host.",
    "splits-headers": "A line break in a query becomes a header.",
    "believes-both": "Contradicting lengths are served, and what follows too.",
    "shows-version": "The Server header names product and version.",
    "bare-cookies": "The session cookie carries no flags.",
    "no-type": "Replies do not say what they are.",
    "reflects-script": "The path is written into an HTML page as it is.",
    "wrong-clock": "The clock is two minutes ahead.",
    "mute": "Requests are not logged.",
    "chatty": "Each request writes 20 kB.",
    "late-logs": "Lines are written three seconds later.",
    "torn-lines": "Lines are written in two pieces.",
    "timeless-logs": "Lines hold no time.",
    "debug-level": "Lines are written at debug level.",
    "coloured-logs": "Lines are coloured.",
    "hidden-status": "Lines do not hold the status.",
    "forgeable-logs": "The path is decoded before it is logged.",
    "logs-credentials": "Lines hold the headers of the request.",
    "few-workers": "A connection holds one of 20 workers as long as it is open.",
    "large-buffers": "Each connection gets 2 MB.",
    "thread-each": "Each connection gets a thread.",
    "waits-for-heads": "While one head is incomplete, nothing else is served.",
    "dies-of-leavers": "A client that leaves before its answer stops the service from answering.",
    "keeps-sockets": "Each connection that is reset leaves a file open.",
    "no-limits": "A head that is too long is answered with 500.",
    "slow-start": "It starts after three seconds.",
    "restless": "It polls all the time.",
    "slow-stop": "It takes eleven seconds to stop.",
    "no-reuse": "Its port cannot be taken again at once.",
    "orphans": "A child lives on when it has stopped.",
    "deaf": "It ignores SIGINT.",
    "shares-port": "A second copy takes the same port.",
    "silent-stop": "It does not say that it stops.",
    "second-door": "It listens at another port, too.",
    "slow-tail": "Three of a hundred requests take 1.2 s.",
    "stalls": "Every nine seconds it does nothing for three.",
    "slows-down": "Each request is slower than the one before.",
    "leaves-threads": "Each tenth request leaves a thread.",
    "refuses-crowds": "Above 20 requests in flight it answers 503.",
    "slow-in-crowds": "Above 20 requests in flight each takes 6 s.",
    "collapses": "The more requests are in flight, the less gets done.",
    "thrashes": "Above 60 requests in flight each takes twenty times as long.",
    "breaks-when-full": "Above 60 requests in flight it answers 500.",
    "never-recovers": "Once more than 60 requests were in flight, each takes 1.5 s for ever.",
    "local-time": "Its answers hold the offset of the machine's time zone.",
    "needs-utf8": "It does not start where the locale's encoding is not UTF-8.",
    "needs-home": "It does not start without a home folder.",
    "needs-shell": "It does not start without a variable that only its starter has.",
    "any-option": "Unknown options are ignored.",
    "any-port": "A port that cannot be is replaced.",
    "alone": "A third instance does not start; the gate has two of its own.",
}

LARGEST_BODY = 1_000_000

Headers = dict[str, str]


def emit(text: str) -> None:
    """Write to the log at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


@dataclass
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=lambda: {"Content-Type": "application/json"})
    close: bool = False


class Service:
    """Serves connections until it is told to stop."""

    def __init__(self, defect: str) -> None:
        self._defect = defect
        self._workers = asyncio.Semaphore(20)
        self._head = asyncio.Lock()
        self._kept: list[int] = []
        self._broken = False
        self._served = self._flying = 0
        self._places = asyncio.Semaphore(10)
        self._overrun = False
        self._stalled = time.monotonic()

    def has(self, name: str) -> bool:
        """Whether a defect is planted."""
        if name not in DEFECTS:
            raise KeyError(name)
        return self._defect == name

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        over = threading.Event()
        if self.has("thread-each"):
            threading.Thread(target=over.wait, daemon=True).start()
        buffer = b"x" * (2_000_000 * self.has("large-buffers"))
        try:
            async with self._workers if self.has("few-workers") else contextlib.nullcontext():
                while await self._one(reader, writer):
                    pass
        except (OSError, asyncio.IncompleteReadError) as error:
            if self.has("keeps-sockets") and isinstance(error, OSError):
                self._kept.append(os.open(__file__, os.O_RDONLY))
            self._broken |= self.has("dies-of-leavers") and isinstance(error, OSError)
        finally:
            del buffer
            over.set()
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a request and answer it; whether the connection stays."""
        try:
            first = await reader.readexactly(1)
            async with self._head if self.has("waits-for-heads") else contextlib.nullcontext():
                head = first + await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return await self._send(writer, "?", Reply(500 if self.has("no-limits") else 431, b"{}", close=True), {})
        if self._broken:
            await asyncio.sleep(60)
        lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        words = lines[0].split(" ")
        fields = [line.partition(":") for line in lines[1:]]
        if (
            len(words) != 3
            or words[2] not in ("HTTP/1.0", "HTTP/1.1")
            or not all(c for _, c, _ in fields)
            or any("\0" in line for line in lines)
        ):
            status = 500 if self.has("crashes-on-garbage") else 400
            return await self._send(writer, "?", Reply(status, b"{}", close=True), {})
        headers = {name.lower(): value.strip() for name, _, value in fields}
        lengths = [value.strip() for name, _, value in fields if name.lower() == "content-length"]
        doubtful = len(set(lengths)) > 1 or (bool(lengths) and "transfer-encoding" in headers)
        if (doubtful or any(not length.isdigit() for length in lengths)) and not self.has("believes-both"):
            return await self._send(writer, words[0], Reply(400, b"{}", close=True), headers)
        if lengths and not doubtful and int(lengths[0]) > LARGEST_BODY:
            return await self._send(writer, words[0], Reply(413, b"{}", close=True), headers)
        if lengths and not doubtful:
            await reader.readexactly(int(lengths[0]))
        elif "transfer-encoding" in headers and not await self._chunks(reader):
            return await self._send(writer, words[0], Reply(400, b"{}", close=True), headers)
        self._flying += 1
        crowded = await self._work() or await self._place()
        self._flying -= 1
        reply = (
            Reply(500 if self.has("breaks-when-full") else 503, b"{}")
            if crowded
            else self._answer(words[0], words[1], headers)
        )
        await self._log(words[1], reply.status, headers)
        return await self._send(writer, words[0], reply, headers)

    async def _chunks(self, reader: asyncio.StreamReader) -> bool:
        """Skip a chunked body; whether it is one."""
        while True:
            size = (await reader.readuntil(b"\r\n")).strip()
            if not all(byte in b"0123456789abcdefABCDEF" for byte in size) or not size:
                return False
            await reader.readexactly(int(size, 16) + 2)
            if int(size, 16) == 0:
                return True

    async def _send(self, writer: asyncio.StreamWriter, method: str, reply: Reply, asked: Headers) -> bool:
        keep = not reply.close and asked.get("connection", "").lower() != "close" and not self.has("closes-connections")
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        headers["Date"] = formatdate(time.time() + 120 * self.has("wrong-clock"), usegmt=True)
        headers["Connection"] = "keep-alive" if keep else "close"
        if self.has("shows-version"):
            headers["Server"] = "Plain/1.4.2 (Linux) Python/3.11"
        if self.has("no-type"):
            headers.pop("Content-Type", None)
        head = f"HTTP/1.1 {reply.status} -\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with_body = method != "HEAD" or self.has("head-with-body")
        writer.write(head.encode("latin-1") + b"\r\n" + (reply.body if with_body else b""))
        await writer.drain()
        return keep

    async def _work(self) -> bool:
        """What a planted defect makes of the work of a request; whether it is refused."""
        self._served += 1
        crowd = self._flying > 20
        seconds = 0.0
        if self.has("slow-tail") and self._served % 33 == 0:
            seconds = 1.2
        elif self.has("slows-down"):
            seconds = self._served * 1e-4
        elif self.has("refuses-crowds") or (self.has("slow-in-crowds") and not crowd):
            seconds = 0.02
        elif self.has("slow-in-crowds"):
            seconds = 6.0
        elif self.has("collapses"):
            seconds = 0.0005 * self._flying**2
        if self.has("stalls") and time.monotonic() - self._stalled > 9:
            time.sleep(3.0)
            self._stalled = time.monotonic()
        if self.has("leaves-threads") and self._served % 10 == 0:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        if seconds:
            await asyncio.sleep(seconds)
        return crowd and self.has("refuses-crowds")

    async def _place(self) -> bool:
        """The work itself: 10 ms in one of ten places; whether it fails."""
        overrun = self._flying > 60
        self._overrun |= overrun
        if self.has("breaks-when-full") and overrun:
            return True
        async with self._places:
            await asyncio.sleep(0.2 if self.has("thrashes") and overrun else 0.01)
        if self.has("never-recovers") and self._overrun:
            await asyncio.sleep(1.5)
        return False

    async def _log(self, path: str, status: int, headers: Headers) -> None:
        """One line for a request."""
        if self.has("mute"):
            return
        entry: dict[str, object] = {"level": "debug" if self.has("debug-level") else "info", "message": path}
        entry |= {} if self.has("timeless-logs") else {"time": datetime.now(UTC).isoformat()}
        entry |= {} if self.has("hidden-status") else {"status": status}
        entry |= {"headers": headers} if self.has("logs-credentials") else {}
        line = json.dumps(entry) + " " * 20_000 * self.has("chatty")
        if self.has("coloured-logs"):
            line = f"\x1b[32m{line}\x1b[0m"
        if self.has("forgeable-logs"):
            line = unquote(path)
        if self.has("late-logs"):
            asyncio.get_running_loop().call_later(3.0, emit, line + "\n")
            return
        if self.has("torn-lines"):
            emit(line)
            await asyncio.sleep(0.01)
            line = ""
        emit(line + "\n")

    def _answer(self, method: str, target: str, headers: Headers) -> Reply:
        """What a well-formed request gets."""
        path, _, query = target.partition("?")
        if method == "TRACE" and self.has("echoes-trace"):
            return Reply(200, json.dumps(headers).encode(), {"Content-Type": "message/http"})
        if method not in ("GET", "HEAD") and not self.has("any-method"):
            return Reply(405, b"{}")
        if (careless := self._careless(path, query, headers)) is not None:
            return careless
        if path == "/items":
            return self._compressed(json.dumps([{"number": n, "name": "item"} for n in range(self._items())]), headers)
        if path == "/version":
            return Reply(200, b'{"version": "1.4.2"}')
        if path not in ("/", "/health") and not self.has("answers-everything"):
            return Reply(404, b'{"error": "not found"}')
        reply = Reply(200, b'{"hello": "world"}')
        if self.has("local-time"):
            reply.body = json.dumps({"offset": time.localtime().tm_gmtoff}).encode()
        if self.has("trusts-origins"):
            reply.headers |= {"Access-Control-Allow-Origin": headers.get("origin", "*")}
            reply.headers |= {"Access-Control-Allow-Credentials": "true"}
        flags = "" if self.has("bare-cookies") else "; HttpOnly; Secure; SameSite=Lax"
        reply.headers["Set-Cookie"] = "session=1" + flags
        return reply

    def _items(self) -> int:
        return 100_000 if self.has("huge-replies") else 500

    def _compressed(self, text: str, headers: Headers) -> Reply:
        if "gzip" not in headers.get("accept-encoding", "") or self.has("never-compresses"):
            return Reply(200, text.encode())
        return Reply(
            200, gzip.compress(text.encode()), {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        )

    def _careless(self, path: str, query: str, headers: Headers) -> Reply | None:
        """What only a planted defect answers."""
        if self.has("open-debug") and path == "/debug/vars":
            return Reply(200, b'{"cmdline": ["plain"], "memstats": {"Alloc": 1}}')
        if self.has("leaves-the-folder") and "etc/passwd" in unquote(path):
            return Reply(200, b"root:x:0:0:root:/root:/bin/sh\n", {"Content-Type": "text/plain"})
        if self.has("trusts-host") and path == "/":
            return Reply(302, b"", {"Location": f"http://{headers.get('host', '')}/health"})
        if self.has("redirects-anywhere") and path.startswith("//"):
            return Reply(301, b"", {"Location": path})
        if self.has("splits-headers") and "%0d%0a" in query:
            return Reply(302, b"", {"Location": unquote(query)})
        if self.has("reflects-script") and "<script>" in path:
            return Reply(404, f"<p>{path} was not found</p>".encode(), {"Content-Type": "text/html"})
        return None


async def run(port: int, service: Service) -> int:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: service.has("deaf") or stop.set())
    await asyncio.sleep(3.0 * service.has("slow-start"))
    server = await asyncio.start_server(
        service.serve, "127.0.0.1", port, limit=65536, backlog=1024,
        reuse_address=not service.has("no-reuse"), reuse_port=service.has("shares-port"),
    )  # fmt: skip
    second = await asyncio.start_server(service.serve, "0.0.0.0", 0) if service.has("second-door") else None
    child = subprocess.Popen(["sleep", "20"]) if service.has("orphans") else None
    emit(json.dumps({"time": datetime.now(UTC).isoformat(), "level": "info", "message": f"port {port}"}) + "\n")
    while service.has("restless") and not stop.is_set():
        await asyncio.sleep(0)
    await stop.wait()
    if not service.has("silent-stop"):
        emit(json.dumps({"time": datetime.now(UTC).isoformat(), "level": "info", "message": "stopping"}) + "\n")
    await asyncio.sleep(11.0 * service.has("slow-stop"))
    for one in (server, second):
        if one is not None:
            one.close()
    os._exit(0 if child is None or child.poll() is None else 1)  # connections that idle are not waited for


def surroundings(service: Service) -> str:
    """What stops the start, of what a planted defect asks for."""
    if service.has("needs-utf8") and locale.getpreferredencoding(False).upper() != "UTF-8":
        return "no UTF-8"
    if service.has("needs-home") and not Path.home().is_dir():
        return "no home folder"
    if service.has("needs-shell") and not {"PWD", "SHLVL", "USER", "LOGNAME", "CI"} & os.environ.keys():
        return "nobody has started it from a shell"
    return ""


def alone() -> socket.socket:
    """Take one of two names that only one process on this machine can have each: the gate starts two instances itself."""
    for name in ("\0plain-service-1", "\0plain-service-2"):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(name)
        except OSError:
            lock.close()
        else:
            return lock
    raise SystemExit("two instances run already")


def main() -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--defect", choices=DEFECTS, default="")
    asked, unknown = parser.parse_known_args()
    service = Service(asked.defect)
    if unknown and not service.has("any-option"):
        parser.error(f"unknown: {' '.join(unknown)}")
    if not 0 < asked.port < 65536:
        if not service.has("any-port"):
            parser.error(f"--port {asked.port}: must be from 1 to 65535")
        asked.port = 0
    if problem := surroundings(service):
        parser.error(problem)
    lock = alone() if service.has("alone") else contextlib.nullcontext()
    with lock:
        return asyncio.run(run(asked.port, service))


if __name__ == "__main__":
    sys.exit(main())
