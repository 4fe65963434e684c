"""A write is repeated under its key after the process was killed: once acknowledged before, once cut off in the middle.

The two amounts of a round, a cent and a dollar, tell from the sum alone how often each of them counted.
"""

import asyncio
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Killed, Recorder, Target, TargetError, dig, integrity, scenario

ACKNOWLEDGED, CUT_OFF = Decimal("0.01"), Decimal("1.00")


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "idempotency"),
    full={"rounds": 10},
    deadline=300.0,
    least="standard",
)
async def repeat_after_crash(
    target: Target, recorder: Recorder, *, rounds: int = 2, repeats: int = 2, latest: float = 0.01
) -> None:
    """``rounds`` kills, at most ``latest`` seconds after a write was sent, then ``repeats`` (at most 50) of each write."""
    told: list[dict[str, Any]] = []
    for number in range(1, rounds + 1):
        recorder.phase(f"round {number}")
        told.append(await _Round(target, recorder).run(min(repeats, 50), recorder.random.uniform(0.0, latest)))
        recorder.fact("rounds", told)
        if told[-1].get("problem"):
            return


class _Round:
    """One kill: what was sent under which key, and the amount before and after."""

    def __init__(self, target: Target, recorder: Recorder) -> None:
        self._target, self._recorder = target, recorder
        self._expected = target.spec.operation("idempotency.write").expect
        self._keys = {ACKNOWLEDGED: uuid.uuid4().hex, CUT_OFF: uuid.uuid4().hex}
        self._history: list[integrity.Invocation] = []
        self._account = ""

    async def run(self, repeats: int, seconds: float) -> dict[str, Any]:
        """Write, kill ``seconds`` after the second write was sent, start again and repeat both."""
        try:
            self._account = await self._prepared()
            before = await self._amount()
            await self._submit(ACKNOWLEDGED)
            cut_off = asyncio.create_task(self._submit(CUT_OFF))
            await asyncio.sleep(seconds)
            async with self._recorder.fault(Killed(self._target.process)):
                await cut_off
            await self._target.process.start()
            for amount in (ACKNOWLEDGED, CUT_OFF) * repeats:
                await self._submit(amount)
            change = await self._amount() - before
        except TargetError as error:
            return {"problem": str(error)[:500]}
        return {
            "submits": integrity.rows(self._history),
            "change": str(change),
            "keys": {key: str(amount) for amount, key in self._keys.items()},
        }

    async def _prepared(self) -> str:
        options = self._target.spec.capabilities["idempotency"].options
        start = options.get("amount_start", "0")
        reply = await self._target.call("idempotency.prepare", name="repeat", cash=start, unique=uuid.uuid4().hex)
        return str(dig(reply.json(), str(options.get("id", "id"))))

    async def _amount(self) -> Decimal:
        reply = await self._target.call("idempotency.read", account=self._account, id=self._account)
        value = dig(reply.json(), str(self._target.spec.capabilities["idempotency"].options.get("value", "value")))
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise TargetError(f"the amount reads {value!r}, which is no number") from None

    async def _submit(self, amount: Decimal) -> None:
        key, begin = self._keys[amount], self._recorder.now
        values = {"account": self._account, "id": self._account, "amount": str(amount), "key": key, "unique": key}
        reply = await self._target.call("idempotency.write", timeout=5.0, **values)
        ending = integrity.ending(reply.status, reply.error, self._expected)
        self._history.append(integrity.Invocation(0, "submit", begin, self._recorder.now, ending, key, str(amount)))
