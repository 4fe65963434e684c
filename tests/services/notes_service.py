"""A small service that keeps notes for two callers: sane as it is, and with `--defect NAME` wrong in exactly one way.

It has what the plain service lacks: keys, owners, writes, metrics from the official client, a data file, a rate limit.
"""

import argparse
import contextlib
import hmac
import json
import os
import signal
import sqlite3
import sys
import threading
import time
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

VERSION = "1.4.2"
LARGEST_BODY = 1_000_000
CALLS_PER_SECOND = 20
DEFECTS = {
    "inflates-everything": "A packed body is unpacked whatever comes out, and kept.",
    "falls-into-depth": "JSON that is nested too deep ends the process, as an overflow of the stack would.",
    "reads-in-turn": "While one body is incomplete, nothing else is served.",
    "admin-admin": "Basic credentials admin:admin are let in.",
    "series-per-path": "The path of a request is a label of its metrics.",
    "no-process-metrics": "The metrics say nothing of CPU, memory and descriptors.",
    "constant-memory": "The memory in the metrics is always 1 MB.",
    "flattering-clock": "The clock of the request starts when the work is done.",
    "forgets-requests": "Every second request is not counted.",
    "nameless": "Nothing says which version runs.",
    "development-server": "It starts as a development server and says so.",
    "open-files": "Its files may be written by everybody.",
    "unlimited": "The described rate limit is not enforced.",
    "one-bucket": "All callers share one rate limit.",
    "no-retry-after": "A refusal for the rate does not say when to come back.",
    "everybody-reads": "A note is shown to every caller.",
    "everybody-writes": "A note is changed by every caller.",
    "knows-one-spelling": "A key is asked for where the path begins as described, as text.",
    "believes-tokens": "The claims of a token are believed, whoever signed them.",
    "pastes-values": "A value is pasted into an SQL statement.",
    "logs-bodies": "A body that is refused is written to the log.",
    "shows-secrets": "The settings are shown with their secrets.",
}


class Notes:
    """What the service knows: notes with their owners, in memory and in a file."""

    def __init__(self, folder: Path, defect: str) -> None:
        self.defect = defect
        self.lock, self.turn = threading.Lock(), threading.Lock()
        self.keys = {os.environ[f"NOTES_{name}_KEY"]: name.lower() for name in ("ALICE", "BOB")}
        self.notes: dict[str, tuple[str, Any]] = {}
        self.calls: dict[str, list[float]] = {}
        self.kept: list[bytes] = []
        self.served = 0
        self._file = folder / "notes.json"
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram("http_request_duration_seconds", "Their time.", labels[:2], registry=self.registry)
        if not self.has("no-process-metrics") and not self.has("constant-memory"):
            ProcessCollector(registry=self.registry)
        if self.has("constant-memory"):
            Gauge("process_resident_memory_bytes", "Memory.", registry=self.registry).set(1e6)
        if not self.has("nameless"):
            Gauge("notes_build_info", "Build.", ["version"], registry=self.registry).labels(VERSION).set(1)

    def has(self, name: str) -> bool:
        """Whether a defect is planted."""
        if name not in DEFECTS:
            raise KeyError(name)
        return self.defect == name

    def save(self) -> None:
        """Write the notes to the file, for its owner only."""
        with self.lock:
            if self.has("open-files"):
                os.umask(0)
            mode = 0o666 if self.has("open-files") else 0o600
            with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
                json.dump(list(self.notes.values()), file)

    def over_rate(self, who: str) -> bool:
        """Whether a caller has had his calls of this second."""
        now = time.monotonic()
        with self.lock:
            recent = self.calls.setdefault("" if self.has("one-bucket") else who, [])
            recent[:] = [at for at in recent if now - at < 1.0]
            if len(recent) >= CALLS_PER_SECOND and not self.has("unlimited"):
                return True
            recent.append(now)
            return False

    def caller(self, token: str) -> str | None:
        """Whom a signed token names; None where it is not ours."""
        try:
            head, claims, signature = token.split(".")
            told = json.loads(urlsafe_b64decode(claims + "=="))
        except ValueError:
            return None
        ours = hmac.compare_digest(signed(f"{head}.{claims}", os.environ["NOTES_TOKEN_KEY"]), signature)
        return str(told.get("sub")) if ours or self.has("believes-tokens") else None

    def found(self, who: str, wanted: str) -> list[tuple[str, str]]:
        """The notes of a caller, those with this text where there is one."""
        rows = [(id, text) for id, (owner, text) in self.notes.items() if owner == who]
        if not wanted:
            return rows
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE notes (id TEXT, text TEXT)")
            database.executemany("INSERT INTO notes VALUES (?, ?)", rows)
            if self.has("pastes-values"):
                return database.execute(f"SELECT id, text FROM notes WHERE text = '{wanted}'").fetchall()
            return database.execute("SELECT id, text FROM notes WHERE text = ?", (wanted,)).fetchall()

    def observe(self, method: str, route: str, status: int, began: float) -> None:
        """Count one answered request."""
        self.served += 1
        if self.has("forgets-requests") and self.served % 2:
            return
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(time.perf_counter() - began)


