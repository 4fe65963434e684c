"""The vendor's HTTP interface, on the standard library: it has to start in a fraction of a second."""

import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from readiness.desk.calendar import session_on
from readiness.desk.vendor.control import Control
from readiness.desk.vendor.faults import SLOW_SECONDS, spoil
from readiness.desk.vendor.history import bars, parse_bound
from readiness.desk.vendor.market import BASE_PRICES

MOST_ROWS = 2_000_000

_ROUTES = ("/v0/health", "/v0/quote", "/v0/chain", "/v0/history", "/control")


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of the program
    """A request that is answered with an error status and a sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class VendorServer(ThreadingHTTPServer):
    """Serves one market on 127.0.0.1; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, control: Control, key: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.control = control
        self.key = key

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def warm_up(self) -> None:
        """Load the calendar in the background, so that the first chain does not wait for it."""
        threading.Thread(target=session_on, args=(datetime.now(UTC).date(),), name="warm-up", daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests, one after the other."""

    server: VendorServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one segment

    def do_GET(self) -> None:
        """Answer a query."""
        self._answer()

    def do_PUT(self) -> None:
        """Change the control's settings."""
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet: whoever runs a simulator reads the other side's log."""

    def _answer(self) -> None:
        body = self._read_body()
        address = urlsplit(self.path)
        route = address.path if address.path in _ROUTES else "other"
        self.server.control.count(route)
        try:
            self._serve(route, dict(parse_qsl(address.query)), body)
        except Refusal as refusal:
            self._send_json({"error": str(refusal)}, refusal.status)
        except ValueError as error:
            self._send_json({"error": str(error)}, HTTPStatus.BAD_REQUEST)

    def _serve(self, route: str, query: Mapping[str, str], body: bytes) -> None:
        if route == "/control":
            self._serve_control(body)
            return
        if self.command != "GET" or route == "other":
            raise Refusal(HTTPStatus.NOT_FOUND, f"there is no {self.command} {urlsplit(self.path).path}")
        fault = self.server.control.state.fault
        if route != "/v0/health":
            self._require_key()
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault == "error":
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the vendor failed, as it was asked to")
        if route == "/v0/health":
            self._send_json({"status": "ok"})
        elif route == "/v0/history":
            self._serve_history(query)
        else:
            self._serve_market(route, query)

    def _serve_control(self, body: bytes) -> None:
        if self.client_address[0] != "127.0.0.1":
            raise Refusal(HTTPStatus.FORBIDDEN, "the control is for this machine only")
        if self.command == "PUT":
            self.server.control.change(body)
        self._send_json(self.server.control.show())

    def _serve_market(self, route: str, query: Mapping[str, str]) -> None:
        state = self.server.control.state
        symbol = _symbol(query)
        at = parse_bound(query["at"], end=False) if "at" in query else datetime.now(UTC)
        message = self.server.control.message(f"{route} {symbol}", at)
        make = state.market.quote if route == "/v0/quote" else state.market.chain
        answer = spoil(make(symbol, message.at), state.fault) | {"sequence": message.number}
        content = json.dumps(answer).encode()
        self._send(content[: len(content) // 2] if state.fault == "garbage" else content, "application/json")

    def _serve_history(self, query: Mapping[str, str]) -> None:
        state = self.server.control.state
        missing = [name for name in ("start", "end") if name not in query]
        if missing:
            raise ValueError(f"{' and '.join(missing)} missing; right would be instants or days, as in 2025-03-10")
        start, end = parse_bound(query["start"], end=False), parse_bound(query["end"], end=True)
        rows = int(query.get("rows", MOST_ROWS))
        if not 0 < rows <= MOST_ROWS:
            raise ValueError(f"rows is {rows}; right would be 1 to {MOST_ROWS}")
        pieces = bars(state.market.seed, _symbol(query), start, end, rows, gaps=state.fault == "gaps")
        if state.fault == "garbage":
            pieces = (piece[: len(piece) // 2] for piece in pieces)
        self._stream(pieces)

    def _require_key(self) -> None:
        given = self.headers.get("Authorization", "")
        wanted = self.server.key
        if wanted is not None and not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
            raise Refusal(
                HTTPStatus.UNAUTHORIZED, "the key is missing or wrong; right would be Authorization: Bearer KEY"
            )

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _send_json(self, content: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(content).encode(), "application/json", status)

    def _send(self, content: bytes, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, pieces: Iterator[str]) -> None:
        """Send text of unknown length, each piece as one chunk."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            content = piece.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.write(b"0\r\n\r\n")


def _symbol(query: Mapping[str, str]) -> str:
    symbol = query.get("symbol", "")
    if symbol not in BASE_PRICES:
        raise Refusal(
            HTTPStatus.NOT_FOUND, f"symbol {symbol[:20]!r} is not traded; right would be {', '.join(BASE_PRICES)}"
        )
    return symbol
