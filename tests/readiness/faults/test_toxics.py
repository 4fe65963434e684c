"""Each toxic: what the client feels, what the witness says, that disarming restores, and that no hit is no proof."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from readiness.faults.kinds import KINDS
from readiness.faults.proxy import ToxicProxy
from tests.readiness.faults.dependency import Client, Dependency, connected, proxied
from tests.readiness.faults.undone import undone_after_sigkill

Story = Callable[[ToxicProxy, Dependency, Client], Awaitable[None]]


def tell(story: Story) -> None:
    """Run a story with a connection that has been used before the toxic is armed."""

    async def run() -> None:
        async with proxied() as (proxy, dependency), connected(proxy) as client:
            assert await client.ask(b"before") == b"before"
            await story(proxy, dependency, client)

    asyncio.run(run())


async def works(proxy: ToxicProxy) -> bool:
    """Whether a new connection answers."""
    async with connected(proxy) as client:
        return await client.ask(b"again") == b"again"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("refuse", "half_open")])
def test_what_hit_nothing_has_no_witness(kind: str) -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic(kind)
        assert toxic.witness() == {}
        await toxic.disarm()
        await toxic.arm()
        assert toxic.witness() == {}
        await toxic.disarm()
        await toxic.disarm()
        assert toxic.witness() == {}
        assert await client.ask(b"after") == b"after"

    tell(story)


def test_jitter_delays_each_reply_by_another_time() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("jitter", seconds=0.2)
        await toxic.arm()
        took = []
        for _number in range(8):
            began = time.monotonic()
            assert await client.ask(b"now") == b"now"
            took.append(time.monotonic() - began)
        assert max(took) - min(took) > 0.05, f"{took} are all the same"
        assert 0 < toxic.witness()["delay_seconds"] <= sum(took)
        await toxic.disarm()

    tell(story)


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_killed_gate_no_proxy_is_left(tmp_path: Path, kind: str) -> None:
    told = undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.proxy import ToxicProxy
        target = child("import socketserver as s, sys\\n"
                       "class Echo(s.StreamRequestHandler):\\n"
                       "    def handle(self):\\n"
                       "        for line in self.rfile: self.wfile.write(line * 2)\\n"
                       "with s.ThreadingTCPServer(('127.0.0.1', 0), Echo) as server:\\n"
                       "    print(server.server_address[1], flush=True)\\n"
                       "    server.serve_forever()")
        await until(lambda: target.logs().endswith("\\n"))
        proxy = ToxicProxy("127.0.0.1", int(target.logs()), "vendor")
        await proxy.start()
        told["port"] = proxy.port
        _, before = await asyncio.open_connection("127.0.0.1", proxy.port)
        fault = proxy.toxic({kind!r})
        await asyncio.sleep(0.1)
        await fault.arm()
        before.write(b"HTTP/1.1 200 OK\\r\\n\\r\\nline\\n")
        """,
    )
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", told["port"]), 5):
        pass


@pytest.mark.parametrize("kind", ["refuse", "half_open"])
def test_without_connections_there_is_nothing_to_cut(kind: str) -> None:
    async def run() -> None:
        async with proxied() as (proxy, _):
            toxic = proxy.toxic(kind)
            await toxic.arm()
            await toxic.disarm()
            assert toxic.witness() == {}
            assert await works(proxy)

    asyncio.run(run())


def test_latency_delays_replies_once() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("latency", seconds=0.3, jitter=0.05)
        await toxic.arm()
        await toxic.arm()
        began = time.monotonic()
        assert await client.ask(b"hello") == b"hello"
        assert time.monotonic() - began >= 0.25
        await toxic.disarm()
        witness = toxic.witness()
        assert witness["delayed_chunks"] == witness["connections_hit"] == 1
        assert 0.2 <= witness["delay_seconds"] <= witness["seconds"]
        assert proxy.counters["delayed_chunks"] == 1

    tell(story)


def test_latency_is_a_delay_and_not_a_narrow_line() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("latency", seconds=0.5)
        await toxic.arm()
        data = bytes(1 << 20)
        began = time.monotonic()
        reading = asyncio.create_task(client.hear(len(data)))
        await client.say(data)
        assert await reading == data
        assert 0.5 <= time.monotonic() - began < 5  # 16 chunks and more, one after the other, would take 8 s
        await toxic.disarm()

    tell(story)


def test_disarming_lets_go_what_waits() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("latency", seconds=3600)
        await toxic.arm()
        await client.say(b"hello")
        assert await client.silent()
        await toxic.disarm()
        assert await client.hear(5) == b"hello"
        assert toxic.witness()["delay_seconds"] < 3600

    tell(story)


def test_bandwidth_narrows_the_line() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("bandwidth", bytes_per_second=4000)
        await toxic.arm()
        began = time.monotonic()
        assert await client.ask(bytes(2000)) == bytes(2000)
        assert time.monotonic() - began >= 0.5
        await toxic.disarm()
        witness = toxic.witness()
        assert witness["slowed_bytes"] == 4000
        assert witness["delay_seconds"] >= 0.9
        began = time.monotonic()
        assert await client.ask(bytes(200_000)) == bytes(200_000)
        assert time.monotonic() - began < 10  # 50 s before

    tell(story)


