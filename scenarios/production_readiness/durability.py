"""The process is killed in the middle of writes: what was acknowledged must be there afterwards, and it must come back.

Each round prepares an account, lets several writers add amounts, kills the whole process tree at a random moment,
starts it again on the same data and reads the amount. An addition without an answer may or may not be there; an
acknowledged one must.
"""

import asyncio
import time
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Killed, Recorder, Target, TargetError, dig, scenario

Sums = dict[str, Decimal]
NOT_SENT = ("refused", "unreachable")


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"rounds": 1},
    full={"rounds": 10},
    deadline=300.0,
)
async def durability(
    target: Target,
    recorder: Recorder,
    *,
    rounds: int = 2,
    writers: int = 4,
    earliest: float = 0.3,
    latest: float = 1.0,
) -> None:
    """``rounds`` kills, each between ``earliest`` and ``latest`` seconds after ``writers`` began to add."""
    told: list[dict[str, Any]] = []
    for number in range(1, rounds + 1):
        recorder.phase(f"round {number}")
        told.append(await _round(target, recorder, writers, recorder.random.uniform(earliest, latest)))
        recorder.fact("rounds", told)
        if told[-1].get("problem"):
            return


async def _round(target: Target, recorder: Recorder, writers: int, seconds: float) -> dict[str, Any]:
    account = await _prepared(target)
    if account is None:
        return {"problem": "no account could be prepared through counter.prepare"}
    before = await _amount(target, account)
    sums: Sums = {"acknowledged": Decimal(0), "unknown": Decimal(0), "refused": Decimal(0)}
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_write(target, account, sums, stop)) for _ in range(writers)]
    await asyncio.sleep(seconds)
    async with recorder.fault(Killed(target.process)):
        stop.set()
        await asyncio.gather(*tasks)
    begin = time.monotonic()
    problem = ""
    try:
        await target.process.start()
    except TargetError as error:
        problem = str(error)[:500]
    result = {
        "killed_after": seconds,
        "came_back": not problem,
        "seconds": time.monotonic() - begin,
        "problem": problem,
    }
    after = None if problem else await _amount(target, account)
    return {
        **result,
        "before": _text(before),
        "after": _text(after),
        **{name: str(sum_) for name, sum_ in sums.items()},
    }


async def _prepared(target: Target) -> str | None:
    options = target.spec.capabilities["counter"].options
    start = options.get("amount_start", "0")
    reply = await target.call("counter.prepare", name="durability", cash=start, unique=uuid.uuid4().hex)
    try:
        return str(dig(reply.json(), str(options.get("id", "id"))))
    except TargetError:
        return None


async def _amount(target: Target, account: str) -> Decimal | None:
    reply = await target.call("counter.read", account=account, id=account)
    value = str(target.spec.capabilities["counter"].options.get("value", "value"))
    try:
        return Decimal(str(dig(reply.json(), value)))
    except (TargetError, InvalidOperation):
        return None


async def _write(target: Target, account: str, sums: Sums, stop: asyncio.Event) -> None:
    """Add different amounts until told to stop; a failed addition is not tried again."""
    cents = 100
    expected = target.spec.operation("counter.add").expect
    while not stop.is_set():
        cents += 1
        amount = Decimal(cents) / 100
        key = uuid.uuid4().hex
        reply = await target.call(
            "counter.add", account=account, id=account, amount=str(amount), key=key, unique=key, timeout=3
        )
        if not reply.error and reply.status in expected:
            sums["acknowledged"] += amount
        elif reply.error in NOT_SENT or (not reply.error and 400 <= reply.status < 500):
            sums["refused"] += amount
            await asyncio.sleep(0.02)
        else:
            sums["unknown"] += amount


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
