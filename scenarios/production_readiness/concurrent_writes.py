"""Many callers change one amount at the same time while others read it, and one caller repeats himself.

Every addition of a round is a different power of two of a cent, so each amount that is read names exactly the additions
it holds. Writers wait for each other with an open connection, so that their additions really meet.
"""

import asyncio
import hashlib
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Recorder, Reply, Target, TargetError, dig, integrity, scenario

READERS = 2
"""Clients that read all the time, beside the writers, who read before and after."""


@scenario(
    suite="production_readiness", effect="write", capabilities=("counter",), quick={"rounds": 1}, full={"rounds": 20}
)
async def concurrent_writes(
    target: Target, recorder: Recorder, *, rounds: int = 3, writers: int = 20, repeats: int = 8
) -> None:
    """``rounds`` of ``writers`` additions at once (at most 40), then ``repeats`` of one write with one key."""
    told: list[dict[str, Any]] = []
    for number in range(1, rounds + 1):
        recorder.phase(f"round {number}")
        account = await _prepared(target, "counter")
        if account is None:
            recorder.fact("problem", "no account could be prepared through counter.prepare")
            break
        clients = _Clients(target, recorder, account)
        await clients.compete(min(writers, 40))
        told += integrity.rows(clients.history)
    recorder.fact("history", told)
    binding = target.spec.capabilities.get("idempotency")
    if binding is not None and binding.roles:
        recorder.phase("repeats")
        together = await _repeat(target, recorder, repeats, together=True)
        one_by_one = await _repeat(target, recorder, repeats, together=False)
        recorder.fact("repeats", [together, one_by_one])


class _Clients:
    """Callers of one account and the history of what they were told."""

    def __init__(self, target: Target, recorder: Recorder, account: str) -> None:
        self._target, self._recorder, self._account = target, recorder, account
        self._expected = target.spec.operation("counter.add").expect
        self.history: list[integrity.Invocation] = []

    async def compete(self, writers: int) -> None:
        """Add at once, each writer another amount, and read before, meanwhile and after."""
        await self._read(0)
        together, over = asyncio.Barrier(writers), asyncio.Event()
        reading = [asyncio.create_task(self._keep_reading(1 + writers + place, over)) for place in range(READERS)]
        await asyncio.gather(*(self._write(1 + place, Decimal(2**place) / 100, together) for place in range(writers)))
        over.set()
        await asyncio.gather(*reading)
        await self._read(0)

    async def _write(self, process: int, amount: Decimal, together: asyncio.Barrier) -> None:
        await self._read(process)  # so that its connection is open when all begin
        await together.wait()
        begin = self._recorder.now
        reply = await _write(self._target, "counter.add", self._account, amount, uuid.uuid4().hex)
        ending = integrity.ending(reply.status, reply.error, self._expected)
        self._told(process, "add", begin, ending, value=amount)
        await self._read(process)

    async def _keep_reading(self, process: int, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._read(process)

    async def _read(self, process: int) -> None:
        begin = self._recorder.now
        amount = await _amount(self._target, "counter", self._account)
        self._told(process, "read", begin, "info" if amount is None else "ok", result=amount)

    def _told(self, process: int, action: str, begin: float, ending: Any, **values: Decimal | None) -> None:
        now = self._recorder.now
        self.history.append(integrity.Invocation(process, action, begin, now, ending, self._account, **values))


async def _repeat(target: Target, recorder: Recorder, repeats: int, *, together: bool) -> dict[str, Any]:
    how = "at once" if together else "one after the other"
    account = await _prepared(target, "idempotency")
    if account is None:
        return {"how": how, "problem": "no account could be prepared through idempotency.prepare"}
    before = await _amount(target, "idempotency", account)
    expected = target.spec.operation("idempotency.write").expect
    amount, key = Decimal("17.23"), uuid.uuid4().hex
    submits: list[integrity.Invocation] = []

    async def submit(process: int, value: Decimal) -> None:
        begin = recorder.now
        reply = await _write(target, "idempotency.write", account, value, key)
        ending = integrity.ending(reply.status, reply.error, expected)
        answer = hashlib.sha256(reply.body).hexdigest()
        times = (begin, recorder.now)
        submits.append(integrity.Invocation(process, "submit", *times, ending, key, str(value), answer))

    calls = [submit(process, amount) for process in range(repeats)]
    if together:
        await asyncio.gather(*calls)
    else:
        for call in calls:
            await call
    await submit(repeats, amount + 1)
    after = await _amount(target, "idempotency", account)
    return {
        "how": how,
        "amount": str(amount),
        "before": _text(before),
        "after": _text(after),
        "submits": integrity.rows(submits),
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


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
