"""The amount behind the capability `counter`: one new account that is added to, and what must be there afterwards."""

import asyncio
import uuid
from decimal import Decimal, InvalidOperation

from readiness.errors import TargetError
from readiness.exchange import Reply
from readiness.integrity import ending
from readiness.targeting import Target, dig

REFUSED_SECONDS = 0.02
FIRST_CENTS = 101


class Counter:
    """Additions to one account; each has another amount, so that a lost one can be told."""

    def __init__(self, target: Target, account: str) -> None:
        self._target, self.account = target, account
        self._expected = target.spec.operation("counter.add").expect
        self._cents = FIRST_CENTS - 1
        self.unanswered: list[Decimal] = []
        """Each addition without an answer: it counts whole or not at all."""
        self.acknowledged = self.unknown = self.refused = Decimal(0)
        """Sums: what was confirmed must be there, what has no answer may be, what was refused must not be."""

    @classmethod
    async def prepared(cls, target: Target, name: str) -> "Counter":
        """Open a new account; TargetError where there is none to be had."""
        options = target.spec.capabilities["counter"].options
        start = options.get("amount_start", "0")
        reply = await target.call("counter.prepare", name=name, cash=start, unique=uuid.uuid4().hex)
        try:
            return cls(target, str(dig(reply.json(), str(options.get("id", "id")))))
        except TargetError:
            raise TargetError("no account could be prepared through counter.prepare") from None

    async def amount(self) -> Decimal | None:
        """Return what is there now; None where it cannot be read."""
        value = str(self._target.spec.capabilities["counter"].options.get("value", "value"))
        try:
            return Decimal(str(dig((await self.read()).json(), value)))
        except (TargetError, InvalidOperation):
            return None

    async def read(self, timeout: float = 10.0) -> Reply:
        """Ask for the account."""
        return await self._target.call("counter.read", account=self.account, id=self.account, timeout=timeout)

    async def add(self, timeout: float = 3.0) -> Reply:
        """Add the next amount, once; it is counted by its answer."""
        self._cents += 1
        amount, key = Decimal(self._cents) / 100, uuid.uuid4().hex
        values = {"account": self.account, "id": self.account, "amount": str(amount), "key": key, "unique": key}
        reply = await self._target.call("counter.add", timeout=timeout, **values)
        proved = ending(reply.status, reply.error, self._expected)
        if proved == "ok":
            self.acknowledged += amount
        elif proved == "fail":
            self.refused += amount
        else:
            self.unknown += amount
            self.unanswered.append(amount)
        return reply

    async def add_until(self, stop: asyncio.Event) -> None:
        """Add one after the other; a failed addition is not tried again."""
        while not stop.is_set():
            refused = self.refused
            await self.add()
            if self.refused != refused:
                await asyncio.sleep(REFUSED_SECONDS)

    def sums(self) -> dict[str, str | list[str]]:
        """As a fact holds them."""
        return {
            "acknowledged": str(self.acknowledged),
            "unknown": str(self.unknown),
            "unanswered": [str(amount) for amount in self.unanswered],
            "refused": str(self.refused),
        }
