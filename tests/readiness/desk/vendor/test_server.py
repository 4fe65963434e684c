"""The vendor over HTTP, as a client meets it: a real process, real sockets."""

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

KEY = "a-key-for-the-simulator"
AT = "2025-03-10T15:00:00+00:00"


def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "readiness.desk.vendor", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    _, _ = process.communicate(timeout=5)
    return process.returncode


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    process, url = start("--key", KEY)
    yield url
    assert stop(process) == 0


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {KEY}"}, timeout=5, trust_env=False
    ) as client:
        yield client
        client.put("/control", json={"fault": "none", "volatility": 0.45, "move": 0.0}).raise_for_status()


def quote(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get("/v0/quote", params={"symbol": "U", "at": AT}).raise_for_status().json())


def chain(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get("/v0/chain", params={"symbol": "U", "at": AT}).raise_for_status().json())


def inject(client: httpx.Client, **settings: object) -> dict[str, Any]:
    return dict(client.put("/control", json=settings).raise_for_status().json())


def test_starts_quickly_and_stops_cleanly() -> None:
    began = time.perf_counter()
    process, url = start("--port", "0")
    assert httpx.get(f"{url}/v0/health", trust_env=False).json() == {"status": "ok"}
    assert time.perf_counter() - began < 10  # 0.1 s on an idle machine
    assert (
        httpx.get(f"{url}/v0/quote?symbol=U", trust_env=False).status_code == 200
    )  # no key was set, none is asked for
    assert stop(process) == 0


@pytest.mark.parametrize("key", ["", "Bearer wrong", KEY, f"Basic {KEY}"])
def test_data_needs_the_key_and_health_does_not(address: str, key: str) -> None:
    headers = {"Authorization": key}
    for route in ("quote", "chain", "history"):
        assert httpx.get(f"{address}/v0/{route}?symbol=U", headers=headers, trust_env=False).status_code == 401
    assert httpx.get(f"{address}/v0/health", headers=headers, trust_env=False).status_code == 200


def test_same_instant_same_answer_on_one_connection(client: httpx.Client) -> None:
    for ask in (quote, chain):
        first, second = ask(client), ask(client)
        assert second.pop("sequence") == first.pop("sequence") + 1
        assert first == second
    assert chain(client)["at"] == AT


def test_symbol_and_instant_are_checked(client: httpx.Client) -> None:
    assert client.get("/v0/quote", params={"symbol": "NOPE"}).status_code == 404
    assert client.get("/v0/quote", params={"symbol": "U", "at": "yesterday"}).status_code == 400
    assert client.get("/v0/chain", params={"symbol": "U", "at": "2040-01-01T15:00:00Z"}).status_code == 400
    assert client.get("/v0/history", params={"symbol": "U"}).status_code == 400
    assert client.get("/v0/nothing").status_code == 404
    assert client.put("/v0/quote", json={}).status_code == 404


def test_history_streams_csv(client: httpx.Client) -> None:
    query = {"symbol": "U", "start": "2024-01-01", "end": "2025-12-31", "rows": "100000"}
    began = time.perf_counter()
    reply = client.get("/v0/history", params=query)
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.text.count("\n") == 100_001
    assert time.perf_counter() - began < 20
    assert quote(client)["symbol"] == "U"  # the connection is still good


def test_stale(client: httpx.Client) -> None:
    inject(client, fault="stale")
    assert quote(client)["at"] == chain(client)["at"] == "2025-03-10T13:00:00+00:00"


def test_reordered(client: httpx.Client) -> None:
    before = quote(client)["sequence"]
    inject(client, fault="reordered")
    sent = [quote(client) for _ in range(5)]
    assert [message["sequence"] - before for message in sent] == [1, -1, 1, 4, 2]
    late = "2025-03-10T14:55:00+00:00"
    assert [message["at"] for message in sent] == [AT, late, AT, AT, late]
    assert sent[0]["last"] == sent[2]["last"] != sent[1]["last"]
    inject(client, fault="none")
    assert quote(client)["sequence"] == before + 5


def test_crossed(client: httpx.Client) -> None:
    inject(client, fault="crossed")
    assert quote(client)["bid"] >= quote(client)["ask"]
    crossed = [option["bid"] >= option["ask"] for option in chain(client)["options"]]
    assert crossed == [index % 4 == 0 for index in range(len(crossed))]


def test_nan(client: httpx.Client) -> None:
    inject(client, fault="nan")
    assert math.isnan(quote(client)["bid"])
    bids = [option["bid"] for option in chain(client)["options"]][::4]
    assert math.isnan(bids[0])
    assert bids[1:3] == [0.0, -1.0]


@pytest.mark.parametrize("route", ["health", "quote", "chain", "history"])
def test_error(client: httpx.Client, route: str) -> None:
    inject(client, fault="error")
    assert client.get(f"/v0/{route}", params={"symbol": "U"}).status_code == 500


def test_slow(client: httpx.Client) -> None:
    inject(client, fault="slow")
    with pytest.raises(httpx.ReadTimeout):
        client.get("/v0/health", timeout=0.2)


@pytest.mark.parametrize("route", ["quote", "chain"])
def test_garbage(client: httpx.Client, route: str) -> None:
    inject(client, fault="garbage")
    reply = client.get(f"/v0/{route}", params={"symbol": "U", "at": AT})
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_gaps(client: httpx.Client) -> None:
    inject(client, fault="gaps")
    query = {"symbol": "U", "start": "2025-03-10", "end": "2025-03-10"}
    lines = client.get("/v0/history", params=query).text.splitlines()
    assert len(lines) == 391
    assert [line.split(",")[1] for line in lines[10:41:10]] == ["nan", "30.00", "-1.00", ""]


def test_volatility_and_move(client: httpx.Client) -> None:
    before, quiet = quote(client)["last"], chain(client)["options"][0]["iv"]
    shown = inject(client, volatility=0.90, move=-0.05)
    assert (shown["volatility"], shown["move"]) == (0.9, -0.05)
    assert quote(client)["last"] == pytest.approx(0.95 * before, abs=0.01)
    assert chain(client)["options"][0]["iv"] == pytest.approx(2 * quiet, rel=0.05)


@pytest.mark.parametrize(
    "body",
    ['{"fault": "fire"}', '{"volatility": "high"}', '{"move": -1}', '{"requests": 1}', "[]", "{", '{"move": NaN}'],
)
def test_control_refuses_nonsense_and_changes_nothing(client: httpx.Client, body: str) -> None:
    before = client.get("/control").json()
    reply = client.put("/control", content=body)
    assert reply.status_code == 400
    assert "right would be" in reply.json()["error"]
    after = client.get("/control").json()
    assert {**after, "requests": 0} == {**before, "requests": 0}


def test_control_counts_requests(client: httpx.Client) -> None:
    before = client.get("/control").json()["requests"].get("/v0/quote", 0)
    quote(client)
    assert client.get("/control").json()["requests"]["/v0/quote"] == before + 1
