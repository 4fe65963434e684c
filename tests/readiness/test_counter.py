"""An account that is added to: each addition is counted by its answer, once, and no two are alike."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import pytest

from readiness.counter import Counter
from readiness.errors import TargetError
from readiness.exchange import Reply, Request
from readiness.targeting import Adapter, Binding, Operation, Target, TargetSpec

SPEC = TargetSpec(
    operations=(
        Operation(name="open", method="POST", path="/accounts", body={"cash": "{cash}"}),
        Operation(name="put", method="POST", path="/accounts/{account}", body={"amount": "{amount}"}, expect=(201,)),
        Operation(name="get", path="/accounts/{account}"),
    ),
    capabilities={
        "counter": Binding(roles={"prepare": "open", "add": "put", "read": "get"}, options={"value": "cash"})
    },
)


class Answering:
    """Answers what it is told, in turn, and keeps what it was sent."""

    def __init__(self, *replies: Reply) -> None:
        self.sent: list[Request] = []
        self._replies: Iterator[Reply] = iter(replies)

    async def send(self, request: Request) -> Reply:
        """The next."""
        self.sent.append(request)
        return next(self._replies)


def answer(status: int, body: bytes = b"", error: str = "") -> Reply:
    return Reply(status, {}, body, 0.0, error)


def target(*replies: Reply) -> tuple[Target, Answering]:
    adapter = Answering(*replies)
    return Target(SPEC, cast(Adapter, adapter)), adapter


def test_additions_are_counted_by_their_answers() -> None:
    replies = [
        answer(201),
        answer(200),
        answer(409),
        answer(500),
        answer(0, error="timeout"),
        answer(0, error="refused"),
    ]
    system, adapter = target(answer(200, b'{"id": "a7"}'), *replies, answer(200, b'{"cash": "12.50"}'))

    async def story() -> tuple[Counter, Decimal | None]:
        counter = await Counter.prepared(system, "tested")
        for _ in replies:
            await counter.add()
        return counter, await counter.amount()

    counter, amount = asyncio.run(story())
    amounts = [Decimal(cast(dict[str, Any], _body(request))["amount"]) for request in adapter.sent[1:7]]
    assert amounts == [Decimal(101 + turn) / 100 for turn in range(6)]
    assert adapter.sent[1].path == "/accounts/a7"
    assert counter.acknowledged == amounts[0]
    assert counter.refused == amounts[2] + amounts[5], "4xx and a refused connection have done nothing"
    assert counter.unknown == amounts[1] + amounts[3] + amounts[4], "an unexpected 200 is no promise, and no refusal"
    assert amount == Decimal("12.50")
    assert counter.sums() == {
        "acknowledged": "1.01",
        "unknown": "3.11",
        "unanswered": ["1.02", "1.04", "1.05"],
        "refused": "2.09",
    }


def _body(request: Request) -> object:
    return answer(200, request.body).json()


@pytest.mark.parametrize("reply", [answer(500), answer(0, error="timeout"), answer(200, b'{"name": "x"}')])
def test_without_an_account_there_is_no_counter(reply: Reply) -> None:
    with pytest.raises(TargetError, match=r"through counter\.prepare"):
        asyncio.run(Counter.prepared(target(reply)[0], "tested"))


@pytest.mark.parametrize("body", [b"", b'{"cash": "much"}', b'{"other": 1}'])
def test_an_amount_that_cannot_be_read_is_none(body: bytes) -> None:
    assert asyncio.run(Counter(target(answer(200, body))[0], "a").amount()) is None


def test_adding_goes_on_until_it_is_told_to_stop() -> None:
    stop = asyncio.Event()

    class Stopping(Answering):
        async def send(self, request: Request) -> Reply:
            """The third is the last."""
            reply = await super().send(request)
            if len(self.sent) == 3:
                stop.set()
            return reply

    adapter = Stopping(answer(409), answer(201), answer(201))
    counter = Counter(Target(SPEC, cast(Adapter, adapter)), "a")
    asyncio.run(counter.add_until(stop))
    assert (counter.refused, counter.acknowledged) == (Decimal("1.01"), Decimal("2.05"))
