"""More users than connections: each gets his turn in the order of asking, and none is lost with somebody who gave up."""

import asyncio
from time import monotonic

import pytest

from readiness.exchange import Reply
from readiness.load.client import ClientOptions, HttpClient
from tests.readiness.load.serving import Handler, answer, request_of, serving


@pytest.fixture(autouse=True, params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything on the standard event loop and on the one that load runs on."""
    if request.param == "uvloop":
        uvloop = pytest.importorskip("uvloop")
        monkeypatch.setattr(asyncio, "run", uvloop.run)


def after(seconds: float) -> Handler:
    """Answer with the path, after so long."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            await asyncio.sleep(seconds)
            writer.write(answer(line.split()[1].encode()))

    return handle


def test_ten_users_share_two_connections() -> None:
    done = [0] * 10
    errors: set[str] = set()

    async def drive() -> int:
        async with serving(after(0.005)) as origin:
            client, end = HttpClient(origin, ClientOptions(connections=2)), monotonic() + 1.0

            async def user(number: int) -> None:
                while monotonic() < end:
                    reply = await client.call("GET", f"/{number}", timeout=5.0)
                    errors.add(reply.error)
                    assert reply.error or reply.text == f"/{number}", "another's answer"
                    done[number] += 1

            await asyncio.gather(*(user(number) for number in range(10)))
            await client.close()
            return client.connects

    assert asyncio.run(drive()) == 2
    assert errors == {""}, "whose turn came too late was kept waiting by those who had one already"
    assert min(done) * 2 > max(done), f"some users had the connections to themselves: {done}"


def test_a_turn_is_not_lost_with_who_gave_up_just_then() -> None:
    """The second call is cancelled in the very moment in which the first one's connection has become its own."""

    async def drive() -> tuple[Reply, int]:
        async with serving(after(0.05)) as origin:
            client = HttpClient(origin, ClientOptions(connections=1))
            waiting: list[asyncio.Task[Reply]] = []

            async def first() -> None:
                await client.call("GET", "/1")
                assert waiting[0].cancel(), "it was through already"

            leading = asyncio.create_task(first())
            await asyncio.sleep(0.01)
            for number in (2, 3):
                waiting.append(asyncio.create_task(client.call("GET", f"/{number}", timeout=1.0)))
                await asyncio.sleep(0)
            await leading
            second, third = await asyncio.gather(*waiting, return_exceptions=True)
            await client.close()
            assert isinstance(second, asyncio.CancelledError)
            assert isinstance(third, Reply), third
            return third, client.connects

    third, connects = asyncio.run(drive())
    assert (third.text, third.error, connects) == ("/3", "", 1)


def test_a_turn_that_came_too_late_for_one_is_the_next_ones() -> None:
    async def drive() -> list[Reply]:
        async with serving(after(0.15)) as origin:
            client = HttpClient(origin, ClientOptions(connections=1))
            calls = [client.call("GET", "/1", timeout=2.0), client.call("GET", "/2", timeout=0.1)]
            first, second = await asyncio.gather(*calls)
            third = await client.call("GET", "/3", timeout=2.0)
            await client.close()
            return [first, second, third]

    assert [(reply.text, reply.error) for reply in asyncio.run(drive())] == [("/1", ""), ("", "timeout"), ("/3", "")]


def test_what_is_sent_again_has_the_place_of_the_connection_that_died() -> None:
    """The only connection is closed as it is used again, while others wait: a fresh one tells the truth, and it comes first."""
    connections = [0]
    seen: list[tuple[int, str]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections[0] += 1
        own = connections[0]
        while True:
            line, _, _ = await request_of(reader)
            seen.append((own, line.split()[1]))
            if seen[-1] == (1, "/again"):
                return
            await asyncio.sleep(0.01)
            writer.write(answer(line.split()[1].encode()))

    async def drive() -> tuple[list[Reply], HttpClient]:
        async with serving(handle) as origin:
            client = HttpClient(origin, ClientOptions(connections=1))
            await client.call("GET", "/warm")
            paths = ("/again", "/a", "/b")
            replies = await asyncio.gather(*(client.call("GET", path, timeout=1.0) for path in paths))
            open_now = client.connections
            await client.close()
            assert open_now == 1, "more connections than were allowed"
            return replies, client

    replies, client = asyncio.run(drive())
    assert [(reply.text, reply.error) for reply in replies] == [("/again", ""), ("/a", ""), ("/b", "")]
    assert seen == [(1, "/warm"), (1, "/again"), (2, "/again"), (2, "/a"), (2, "/b")]
    assert (client.connects, client.stale) == (2, 1)


def test_a_connection_that_dies_on_its_way_costs_nobody_his_turn() -> None:
    """Bytes behind an answer that nobody asked for: the connection is given up after the next call was given it."""

    seen: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            seen.append(line.split()[1])
            await asyncio.sleep(0.01)
            surplus = b"HTTP/1.1 200 OK\r\n" if "/0" in line else b""
            writer.write(answer(line.split()[1].encode()) + surplus)

    async def drive() -> tuple[list[Reply], HttpClient]:
        async with serving(handle) as origin:
            client = HttpClient(origin, ClientOptions(connections=1))
            replies = await asyncio.gather(*(client.call("POST", f"/{n}", timeout=1.0) for n in range(3)))
            await client.close()
            return replies, client

    replies, client = asyncio.run(drive())
    assert [(reply.text, reply.error) for reply in replies] == [("/0", ""), ("/1", ""), ("/2", "")]
    assert seen == ["/0", "/1", "/2"], "it had to line up again behind those who came later"
    assert (client.connects, client.unasked > 0) == (2, True)
