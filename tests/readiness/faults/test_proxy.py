"""The proxy without and with more than one toxic: bytes pass untouched, mistakes are named, nothing is left open."""

import asyncio
import socket

import pytest
import uvloop

from readiness.errors import ReadinessError, UsageError
from readiness.faults.fault import Fault
from readiness.faults.proxy import ToxicProxy
from tests.readiness.faults.dependency import connected, proxied


def test_bytes_pass_untouched_and_are_counted() -> None:
    async def run() -> dict[str, int]:
        async with proxied() as (proxy, _), connected(proxy) as client:
            big = bytes(range(256)) * 4096
            reading = asyncio.create_task(client.hear(len(big)))
            await client.say(big)
            assert await reading == big
            return dict(proxy.counters)

    counters = asyncio.run(run())
    assert counters["connections"] == 1
    assert counters["bytes_up"] == counters["bytes_down"] == 256 * 4096
    assert not any(counters[name] for name in ("refused", "resets", "cuts", "swallowed_bytes", "upstream_failures"))


def test_an_end_passes_in_one_direction_at_a_time() -> None:
    async def run() -> bytes:
        async with proxied() as (proxy, _), connected(proxy) as client:
            await client.say(b"last words")
            client.writer.write_eof()
            return await client.rest()

    assert asyncio.run(run()) == b"last words"


def test_a_dependency_that_is_down_is_a_reset() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

        async def run() -> dict[str, int]:
            async with ToxicProxy("127.0.0.1", port, "vendor") as proxy, connected(proxy) as client:
                with pytest.raises(ConnectionResetError):
                    await client.rest()
                return proxy.counters

        assert asyncio.run(run())["upstream_failures"] == 1


def test_a_proxy_has_no_address_before_it_is_started() -> None:
    with pytest.raises(ReadinessError, match="'vendor' has no address"):
        _ = ToxicProxy("127.0.0.1", 1, "vendor").address


def test_closing_ends_connections_and_toxics_and_may_be_repeated() -> None:
    async def run() -> None:
        async with proxied() as (proxy, dependency), connected(proxy) as client:
            assert await client.ask(b"hello") == b"hello"
            hole = proxy.toxic("black_hole")
            await hole.arm()
            await client.say(b"lost")
            assert await client.silent()
            await proxy.close()
            assert not hole.armed
            with pytest.raises(ConnectionResetError):
                await client.rest()
            await proxy.close()
            assert dependency.received == b"hello"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("black_whole", {}, r"unknown toxic 'black_whole' \(did you mean 'black_hole'\?\)"),
        ("latency", {"second": 1}, r"latency: unknown option 'second' \(did you mean 'seconds'\?\)"),
        ("refuse", {"seconds": 1}, "may be set: nothing"),
        ("latency", {"seconds": -1}, "seconds is -1; right would be a number from 0"),
        ("latency", {"seconds": float("nan")}, "right would be a number from 0"),
        ("bandwidth", {"bytes_per_second": 0}, "bytes_per_second is 0; it must be at least 1"),
        ("slicer", {"size": 0}, "size is 0; it must be at least 1"),
        ("fail_first", {"k": 0}, "k is 0; it must be at least 1"),
    ],
)
def test_mistakes_are_named(kind: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ToxicProxy("127.0.0.1", 1, "vendor").toxic(kind, **options)


def test_a_toxic_says_what_it_is() -> None:
    fault: Fault = ToxicProxy("127.0.0.1", 1, "vendor").toxic("half_open")
    assert fault.name == "half_open on vendor"


def test_toxics_add_up() -> None:
    async def run() -> None:
        async with proxied() as (proxy, _), connected(proxy) as client:
            slow, sliced = proxy.toxic("latency", seconds=0.05), proxy.toxic("slicer", size=2)
            await slow.arm()
            await sliced.arm()
            assert await client.ask(b"abcdef") == b"abcdef"
            assert slow.witness()["delayed_chunks"] >= 1
            assert sliced.witness()["slices"] >= 3
            await slow.disarm()
            assert await client.ask(b"abcdef") == b"abcdef"
            assert sliced.witness()["slices"] > slow.witness()["delayed_chunks"]

    asyncio.run(run())


def test_resets_are_resets_in_the_faster_loop_too() -> None:
    async def run() -> None:
        async with proxied() as (proxy, _), connected(proxy) as client:
            assert await client.ask(b"hello") == b"hello"
            refuse = proxy.toxic("refuse")
            await refuse.arm()
            with pytest.raises(ConnectionResetError):
                await client.rest()
            await refuse.disarm()
            async with connected(proxy) as later:
                assert await later.ask(b"hello") == b"hello"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
