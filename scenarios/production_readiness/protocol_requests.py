"""Single requests, each on a connection of its own: plain ones, hostile ones, and ones that break the protocol.

Nothing is written: methods are GET, HEAD, OPTIONS, TRACE and PROPFIND, and paths that do not exist. What comes back is
recorded as it arrived, with the first bytes of the body.
"""

import asyncio
import time
import uuid
from typing import Any

from readiness import Operation, Recorder, Target, authority, scenario, send_raw

EVIL = "evil.example"
BODY_BYTES = 4000
CHUNKS_TOO = "length and chunks"
OUTSIDE = ("../" * 8) + "etc/passwd"
DEBUG_PATHS = (
    "/.env", "/.git/config", "/actuator/env", "/actuator/heapdump", "/console", "/debug/pprof/", "/debug/vars", "/phpinfo.php",
    "/server-status", "/__debug__/", "/_profiler", "/config.json",
)  # fmt: skip
BROKEN = {
    "TLS greeting": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "no path": b"GET\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "header without a colon": b"GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "negative length": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "bad chunk size": b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: \x00\r\n\r\n",
}


@scenario(suite="production_readiness", effect="read", capabilities=("http",))
async def protocol_requests(
    target: Target, recorder: Recorder, *, timeout: float = 2.0, at_once: int = 4, reads: int = 10
) -> None:
    """Each exchange may take ``timeout`` seconds; ``at_once`` run side by side; at most ``reads`` operations are read."""
    turn = asyncio.Semaphore(at_once)
    plain, own = _plain(target)

    async def ask(what: str, sent: bytes) -> tuple[str, dict[str, Any]]:
        async with turn:
            wire = await send_raw(target, sent, timeout=timeout)
        told = {
            "status": wire.status, "headers": dict(wire.headers), "body": wire.body[:BODY_BYTES].decode("latin-1"),
            "length": len(wire.body), "replies": wire.received.count(b"HTTP/1."),
            "ended": wire.ended and wire.error != "refused",  # what was never open did not end
            "seconds": wire.seconds, "error": wire.error, "at": time.time(),
        }  # fmt: skip
        return what, told

    async def all_of(group: dict[str, bytes]) -> dict[str, dict[str, Any]]:
        return dict(await asyncio.gather(*(ask(what, sent) for what, sent in group.items())))

    host = authority(target)
    recorder.fact("path", plain)
    groups = _groups(host, plain, own)
    groups["reads"] = _reads(target, host, reads) or {"GET": _request("GET", plain, host, own)}
    groups["compressed"] = {
        name: sent.replace(b"\r\n", b"\r\nAccept-Encoding: gzip\r\n", 1) for name, sent in groups["reads"].items()
    }
    groups["broken"] = BROKEN
    groups["after"] = {"GET": _request("GET", plain, host, own)}
    for name, group in groups.items():
        recorder.phase(name)
        recorder.fact(name, await all_of(group))


def _plain(target: Target) -> tuple[str, dict[str, str]]:
    """The path of the simplest described read, and the headers that its caller sends; else a health path or "/"."""
    for operation in target.spec.operations:
        if _is_read(operation) and "{" not in operation.path:
            return operation.path, dict(target.request(operation).headers)
    return target.spec.health.ready or target.spec.health.live or "/", {}


def _is_read(operation: Operation) -> bool:
    return operation.method == "GET" and operation.effect == "read" and not operation.dependency


def _reads(target: Target, host: str, most: int) -> dict[str, bytes]:
    """The described reads whose every value is known."""
    found: dict[str, bytes] = {}
    for operation in target.spec.operations:
        request = target.request(operation) if _is_read(operation) else None
        if request is not None and "{" not in request.path and len(found) < most:
            found[operation.name] = _request("GET", request.path, host, dict(request.headers))
    return found


def _request(method: str, path: str, host: str, headers: dict[str, str] | None = None, *, keep: bool = False) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [] if keep else ["Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _groups(host: str, plain: str, own: dict[str, str]) -> dict[str, dict[str, bytes]]:
    nowhere = f"/no-such-{uuid.uuid4().hex[:8]}"
    script = f"{nowhere}<script>canary</script>"
    injected = "%0d%0aX-Injected:%20yes"
    asked = {**own, "Origin": f"https://{EVIL}"}
    preflight = {**asked, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    return {
        "plain": {
            "GET": _request("GET", plain, host, own),
            "GET kept": _request("GET", plain, host, own, keep=True),
            "HEAD": _request("HEAD", plain, host, own),
            "TRACE": _request("TRACE", plain, host, {"X-Canary": "canary"}),
            "PROPFIND": _request("PROPFIND", plain, host, own),
            "unknown path": _request("GET", nowhere, host, own),
        },
        "cors": {"GET": _request("GET", plain, host, asked), "preflight": _request("OPTIONS", plain, host, preflight)},
        "debug": {path: _request("GET", path, host) for path in DEBUG_PATHS},
        "outside": {
            path: _request("GET", path, host)
            for path in (f"/{OUTSIDE}", f"/static/{OUTSIDE}", "/" + OUTSIDE.replace("../", "%2e%2e%2f"), f"//{OUTSIDE}")
        },
        "host": {path: _request("GET", path, EVIL, own) for path in (plain, nowhere)},
        "redirect": {path: _request("GET", path, host) for path in (f"//{EVIL}", f"//{EVIL}/%2e%2e/", f"/%5c{EVIL}/")},
        "injection": {path: _request("GET", path, host) for path in (nowhere + injected, f"{plain}?next={injected}")},
        "script": {path: _request("GET", path, host) for path in (script, f"{plain}?q=<script>canary</script>")},
        "ambiguous": _ambiguous(host, plain, own),
    }


def _ambiguous(host: str, plain: str, own: dict[str, str]) -> dict[str, bytes]:
    """Requests whose end depends on which header one believes, each with a second request behind it."""
    head = _request("GET", plain, host, own, keep=True).removesuffix(b"\r\n")
    hidden = _request("GET", "/no-such-smuggled", host)
    body = b"0\r\n\r\n" + hidden
    length = (
        f"Content-Length: {len(body)}\r\n".encode()
    )  # who believes it sees one request, who believes the chunks two
    return {
        "two lengths": head + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + hidden,
        CHUNKS_TOO: head + length + b"Transfer-Encoding: chunked\r\n\r\n" + body,
    }
