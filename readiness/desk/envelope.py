"""The envelope of every request: its id, the headers, the counters, the access log, and the shape of failures."""

import json
import logging
import os
import re
import time
import traceback
import uuid
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from readiness.desk import logs
from readiness.desk.defects import active

if TYPE_CHECKING:
    import asyncio

    from readiness.desk.services import Desk

LARGEST_BODY = 1_000_000
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("desk.access")


def error_body(code: str, message: str) -> bytes:
    """The one shape of every error."""
    error = {"code": code, "message": message, "request_id": logs.request_id.get()}
    return json.dumps({"error": error}).encode()


class Envelope:
    """Middleware, written against ASGI itself because it runs for every request."""

    def __init__(self, app: ASGIApp, desk: "Desk") -> None:
        self._app = app
        self._desk = desk
        self._turn: asyncio.Lock | None = None
        self._burst_seen = False
        self._crowd = 0
        self._latest = 0.0
        self._kept: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        identity = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token = logs.request_id.set(identity)
        exchange = _Exchange(identity, send)
        began = time.perf_counter()
        self._desk.metrics.in_flight += 1
        try:
            await self._serve(scope, self._keeping(_limited(receive, headers)), exchange)
        finally:
            self._desk.metrics.in_flight -= 1
            self._note(scope, exchange.status, time.perf_counter() - began)
            logs.request_id.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        try:
            if await self._burst() or await self._late(scope) or self._crowded() or self._earlier():
                await exchange.fail(503, "busy", "too many requests at once; try again")
            elif int(Headers(scope=scope).get("content-length") or 0) > LARGEST_BODY and not active("keeps-uploads"):
                await exchange.fail(413, "too_large", f"the body is larger than {LARGEST_BODY} bytes")
            else:
                await self._app(scope, receive, exchange.send)
        except Exception as error:
            log.exception("unhandled error")
            if exchange.started:
                raise
            told = "an unexpected error; the log has more under this request_id"
            if active("traceback-in-error"):
                told = "".join(traceback.format_exception(error))
            await exchange.fail(500, "internal_error", told)

    async def _burst(self) -> bool:
        """The defect stuck-after-burst: one burst, and everything is slow for ever after. Never refuses."""
        if not active("stuck-after-burst"):
            return False
        import asyncio

        self._burst_seen |= self._desk.metrics.in_flight > 40
        await asyncio.sleep(1.5 if self._burst_seen else 0)
        return False

    async def _late(self, scope: Scope) -> bool:
        """The defects slow-trading and one-at-a-time: four seconds for some, a queue for all. Never refuses."""
        import asyncio

        if active("slow-trading") and scope["path"].startswith(("/v1/orders", "/v1/accounts/", "/v1/risk", "/v1/perf")):
            await asyncio.sleep(4.0)
        if active("one-at-a-time") and scope["path"].startswith("/v1/"):
            self._turn = self._turn or asyncio.Lock()
            async with self._turn:
                await asyncio.sleep(0.15)
        return False

    def _crowded(self) -> bool:
        """The defect crowd-errors: above 20 requests in flight, each third one is refused."""
        if not active("crowd-errors") or self._desk.metrics.in_flight <= 20:
            return False
        self._crowd += 1
        return self._crowd % 3 == 0

    def _earlier(self) -> bool:
        """The defect refuses-earlier-clock: as if an hour that comes twice had no right to."""
        if not active("refuses-earlier-clock"):
            return False
        now = time.time()
        self._latest = max(self._latest, now)
        return now < self._latest - 1

    def _keeping(self, receive: Receive) -> Receive:
        """The defect keeps-uploads."""
        if not active("keeps-uploads"):
            return receive

        async def kept() -> Message:
            message = await receive()
            self._kept.append(message.get("body", b""))
            try:
                bytearray(LARGEST_BODY)
            except MemoryError:
                os._exit(1)
            return message

        return kept

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._desk.metrics.observe(scope["method"], route, status, seconds)
        fields = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 6)}
        log.info("request", extra=fields)


class _Exchange:
    """One reply on its way out: it remembers its status and gets the headers that every reply carries."""

    def __init__(self, identity: str, send: Send) -> None:
        self.status = 0
        self.started = False
        self._identity = identity
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a message on, with our headers on the first one."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            if not active("lost-request-id"):
                headers["X-Request-ID"] = self._identity
            if not active("missing-headers"):
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cache-Control"] = "no-store"
        await self._send(message)

    async def fail(self, status: int, code: str, message: str) -> None:
        """Answer with an error."""
        body = error_body(code, message)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _limited(receive: Receive, headers: Headers) -> Receive:
    """Count what arrives when the caller did not say how much it would be."""
    if "transfer-encoding" not in headers:
        return receive
    arrived = 0

    async def counted() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > LARGEST_BODY:
            raise HTTPException(413, f"the body is larger than {LARGEST_BODY} bytes")
        return message

    return counted
