"""A shop that asks another service, the stock, what there is: with `--stock` it is that service.

It knows what to do when the stock refuses, talks nonsense or is silent; with `--defect NAME` not, in exactly one way.
"""

import argparse
import contextlib
import http.client
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DEFECTS = {
    "hands-on-garbage": "What the stock says and cannot be read is in the reply.",
    "dies-of-garbage": "It ends when the stock says what cannot be read.",
    "unexpected-garbage": "It answers 500 to what cannot be read, and 503 to all else.",
    "tries-eight-times": "Each call tries eight times.",
    "one-at-a-time": "All requests share one lock.",
    "keeps-sockets": "A connection that failed is not closed.",
    "starts-once": "Without the stock at its start it never gets ready.",
    "ends-quietly": "Without the stock at its start it ends with the status 0.",
}
STOCK_SECONDS = 1.0


class StockError(Exception):
    """The stock gave no answer that can be used; the status that callers get."""

    def __init__(self, status: int = 503) -> None:
        super().__init__(status)
        self.status = status


class Shop:
    """What the shop knows of the stock."""

    def __init__(self, address: str, defect: str) -> None:
        host, _, port = address.partition("://")[2].partition(":")
        self._host, self._port, self._defect = host, int(port), defect
        self._kept: list[http.client.HTTPConnection] = []
        self.lock = threading.Lock() if self.has("one-at-a-time") else contextlib.nullcontext()
        self.ready = False

    def has(self, name: str) -> bool:
        """Whether a defect is planted."""
        if name not in DEFECTS:
            raise KeyError(name)
        return self._defect == name

    def watch(self) -> None:
        """Ask for the stock until the process ends."""
        while True:
            try:
                self.ask()
                self.ready = True
            except StockError:
                self.ready = False
                if self.has("ends-quietly"):
                    os._exit(0)
                if self.has("starts-once"):
                    return
            if self.has("starts-once") or self.has("ends-quietly"):
                return
            time.sleep(0.5)

    def ask(self) -> dict[str, Any]:
        """What there is."""
        for _ in range(7 if self.has("tries-eight-times") else 0):
            with contextlib.suppress(StockError):
                return self._ask()
        return self._ask()

    def _ask(self) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=STOCK_SECONDS)
        try:
            connection.request("GET", "/pieces")
            body = connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            if self.has("keeps-sockets") and connection.sock is not None:
                self._kept.append(connection)
            raise StockError from None
        finally:
            if connection not in self._kept:
                connection.close()
        try:
            return {"pieces": int(json.loads(body)["pieces"])}
        except (ValueError, KeyError, TypeError):
            if self.has("dies-of-garbage"):
                os._exit(1)
            if self.has("hands-on-garbage"):
                return {"said": body[:500].decode("latin-1")}
            raise StockError(500 if self.has("unexpected-garbage") else 503) from None


class Handler(BaseHTTPRequestHandler):
    """Answers for the shop."""

    protocol_version = "HTTP/1.1"
    shop: Shop

    def do_GET(self) -> None:
        """Serve one request."""
        if self.path == "/alive":
            self.answer(200, {"alive": True})
            return
        with self.shop.lock:
            if self.path == "/ready":
                self.answer(200 if self.shop.ready else 503, {"stock": self.shop.ready})
            elif self.path == "/pieces":
                try:
                    self.answer(200, self.shop.ask())
                except StockError as error:
                    self.answer(error.status, {"error": "the stock cannot be asked"})
            else:
                self.answer(200 if self.path == "/hours" else 404, {"hours": "9 to 5"})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        """Send JSON."""
        body = json.dumps(content).encode()
        with contextlib.suppress(OSError):  # the caller may have gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


class StockHandler(Handler):
    """Answers for the stock."""

    def do_GET(self) -> None:
        """Serve one request."""
        self.answer(200, {"pieces": 3, "shelves": ["upper", "lower"] * 20})


class Server(ThreadingHTTPServer):
    """Takes more callers at once than the five of the standard library."""

    request_queue_size = 100


def main() -> None:
    """Serve until somebody ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--defect", choices=DEFECTS, default="")
    asked = parser.parse_args()
    if not asked.stock:
        Handler.shop = Shop(os.environ["SHOP_STOCK"], asked.defect)
        threading.Thread(target=Handler.shop.watch, daemon=True).start()
    Server(("127.0.0.1", asked.port), StockHandler if asked.stock else Handler).serve_forever()


if __name__ == "__main__":
    main()