def test_slicer_sends_pieces() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("slicer", size=1, delay=0.02)
        await toxic.arm()
        await client.say(b"hello")
        assert len(await client.reader.read(100)) < 5
        await toxic.disarm()
        assert toxic.witness()["slices"] >= 2
        assert toxic.witness()["connections_hit"] == 1

    tell(story)


def test_refuse_cuts_and_turns_away() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("refuse")
        await toxic.arm()
        with pytest.raises(ConnectionResetError):
            await client.rest()
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await works(proxy)
        assert dependency.connections == 1
        await toxic.disarm()
        assert toxic.witness()["cut_connections"] == 1
        assert toxic.witness()["refused"] == 2
        assert toxic.witness()["connections_hit"] == 3
        assert proxy.counters["refused"] == 2
        assert await works(proxy)

    tell(story)


def test_reset_breaks_at_the_next_bytes() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("reset")
        await toxic.arm()
        assert await client.silent()
        assert toxic.witness() == {}
        await client.say(b"lost")
        with pytest.raises(ConnectionResetError):
            await client.rest()
        await toxic.disarm()
        assert toxic.witness()["reset_connections"] == 1
        assert toxic.witness()["swallowed_bytes"] == 4
        assert proxy.counters["resets"] == 1
        assert dependency.received == b"before"
        assert await works(proxy)

    tell(story)


def test_reset_after_request_leaves_it_done_and_unanswered() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("reset_after_request")
        await toxic.arm()
        await client.say(b"buy 100")
        with pytest.raises(ConnectionResetError):
            await client.rest()
        assert dependency.received == b"beforebuy 100"
        await toxic.disarm()
        witness = toxic.witness()
        assert (witness["replies_cut"], witness["request_bytes"], witness["swallowed_bytes"]) == (1, 7, 7)
        assert await works(proxy)

    tell(story)


def test_reset_after_request_waits_for_enough_of_a_request() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("reset_after_request", request_bytes=10)
        await toxic.arm()
        assert await client.ask(b"begin") == b"begin"
        assert toxic.witness() == {}
        await client.say(b"commit")
        with pytest.raises(ConnectionResetError):
            await client.rest()
        assert dependency.received == b"beforebegincommit"
        assert toxic.witness()["request_bytes"] == 11

    tell(story)


def test_black_hole_swallows_and_keeps_sockets() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("black_hole")
        await toxic.arm()
        await client.say(b"lost")
        async with connected(proxy) as other, connected(proxy) as idle:
            await other.say(b"lost, too")
            assert await client.silent()
            assert await other.silent()
            assert dependency.received == b"before"
            assert dependency.ended == 0
            assert toxic.witness()["swallowed_bytes"] == 13
            await toxic.disarm()
            for hit in (client, other):
                with pytest.raises(ConnectionResetError):
                    await hit.rest()
            assert await idle.ask(b"still there") == b"still there"
        assert toxic.witness()["connections_hit"] == 2
        assert toxic.witness()["seconds"] > 0
        assert proxy.counters["swallowed_bytes"] == 13
        assert await works(proxy)

    tell(story)


def test_black_hole_hides_that_the_client_left() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("black_hole")
        await toxic.arm()
        client.writer.close()
        await client.writer.wait_closed()
        await asyncio.sleep(0.1)
        assert dependency.ended == 0
        await toxic.disarm()
        async with asyncio.timeout(10):
            while not dependency.ended:
                await asyncio.sleep(0.01)

    tell(story)


def test_half_open_is_closed_on_one_side_only() -> None:
    async def story(proxy: ToxicProxy, dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("half_open")
        await toxic.arm()
        async with connected(proxy) as other:
            await client.say(b"anybody?")
            await other.say(b"hello?")
            assert await client.silent()
            assert await other.silent()
            assert (dependency.connections, dependency.ended) == (1, 1)
            await toxic.disarm()
            for hit in (client, other):
                with pytest.raises(ConnectionResetError):
                    await hit.rest()
        witness = toxic.witness()
        assert (witness["half_opened"], witness["swallowed_bytes"], witness["connections_hit"]) == (2, 14, 2)
        assert await works(proxy)

    tell(story)


def test_cut_ends_in_the_middle_of_a_reply() -> None:
    async def story(proxy: ToxicProxy, _: Dependency, client: Client) -> None:
        toxic = proxy.toxic("cut", after_bytes=4)
        await toxic.arm()
        assert await client.ask(b"abcd") == b"abcd"
        assert toxic.witness() == {}
        await client.say(b"abcdefgh")
        assert await client.rest() == b"abcd"
        await toxic.disarm()
        assert toxic.witness()["cut_connections"] == 1
        assert toxic.witness()["swallowed_bytes"] == 4
        assert proxy.counters["cuts"] == 1
        assert await works(proxy)

    tell(story)


def test_fail_first_fails_so_often_and_no_more() -> None:
    async def story(proxy: ToxicProxy, _dependency: Dependency, client: Client) -> None:
        toxic = proxy.toxic("fail_first", k=3)
        await toxic.arm()
        await client.say(b"an attempt on what exists")
        with pytest.raises(ConnectionResetError):
            await client.rest()
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await works(proxy)
        assert await works(proxy)
        assert toxic.witness()["failed_attempts"] == 3
        await toxic.disarm()
        await toxic.arm()
        assert toxic.witness() == {}
        with pytest.raises(ConnectionError):
            await works(proxy)
        await toxic.disarm()
        assert toxic.witness()["failed_attempts"] == 1
        assert await works(proxy)

    tell(story)
