"""What comes in place of an answer: the client gets it whole, the witness counts it, and later all is well again."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from readiness.faults.garbage import WrongBody, garbage, garbage_in
from readiness.faults.link import Board, Chunk, Link
from readiness.faults.proxy import ToxicProxy
from tests.readiness.faults.dependency import Client, Dependency, connected, proxied

Story = Callable[[ToxicProxy, Dependency, Client], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n"


def tell(story: Story) -> None:
    """Run a story with a connection to a dependency that echoes, so that a client that says a reply gets one."""

    async def run() -> None:
        async with proxied() as (proxy, dependency), connected(proxy) as client:
            assert await client.ask(b"before") == b"before"
            await story(proxy, dependency, client)

    asyncio.run(run())


async def works(proxy: ToxicProxy) -> bool:
    async with connected(proxy) as client:
        return await client.ask(b"again") == b"again"


def test_noise_replaces_any_reply_and_ends_the_connection() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("noise")
        await toxic.arm()
        await client.say(b"a question of thirty-two letters")
        assert await client.rest() == garbage(32)
        assert dependency.received.endswith(b"letters")
        await toxic.disarm()
        assert toxic.witness()["replaced_bytes"] == 32
        assert await works(proxy)

    tell(story)


def test_wrong_body_leaves_the_head_and_the_length() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("wrong_body")
        await toxic.arm()
        for number in (1, 2):
            assert await client.ask(HEAD + bytes(300)) == HEAD + garbage(300)
            assert toxic.witness()["replaced_bytes"] == 300 * number
        await toxic.disarm()
        assert await client.ask(HEAD + bytes(300)) == HEAD + bytes(300)

    tell(story)


def test_wrong_body_goes_on_in_later_pieces() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("wrong_body")
        await toxic.arm()
        size = 400_000
        dependency.received.clear()
        dependency.hold = len(HEAD) + size  # whoever goes on asking is owed another reply
        reading = asyncio.create_task(client.hear(len(HEAD) + size))
        await client.say(HEAD + bytes(size))
        reply = await reading
        assert b"\0" * 100 not in reply[len(HEAD) :]
        assert toxic.witness()["replaced_bytes"] == size

    tell(story)


@pytest.mark.parametrize("cut", range(1, 20))
def test_wrong_body_finds_the_end_of_a_head_in_pieces(cut: int) -> None:
    reply = b"HTTP/1.1 200 OK\r\n\r\nbody"

    async def run() -> bytes:
        board = Board("vendor", {})
        link, heard = Link(board, (asyncio.StreamReader(), None)), bytearray()  # type: ignore[arg-type]

        async def send(chunk: Chunk) -> None:
            heard.extend(chunk.data)

        toxic = WrongBody(board)
        await toxic.arm()
        for piece in (reply[:cut], reply[cut:]):
            await toxic.forward(link, Chunk(piece, False, 0.0), send)
        return bytes(heard)

    heard = asyncio.run(run())
    # What does not even begin like a reply is taken for another protocol.
    assert heard == (reply if cut < len("HTTP/1.") else reply[:-4] + garbage(4))


@pytest.mark.parametrize("kind", ["wrong_body", "flood"])
def test_what_is_not_http_passes_without_a_witness(kind: str) -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic(kind)
        await toxic.arm()
        assert await client.ask(b"+PONG\r\n\r\n") == b"+PONG\r\n\r\n"
        await toxic.disarm()
        assert toxic.witness() == {}

    tell(story)


def test_flood_sends_as_much_as_it_says() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("flood", size=1_000_000)
        await toxic.arm()
        await client.say(HEAD)
        head, end, body = (await client.rest()).partition(b"\r\n\r\n")
        assert end
        assert b"Content-Length: 1000000" in head
        assert len(body) == 1_000_000
        assert garbage_in(body[:65536]) == "whole"
        await toxic.disarm()
        assert toxic.witness()["flood_bytes"] == 1_000_000
        assert await works(proxy)

    tell(story)


def test_flood_ends_when_nobody_takes_it_any_more() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("flood", size=1_000_000_000)
        await toxic.arm()
        await client.say(HEAD)
        await client.hear(100)
        client.writer.transport.abort()
        async with asyncio.timeout(10):
            while proxy.counters["cuts"] == 0 and len(proxy._board.links):
                await asyncio.sleep(0.01)
        assert toxic.witness()["flood_bytes"] < 1_000_000_000

    tell(story)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "none"),
        (b'{"price": 1}', "none"),
        (garbage(500), "whole"),
        (garbage(65536) * 2, "whole"),
        (garbage(8), "none"),
        (b'{"error": "' + garbage(100) + b'"}', "part"),
        (garbage(100).decode("latin-1").encode(), "part"),
    ],
)
def test_garbage_is_found(body: bytes, found: str) -> None:
    assert garbage_in(body) == found
