"""Redirects over several hops, and those that lead nowhere."""

import asyncio

import pytest

from readiness.exchange import Reply
from readiness.load.client import ClientOptions, HttpClient
from tests.readiness.load.serving import Handler, answer, request_of, serving

FOLLOW = ClientOptions(redirects=5, cookies=True)


def leading(ways: dict[str, str], seen: list[tuple[str, str]], name: str) -> Handler:
    """Redirect as ``ways`` say, path to Location; any other path is answered with the name of the server."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, headers, _ = await request_of(reader)
            path = line.split()[1]
            seen.append((f"{name}{path}", headers.get("Cookie", "")))
            if path in ways:
                cookie = f"Set-Cookie: at={name}; Path=/"
                writer.write(answer(b"", "302 Found", f"Location: {ways[path]}", cookie))
            else:
                writer.write(answer(name.encode()))

    return handle


def test_a_relative_hop_stays_where_the_last_one_led() -> None:
    """From one service to another, on within that one, and back: each keeps its own cookies."""
    seen: list[tuple[str, str]] = []

    async def drive() -> Reply:
        here: dict[str, str] = {}
        there: dict[str, str] = {}
        async with serving(leading(here, seen, "here")) as one, serving(leading(there, seen, "there")) as other:
            here["/start"] = f"{other}/deep/login?next=1"
            there["/deep/login?next=1"] = "../done"
            there["/done"] = f"{one}/home"
            client = HttpClient(one, FOLLOW)
            reply = await client.call("GET", "/start")
            await client.close()
            return reply

    reply = asyncio.run(drive())
    assert [place for place, _ in seen] == ["here/start", "there/deep/login?next=1", "there/done", "here/home"]
    assert (reply.status, reply.text, reply.error) == (200, "here", "")
    assert [cookie for _, cookie in seen] == ["", "", "at=there", "at=here"]


@pytest.mark.parametrize(
    ("target", "status", "error"),
    [
        ("myapp://callback", 302, "malformed"),
        ("mailto:someone@example.org", 302, "malformed"),
        ("ws://127.0.0.1:1/", 302, "malformed"),
        ("http://[x", 302, "malformed"),
        ("https:///nowhere", 302, "malformed"),
        ("http://127.0.0.1:99999/", 302, "malformed"),
        ("http://a..b/", 0, "dns"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_a_failed_call(target: str, status: int, error: str) -> None:
    async def drive() -> tuple[Reply, Reply]:
        async with serving(leading({"/away": target}, [], "here")) as origin:
            client = HttpClient(origin, FOLLOW)
            replies = await client.call("GET", "/away"), await client.call("GET", "/stay")
            await client.close()
            return replies

    away, stay = asyncio.run(drive())
    assert (away.status, away.error) == (status, error)
    assert (stay.text, stay.error) == ("here", ""), "the next call goes on"
