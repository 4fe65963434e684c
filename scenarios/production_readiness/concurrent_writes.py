"""Many callers change one amount at the same time, and one caller repeats himself.

Every addition of a round is a different power of two of a cent, so the difference names exactly the missing ones.
"""

import asyncio
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Recorder, Reply, Target, TargetError, dig, scenario


@scenario(
    suite="production_readiness", effect="write", capabilities=("counter",), quick={"rounds": 1}, full={"rounds": 20}
)
async def concurrent_writes(
    target: Target, recorder: Recorder, *, rounds: int = 3, writers: int = 20, repeats: int = 8
) -> None:
    """``rounds`` of ``writers`` additions at once (at most 40), then ``repeats`` of one write with one key."""
    told = []
    for number in range(1, rounds + 1):
        recorder.phase(f"round {number}")
        told.append(await _round(target, min(writers, 40)))
    recorder.fact("rounds", told)
    binding = target.spec.capabilities.get("idempotency")
    if binding is not None and binding.roles:
        recorder.phase("repeats")
        together = await _repeat(target, repeats, together=True)
        one_by_one = await _repeat(target, repeats, together=False)
        recorder.fact("repeats", [together, one_by_one])


async def _round(target: Target, writers: int) -> dict[str, Any]:
    account = await _prepared(target, "counter")
    if account is None:
        return {"problem": "no account could be prepared through counter.prepare"}
    before = await _amount(target, "counter", account)
    amounts = [Decimal(2**exponent) / 100 for exponent in range(writers)]
    calls = [_write(target, "counter.add", account, amount, uuid.uuid4().hex) for amount in amounts]
    replies = await asyncio.gather(*calls)
    expected = target.spec.operation("counter.add").expect
    rows = [
        {"amount": str(amount), "status": reply.status, "error": reply.error, "acknowledged": _done(reply, expected)}
        for amount, reply in zip(amounts, replies, strict=True)
    ]
    after = await _amount(target, "counter", account)
    return {"before": _text(before), "after": _text(after), "writes": rows}


async def _repeat(target: Target, repeats: int, *, together: bool) -> dict[str, Any]:
    how = "at once" if together else "one after the other"
    account = await _prepared(target, "idempotency")
    if account is None:
        return {"how": how, "problem": "no account could be prepared through idempotency.prepare"}
    before = await _amount(target, "idempotency", account)
    amount, key = Decimal("17.23"), uuid.uuid4().hex
    calls = [_write(target, "idempotency.write", account, amount, key) for _ in range(repeats)]
    replies = await asyncio.gather(*calls) if together else [await call for call in calls]
    expected = target.spec.operation("idempotency.write").expect
    other = await _write(target, "idempotency.write", account, amount + 1, key)
    after = await _amount(target, "idempotency", account)
    return {
        "how": how,
        "amount": str(amount),
        "before": _text(before),
        "after": _text(after),
        "statuses": [reply.status for reply in replies],
        "acknowledged": sum(_done(reply, expected) for reply in replies),
        "different_answers": len({reply.body for reply in replies if _done(reply, expected)}),
        "other_body_status": other.status,
        "other_body_amount": str(amount + 1),
    }


async def _prepared(target: Target, capability: str) -> str | None:
    options = target.spec.capabilities[capability].options
    start = options.get("amount_start", "0")
    reply = await target.call(f"{capability}.prepare", name="concurrent writes", cash=start, unique=uuid.uuid4().hex)
    try:
        return str(dig(reply.json(), str(options.get("id", "id"))))
    except TargetError:
        return None


async def _write(target: Target, operation: str, account: str, amount: Decimal, key: str) -> Reply:
    return await target.call(operation, account=account, id=account, amount=str(amount), key=key, unique=key)


async def _amount(target: Target, capability: str, account: str) -> Decimal | None:
    reply = await target.call(f"{capability}.read", account=account, id=account)
    value = str(target.spec.capabilities[capability].options.get("value", "value"))
    try:
        return Decimal(str(dig(reply.json(), value)))
    except (TargetError, InvalidOperation):
        return None


def _done(reply: Reply, expected: tuple[int, ...]) -> bool:
    return not reply.error and reply.status in expected


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
