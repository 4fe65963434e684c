"""What requests leave in the log: that they do, when, how much, and whether a caller can write there what he likes.

Each request carries a canary of its own, in the query and as X-Request-ID, by which its lines are found again. Only the
log that was written meanwhile is looked at.
"""

import asyncio
import time
import uuid
from typing import Any

from readiness import Recorder, Request, Target, scenario

POLL_SECONDS = 0.02


@scenario(suite="production_readiness", effect="read", capabilities=("http", "logs"), least="standard")
async def log_lines(
    target: Target,
    recorder: Recorder,
    *,
    requests: int = 80,
    together: int = 40,
    settle: float = 0.5,
    wait: float = 2.0,
) -> None:
    """``requests`` one after the other, ``together`` at once; the log gets ``settle`` seconds, a single line ``wait``.

    The first requests are looked for again at the end, so that late lines can be told from none.
    """
    log = _Log(target)
    recorder.phase("idle", settle)
    idle = await log.since(log.mark(), settle)
    recorder.phase("requests")
    begin, mark = time.monotonic(), log.mark()
    sent = [await _ask(target) for _ in range(requests)]
    text = await log.since(mark, settle)
    recorder.fact("requests", {
        "sent": requests, "found": sum(canary in text for canary in sent), "lines": len(_lines(text)),
        "characters": len(text), "idle_lines": len(_lines(idle)) * (time.monotonic() - begin) / settle,
    })  # fmt: skip
    first = (mark, sent)
    recorder.fact("sample", [line[:300] for line in _lines(text)[:100]])
    recorder.phase("delay")
    recorder.fact("delay", await _delay(target, log, wait))
    recorder.phase("together")
    mark = log.mark()
    sent = await asyncio.gather(*(_ask(target) for _ in range(together)))
    lines = _lines(await log.since(mark, settle))
    holding = [sum(canary in line for canary in sent) for line in lines]
    found = sum(any(canary in line for line in lines) for canary in sent)
    recorder.fact("together", {"sent": together, "found": found, "mixed": sum(count > 1 for count in holding)})
    recorder.phase("strangers")
    recorder.fact("strangers", await _strangers(target, log, settle))
    mark, sent = first
    text = await log.since(mark, 0.0)
    recorder.fact("later", {"found": sum(canary in text for canary in sent)})


class _Log:
    """The target's log, from a mark on."""

    def __init__(self, target: Target) -> None:
        self._process = target.process

    def mark(self) -> int:
        return len(self._process.logs())

    async def since(self, mark: int, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return self._process.logs()[mark:]


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


async def _ask(target: Target) -> str:
    """Send the simplest read with a canary; its canary."""
    canary = f"canary-{uuid.uuid4().hex[:12]}"
    await target.send(_request(target, canary))
    return canary


def _request(target: Target, canary: str) -> Request:
    for operation in target.spec.operations:
        if operation.method == "GET" and operation.effect == "read" and not operation.dependency:
            request = target.request(operation)
            if "{" not in request.path:
                path = request.path + ("&" if "?" in request.path else "?") + f"seen={canary}"
                return Request("GET", path, {**request.headers, "X-Request-ID": canary})
    path = target.spec.health.ready or target.spec.health.live or "/"
    return Request("GET", f"{path}?seen={canary}", {"X-Request-ID": canary})


async def _delay(target: Target, log: _Log, wait: float) -> dict[str, Any]:
    """Seconds from an answer to its line; None where it did not come in ``wait`` seconds."""
    mark = log.mark()
    canary = await _ask(target)
    begin = time.monotonic()
    while time.monotonic() - begin < wait:
        text = await log.since(mark, POLL_SECONDS)
        if canary in text:
            return {"seconds": time.monotonic() - begin, "waited": wait}
    return {"seconds": None, "waited": wait}


async def _strangers(target: Target, log: _Log, settle: float) -> dict[str, Any]:
    """Refused requests: how they are logged, and what of their content gets there as it is."""
    mark = log.mark()
    forged, secrets = f"FORGED-{uuid.uuid4().hex[:12]}", {}
    canary = f"canary-{uuid.uuid4().hex[:12]}"
    for header, form in (("Authorization", "Bearer {}"), ("Cookie", "session={}"), ("X-API-Key", "{}")):
        secrets[header] = uuid.uuid4().hex
        await target.get("/no-such-path", headers={header: form.format(secrets[header])})
    refused = await target.get(f"/no-such-{canary}", headers={"X-Request-ID": canary})
    for path in (f"/no-such%0a{forged}", f"/no-such%0d%0a{forged}", f"/no-such?seen=%0a{forged}"):
        await target.get(path, headers={"User-Agent": "readiness"})
    text = await log.since(mark, settle)
    lines = _lines(text)
    own = [line for line in lines if canary in line]
    return {
        "status": refused.status, "lines": len(own), "with_status": sum(str(refused.status) in line for line in own),
        "headers": list(secrets), "shown": [header for header, secret in secrets.items() if secret in text],
        "all_lines": len(lines), "forged": sum(line.lstrip().startswith(forged) for line in lines),
    }  # fmt: skip
