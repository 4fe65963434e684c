"""Connections that do nothing, clients that are slow, clients that go away, and requests that are far too long.

An instance of its own meets them one kind after the other; between them it is asked whether it still answers, and at the
end what of them it still holds.
"""

import asyncio
import contextlib
import time
from typing import Any

from readiness import Operation, Recorder, Target, authority, connect, hang_up, scenario, send_raw

Writers = list[asyncio.StreamWriter]


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("http", "process"),
    full={"idle": 500},
    least="standard",
)
async def many_connections(
    target: Target,
    recorder: Recorder,
    *,
    idle: int = 100,
    slow: int = 20,
    abandoned: int = 40,
    asked: int = 10,
    look_seconds: float = 0.8,
    settle_seconds: float = 1.0,
) -> None:
    """``idle`` connections, ``slow`` clients, ``abandoned`` requests; ``asked`` plain requests while each lasts."""
    path = _path(target)
    pids = target.process.pids()
    recorder.phase("rest before")
    recorder.fact("plain", await _asked(target, path, asked))
    await target.disconnect()
    await asyncio.sleep(settle_seconds)
    async with recorder.resources(pids, prefix="rest before "):
        await asyncio.sleep(look_seconds)
    recorder.phase("idle")
    async with _opened(target, idle) as writers:
        async with recorder.resources(pids, prefix="idle "):
            await asyncio.sleep(look_seconds)
        recorder.fact("idle", {"wanted": idle, "open": len(writers), **await _asked(target, path, asked)})
    recorder.phase("slow")
    recorder.fact("slow", await _slow(target, path, slow, asked, _unfinished_head(target, path)))
    recorder.phase("slow bodies")
    unfinished = _unfinished_body(target)
    told = await _slow(target, path, slow, asked, unfinished) if unfinished else {"asked": 0}
    recorder.fact("slow_bodies", {"with_body": bool(_with_body(target)), **told})
    recorder.phase("abandoned")
    for _ in range(abandoned):
        await _abandon(target, path)
    recorder.fact("abandoned", {"sent": abandoned, **await _asked(target, path, asked)})
    recorder.phase("oversized")
    recorder.fact("oversized", await _oversized(target, path))
    recorder.fact("after", {"alive": bool(target.process.pids()), **await _asked(target, path, asked)})
    recorder.phase("rest after")
    await target.disconnect()
    await asyncio.sleep(2 * settle_seconds)
    async with recorder.resources(target.process.pids(), prefix="rest after "):
        await asyncio.sleep(look_seconds)


def _path(target: Target) -> str:
    return target.spec.health.live or target.spec.health.ready or "/"


async def _asked(target: Target, path: str, times: int) -> dict[str, Any]:
    """Plain requests, each on a connection of its own: how many were answered below 500, and how long they took."""
    seconds, good = [], 0
    sent = f"GET {path} HTTP/1.1\r\nHost: {authority(target)}\r\nConnection: close\r\n\r\n".encode()
    for _ in range(times):
        wire = await send_raw(target, sent, timeout=3.0)
        good += 0 < wire.status < 500
        seconds.append(wire.seconds)
        if len(seconds) - good >= 3:
            break  # it does not answer: more would only take time
    return {"asked": len(seconds), "good": good, "slowest": max(seconds, default=0.0)}


@contextlib.asynccontextmanager
async def _opened(target: Target, count: int) -> Any:
    writers: Writers = []
    try:
        for _ in range(count):
            with contextlib.suppress(OSError):
                writers.append((await connect(target, timeout=0.5))[1])
        yield writers
    finally:
        await asyncio.gather(*(hang_up(writer) for writer in writers))


async def _slow(target: Target, path: str, count: int, asked: int, unfinished: bytes) -> dict[str, Any]:
    """Clients that send a request byte by byte and do not come to its end."""
    begin = time.monotonic()
    async with _opened(target, count) as writers:
        for writer in writers:
            writer.write(unfinished)
        trickle = asyncio.create_task(_trickle(writers))
        await asyncio.sleep(0.3)
        told = await _asked(target, path, asked)
        trickle.cancel()
        return {"open": len(writers), "seconds": time.monotonic() - begin, **told}


def _unfinished_head(target: Target, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {authority(target)}\r\nX-Slow: ".encode()


def _with_body(target: Target) -> list[Operation]:
    return [
        one
        for one in target.spec.operations
        if one.body is not None and one.method in ("POST", "PUT", "PATCH") and not one.dependency
    ]


def _unfinished_body(target: Target) -> bytes:
    """The head of the first call with a body whose path is known, and the beginning of a body; empty where there is none."""
    for operation in _with_body(target):
        if "{" not in (request := target.request(operation)).path:
            lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {authority(target)}", "Content-Length: 5000"]
            lines += [f"{name}: {value}" for name, value in request.headers.items()]
            return ("\r\n".join(lines) + '\r\n\r\n{"').encode("latin-1")
    return b""


async def _trickle(writers: Writers) -> None:
    while True:
        for writer in writers:
            if not writer.is_closing():
                writer.write(b"a")
        await asyncio.sleep(0.2)


async def _abandon(target: Target, path: str) -> None:
    """Send a request and be gone before its answer."""
    with contextlib.suppress(OSError):
        _, writer = await connect(target, timeout=1.0)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {authority(target)}\r\n\r\n".encode())
        await asyncio.sleep(0.001)
        await hang_up(writer, abort=True)


async def _oversized(target: Target, path: str) -> list[dict[str, Any]]:
    host, long = authority(target), "a" * 200_000
    many = "".join(f"X-{n}: a\r\n" for n in range(20_000))
    requests = {
        "path of 200 kB": f"GET /{long} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        "header of 200 kB": f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Long: {long}\r\nConnection: close\r\n\r\n",
        "20 000 headers": f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{many}Connection: close\r\n\r\n",
    }
    told = []
    for what, sent in requests.items():
        wire = await send_raw(target, sent.encode(), timeout=3.0)
        ended = wire.ended and wire.error != "refused"
        told.append({"what": what, "status": wire.status, "ended": ended, "error": wire.error})
    return told