def signed(text: str, key: str) -> str:
    """The signature of the first two parts of a token (HS256)."""
    return urlsafe_b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode().rstrip("=")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body of a reply waits for the acknowledgement of its head
    wbufsize = -1
    service: ClassVar[Notes]

    def _serve(self) -> None:
        service, began = self.service, time.perf_counter()
        path = urlsplit(self.path).path
        try:
            body = self._body()
            status, reply = self._answer(path, body)
        except (RecursionError, ValueError) as error:
            if service.has("falls-into-depth") and isinstance(error, RecursionError):
                os._exit(1)
            status, reply = 400, {"error": type(error).__name__}
        if service.has("flattering-clock"):
            time.sleep(0.03)
            began = time.perf_counter()
        known = path.split("/")[1] in ("", "health", "metrics", "notes", "limited", "settings")
        route = "/" + path.split("/")[1] if known else "unmatched"
        service.observe(self.command, path if service.has("series-per-path") else route, status, began)
        told = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(reply, bytes) else "application/json")
        self.send_header("Content-Length", str(len(told)))
        if status == 429 and not service.has("no-retry-after"):
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for

    def _body(self) -> Any:
        """The decoded body, None without one; ValueError for one that is not right."""
        length = int(self.headers.get("Content-Length") or 0)
        if not length:
            return None
        if length > LARGEST_BODY:
            self.close_connection = True
            raise ValueError("too large")
        if self.service.has("reads-in-turn"):
            with self.service.turn:
                data = self.rfile.read(length)
        else:
            data = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            largest = 0 if self.service.has("inflates-everything") else LARGEST_BODY
            try:
                unpacker = zlib.decompressobj(wbits=31)
                data = unpacker.decompress(data, largest)
            except zlib.error as error:
                raise ValueError("not gzip") from error
            if largest and unpacker.unconsumed_tail:
                raise ValueError("too large")
            self.service.kept += [data] if self.service.has("inflates-everything") else []
        try:
            return json.loads(data)
        except ValueError:
            if self.service.has("logs-bodies"):
                say(f"cannot read {data.decode('latin-1')}")
            raise

    def _who(self) -> str | None:
        if self.service.has("admin-admin") and self.headers.get("Authorization") == "Basic YWRtaW46YWRtaW4=":
            return "alice"
        if token := self.headers.get("Authorization", "").removeprefix("Bearer "):
            return self.service.caller(token)
        return self.service.keys.get(self.headers.get("X-API-Key", ""))

    def _answer(self, path: str, body: Any) -> tuple[int, Any]:
        service = self.service
        if service.has("reads-in-turn"):
            with service.turn:
                pass
        if path == "/health":
            return 200, {"status": "ok"} | ({} if service.has("nameless") else {"version": VERSION})
        if path == "/metrics":
            return 200, generate_latest(service.registry)
        if (who := self._who()) is None and service.has("knows-one-spelling") and "//" in path:
            who, path = "alice", path.replace("//", "/")
        if who is None:
            return (401, {"error": "no key"}) if path.split("/")[1] in ("notes", "limited", "settings") else (404, {})
        if path == "/settings":
            return 200, {name: self._shown(name) for name in os.environ if name.startswith("NOTES_")}
        if path == "/limited":
            return (429, {"error": "too many"}) if service.over_rate(who) else (200, {"ok": True})
        if path == "/notes":
            return self._all(who, body)
        if path.startswith("/notes/"):
            return self._one(path.removeprefix("/notes/"), who, body)
        return 404, {"error": "not found"}

    def _shown(self, name: str) -> str:
        return "********" if name.endswith("_KEY") and not self.service.has("shows-secrets") else os.environ[name]

    def _all(self, who: str, body: Any) -> tuple[int, Any]:
        service = self.service
        if self.command == "GET":
            wanted = parse_qs(urlsplit(self.path).query).get("text", [""])[0]
            return 200, [{"id": id, "text": text} for id, text in service.found(who, wanted)]
        if self.command != "POST" or not isinstance(body, dict) or not isinstance(body.get("text"), str):
            raise ValueError("no text")
        with service.lock:
            id = str(len(service.notes) + 1)
            service.notes[id] = (who, body["text"])
        service.save()
        return 201, {"id": id, "text": body["text"]}

    def _one(self, id: str, who: str, body: Any) -> tuple[int, Any]:
        service = self.service
        owner, text = service.notes.get(id, ("", ""))
        lax = service.has("everybody-writes") if self.command == "PUT" else service.has("everybody-reads")
        if not owner or (owner != who and not lax):
            return 404, {"error": "not found"}
        if self.command == "PUT":
            if not isinstance(body, dict) or not isinstance(body.get("text"), str):
                raise ValueError("no text")
            service.notes[id] = (owner, text := body["text"])
            service.save()
        return 200, {"id": id, "text": text}

    def log_message(self, *_: object) -> None:
        """Say nothing: the plain service is there for what requests leave in the log."""


class Server(ThreadingHTTPServer):
    """Sockets in a queue that is long enough for a burst."""

    request_queue_size = 1024
    daemon_threads = True


def say(text: str) -> None:
    """Write a line to the log at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--defect", choices=DEFECTS, default="")
    asked = parser.parse_args()
    Handler.service = service = Notes(asked.data, asked.defect)
    service.save()
    if service.has("development-server"):
        say("WARNING: This is a development server. Do not use it in a production deployment.")
    server = Server(("127.0.0.1", asked.port), Handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    say(json.dumps({"level": "info", "message": f"port {asked.port}"}))
    server.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
