"""Real races over real sockets: naive clients of a small store, with and without what makes them collide.

The store is right about each single command; the clients read, think and write back, which is the fault. A round lets
two of them run once, meets them in one of three ways, and asks the checker that knows the anomaly.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any, Literal

from readiness import integrity
from readiness.faults.proxy import ToxicProxy

Meeting = Literal["spread over 20 ms", "barrier", "barrier and toxic"]
MEETINGS: tuple[Meeting, ...] = Meeting.__args__  # type: ignore[attr-defined]
SPREAD, TOXIC = 0.020, 0.005
"""Seconds over which unsynchronised clients begin, and by which the toxic delays each reply of the store."""


class Link:
    """One client's connection to the store."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def get(self, key: str) -> Any:
        return await self._ask("get", key)

    async def set(self, key: str, value: Any) -> None:
        await self._ask("set", key, value)

    async def append(self, key: str, value: Any) -> None:
        await self._ask("append", key, value)

    async def _ask(self, *command: Any) -> Any:
        self._writer.write(json.dumps(command).encode() + b"\n")
        return json.loads(await self._reader.readline())


class Store:
    """Keys and values; each command is carried out whole."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            command, key, *given = json.loads(line)
            if command == "set":
                self._values[key] = given[0]
            elif command == "append":
                self._values[key] = [*self._values.get(key, []), given[0]]
            writer.write(json.dumps(self._values.get(key)).encode() + b"\n")
        writer.close()


@asynccontextmanager
async def links(meeting: Meeting, number: int = 3) -> AsyncIterator[list[Link]]:
    """Connections through a proxy to a store of their own; the toxic is armed where the meeting asks for it."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(await asyncio.start_server(Store().serve, "127.0.0.1", 0))
        proxy = await stack.enter_async_context(ToxicProxy(*server.sockets[0].getsockname(), "store"))
        streams = [await asyncio.open_connection("127.0.0.1", proxy.port) for _ in range(number)]
        for _, writer in streams:
            stack.callback(writer.close)
        if meeting == "barrier and toxic":
            await proxy.toxic("latency", seconds=TOXIC).arm()
        yield [Link(*pair) for pair in streams]


Client = Callable[[Link, int, str], Awaitable[Any]]
"""What a client does over its link, given its number and the round's own key; returns what it was told."""


async def _meet(meeting: Meeting, random: Random, clients: list[Link], client: Client, key: str) -> list[Any]:
    """Two clients do the same; what each one was told, as (began, ended, result)."""
    clock = asyncio.get_running_loop().time
    barrier = asyncio.Barrier(2)

    async def one(number: int) -> tuple[float, float, Any]:
        if meeting == "spread over 20 ms":
            await asyncio.sleep(random.uniform(0, SPREAD))
        else:
            await barrier.wait()
        begin = clock()
        result = await client(clients[number], number, key)
        return begin, clock(), result

    return await asyncio.gather(one(0), one(1))


async def _add(link: Link, number: int, key: str) -> None:
    await link.set(key, await link.get(key) + 2**number)


async def lost_update(meeting: Meeting, random: Random, clients: list[Link], key: str) -> Any:
    """Both add to one amount by reading it and writing the sum back."""
    observer = clients[2]
    await observer.set(key, 0)
    told = await _meet(meeting, random, clients, _add, key)
    history = [integrity.Invocation(n, "add", *told[n][:2], value=2**n) for n in (0, 1)]
    begin, end = min(one[0] for one in told), max(one[1] for one in told)
    reads = ((begin - 2, begin - 1, 0), (end + 1, end + 2, await observer.get(key)))
    history += [integrity.Invocation(2, "read", at, until, result=result) for at, until, result in reads]
    return integrity.acknowledged_sum(history)


async def _withdraw(link: Link, number: int, key: str) -> tuple[list[str], bool]:
    """Read both lists, and append to the own one unless the other client has."""
    seen = [await link.get(f"{key}{name}") or [] for name in "xy"]
    if not any(seen):
        await link.append(f"{key}{'xy'[number]}", number)
    return seen, not any(seen)


async def write_skew(meeting: Meeting, random: Random, clients: list[Link], key: str) -> Any:
    """Each reads both rows and changes a different one, if none was changed."""
    told = await _meet(meeting, random, clients, _withdraw, key)
    transactions = []
    for number, (_, _, (seen, wrote)) in enumerate(told):
        steps: list[Any] = [integrity.Read(name, tuple(found)) for name, found in zip("xy", seen, strict=True)]
        steps += [integrity.Append("xy"[number], number)] if wrote else []
        transactions.append(integrity.Transaction(number, tuple(steps)))
    last = [integrity.Read(name, tuple(await clients[2].get(f"{key}{name}") or [])) for name in "xy"]
    return integrity.isolation([*transactions, integrity.Transaction(9, tuple(last))])


async def _submit(link: Link, number: int, key: str) -> None:
    if await link.get(f"{key} seen") is None:
        await link.set(f"{key} seen", True)
        await link.append(f"{key} done", number)


async def double_submit(meeting: Meeting, random: Random, clients: list[Link], key: str) -> Any:
    """Both send one request under one key; the key is looked up, then stored."""
    told = await _meet(meeting, random, clients, _submit, key)
    history = [integrity.Invocation(n, "submit", *told[n][:2], key=key, value="order") for n in (0, 1)]
    return integrity.double_submits(history, {key: len(await clients[2].get(f"{key} done"))})


async def _take(link: Link, number: int, key: str) -> int:
    taken = (await link.get(key) or 0) + 1
    await link.set(key, taken)
    return int(taken)


async def doubled_number(meeting: Meeting, random: Random, clients: list[Link], key: str) -> Any:
    """Both take the next number of a sequence as the largest so far and one."""
    told = await _meet(meeting, random, clients, _take, key)
    return integrity.gapless_sequence(
        [integrity.Invocation(n, "take", *told[n][:2], result=told[n][2]) for n in (0, 1)]
    )


RACES = {
    "lost update": lost_update,
    "write skew": write_skew,
    "double submit": double_submit,
    "number given out twice": doubled_number,
}
"""Anomaly -> one round of it; the verdict tells whether it was seen."""


async def found_in(anomaly: str, meeting: Meeting, rounds: int, seed: int = 0) -> list[bool]:
    """Run some rounds and tell in which of them the checker found the anomaly."""
    random = Random(f"{seed}/{anomaly}/{meeting}")
    async with links(meeting) as clients:
        verdicts = [await RACES[anomaly](meeting, random, clients, f"round {number} ") for number in range(rounds)]
    assert all(verdict.state != "unknown" for verdict in verdicts)
    return [verdict.state == "invalid" for verdict in verdicts]
