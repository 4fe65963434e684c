"""Little memory is left, and callers send far more than that all at once, beside ordinary calls.

Why: memory ends one day, by a neighbour, a leak or a caller; a service that takes in whatever it is sent is ended by him.
Fix: nothing; this scenario only records. The check that reads it says what to do.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from readiness import (
    Limited,
    Operation,
    Recorder,
    Reply,
    Sample,
    Target,
    Wire,
    authority,
    connect,
    hang_up,
    limit_witness,
    scenario,
)

PART = b"x" * 65536
UPLOAD_SECONDS = 10.0
CALL_SECONDS = 5.0
REST_SECONDS = 0.05


@scenario(
    suite="stress_testing",
    effect="disrupt",
    capabilities=("http", "process"),
    quick={"uploads": 40},
    full={"uploads": 200},
    least="standard",
)
async def memory_pressure(
    target: Target,
    recorder: Recorder,
    *,
    headroom: int = 256,
    uploads: int = 64,
    megabytes: int = 8,
    crowd: int = 40,
    patience: float = 5.0,
) -> None:
    """Leave it ``headroom`` MB more than it uses, and send ``uploads`` bodies of ``megabytes`` MB at once.

    It has ``patience`` seconds to answer well again. A ``crowd`` calls it before, so that the threads and buffers of any
    load are there when the limit is set. The limit is on memory that is written to and not shared (RLIMIT_DATA): address
    space that is only reserved does not count.
    """
    call = _ordinary(target, recorder)
    recorder.phase("usual")
    usual = [failure for failure in await asyncio.gather(*(call() for _ in range(crowd))) if failure]
    recorder.fact("usual", {"calls": crowd, "failed": len(usual)})
    fault = Limited(target.process, {"data_bytes": headroom * 2**20})
    async with recorder.resources(target.process.pids(), hertz=20.0), recorder.fault(fault):
        recorder.phase("pressure", 2.0)
        sent = asyncio.gather(*(_upload(target, megabytes * 2**20) for _ in range(uploads)))
        during = await _meanwhile(call, sent, fault)
        answers = sorted(await sent)
        recorder.phase("after")
        after = await _again(call, target, patience)
        alive = bool(target.process.pids())
    counts = {answer: answers.count(answer) for answer in dict.fromkeys(answers)}
    recorder.fact(
        "pressure", {"uploads": uploads, "megabytes": megabytes, "headroom": headroom, "answers": counts, **during}
    )
    status = None if alive else await target.process.wait(0.0)
    recorder.fact("after", {"alive": alive, "exit_status": status, **after})


def _ordinary(target: Target, recorder: Recorder) -> Callable[[], Awaitable[str]]:
    """Return what makes one ordinary call and gives its failure, "" for a good answer."""
    operation = max(target.spec.load_mix, key=lambda one: one.weight, default=None)
    path = target.spec.health.live or target.spec.health.ready or "/"

    async def send() -> Reply:
        if operation is None:
            return await target.get(path, timeout=CALL_SECONDS)
        return await target.call(operation, timeout=CALL_SECONDS, unique=f"{recorder.random.getrandbits(64):016x}")

    async def call() -> str:
        phase, at = recorder.phase_name, recorder.now
        reply = await send()
        good = reply.status in operation.expect if operation else reply.status < 500
        failure = reply.error or ("" if good else f"status {reply.status}")
        name = operation.name if operation else path
        recorder.sample(Sample(at, recorder.now - at, 0.0, name, phase, reply.status, failure))
        return failure

    return call


async def _meanwhile(call: Callable[[], Awaitable[str]], sent: asyncio.Future[Any], fault: Limited) -> dict[str, Any]:
    """Call until all is sent, and look how much of the limit is used; in bytes."""
    limits = {int(pid): one["data_bytes"] for pid, one in fault.witness().items()}
    calls = failed = used = 0
    while not sent.done():
        failed += bool(await call())
        calls += 1
        for pid, one in limits.items():
            seen = limit_witness(pid, {"data_bytes": one["limit"]})
            used = max(used, seen["data_bytes"]["used"] - one["used"]) if seen else used
        await asyncio.sleep(REST_SECONDS)
    return {"calls": calls, "failed": failed, "used": used, "processes": len(limits)}


async def _again(call: Callable[[], Awaitable[str]], target: Target, patience: float) -> dict[str, Any]:
    """Call until there is a good answer; the limit is still in force."""
    begin = time.monotonic()
    failure = await call()
    while failure and target.process.pids() and time.monotonic() < begin + patience:
        await asyncio.sleep(REST_SECONDS)
        failure = await call()
    return {"failure": failure, "seconds": round(time.monotonic() - begin, 3)}


async def _upload(target: Target, size: int) -> str:
    """Send one body of about ``size`` bytes until it is answered or cut; what came."""
    try:
        reader, writer = await connect(target, timeout=CALL_SECONDS)
    except OSError:
        return "refused"
    answer = asyncio.create_task(reader.read(65536))
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            writer.write(_head(target, size // len(PART) * len(PART) + 4))
            for _ in range(size // len(PART)):
                if answer.done():
                    break
                writer.write(PART)
                await writer.drain()
            else:
                writer.write(b'"}')
            return str(Wire(await answer, ended=False, seconds=0.0).status or "cut")
    except TimeoutError:
        return "timeout"
    except OSError:  # perhaps it had answered before it closed
        said = b"" if not answer.done() or answer.exception() else answer.result()
        return str(Wire(said, ended=True, seconds=0.0).status or "cut")
    finally:
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)
        await hang_up(writer, abort=True)


def _head(target: Target, length: int) -> bytes:
    """Head and first two bytes of a JSON body with one endless string, for an operation that takes a body and changes nothing."""
    takers = [one for one in target.spec.operations if one.method in ("POST", "PUT", "PATCH") and not one.dependency]
    takers.sort(key=lambda one: one.effect != "read")
    taker = takers[0] if takers else Operation(name="upload", method="POST", path="/")
    request = target.request(taker)
    fields = {
        "Host": authority(target),
        **request.headers,
        "Content-Type": "application/json",
        "Content-Length": str(length),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f'{request.method} {request.path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n{{"'.encode()
