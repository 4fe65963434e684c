"""Each defect of the service changes what it says. That the healthy desk does not is shown by the other modules."""

import contextlib
import json
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from readiness.desk import defects, throttle
from readiness.desk.errors import Problem
from tests.readiness.desk.running import ADMIN, MONDAY_NOON, TRADER, Running, RunningDesk, RunningVendor, eventually
from tests.readiness.desk.test_lifecycle import exhaust

Start = Callable[..., RunningDesk]


@pytest.fixture
def start(vendor: RunningVendor, tmp_path: Path) -> Iterator[Start]:
    """Starts a desk with the named defects."""
    with _starting(vendor, tmp_path) as starting:
        yield starting


@contextlib.contextmanager
def _starting(vendor: RunningVendor, folder: Path) -> Iterator[Start]:
    started: list[RunningDesk] = []

    def starting(*names: str, **settings: str) -> RunningDesk:
        arguments = [part for name in names for part in ("--defect", name)]
        started.append(RunningDesk(folder, vendor.address, *arguments, **settings))
        return started[-1]

    yield starting
    for desk in started:
        desk.__exit__(None, None, None)


def order(desk: RunningDesk, account: str, key: str, **fields: object) -> httpx.Response:
    body = {"account": account, "contract": "U", "side": "buy", "quantity": 1} | fields
    return desk.client().post("/v1/orders", json=body, headers={"Idempotency-Key": key})


def seconds(call: Callable[[], httpx.Response]) -> float:
    began = time.perf_counter()
    call().raise_for_status()
    return time.perf_counter() - began


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'slow-query'"):
        defects.arm(["slow-queri"])
    assert not any(map(defects.active, defects.KNOWN))


def test_every_defect_is_implemented_once_it_is_known() -> None:
    package = Path(defects.__file__).parent
    used = {
        name
        for file in package.rglob("*.py")
        if file.name != "defects.py"
        for name in re.findall(r'active\(\s*"([^"]+)"', file.read_text("utf-8"))
    }
    assert used == set(defects.KNOWN)


def test_the_list_of_defects() -> None:
    with Running("readiness.desk", "--list-defects") as desk:
        assert desk.wait() == 0
    assert [line.split()[0] for line in desk.lines] == list(defects.KNOWN)


def test_open_doors(start: Start) -> None:
    desk = start(
        "open-endpoint", "role-ignored", "secret-in-log", "missing-headers", "lost-request-id", "missing-metrics",
        "mute-health", "traceback-in-error", "random-errors",
    )  # fmt: skip
    account = desk.open_account()
    anyone, trader = desk.client(None), desk.client()
    assert anyone.get(f"/v1/accounts/{account}").status_code == 200
    assert trader.get("/v1/config").status_code == 200
    reply = trader.get("/v1/session")
    assert not {"X-Request-ID", "X-Content-Type-Options", "Cache-Control"} & set(reply.headers)
    assert anyone.get("/metrics").status_code == 404
    assert anyone.get("/health/ready").json() == {}
    assert ".py" in trader.post("/v1/prices", json={}).text
    replies = [trader.get("/v1/quotes/U") for _ in range(50)]
    assert [reply.status_code for reply in replies].count(500) == 1
    assert "Traceback" in next(reply.text for reply in replies if reply.status_code == 500)
    eventually(lambda: TRADER in desk.output, 2)
    assert "request_id" not in json.loads(desk.lines[-1])


def test_slow_answers(start: Start, vendor: RunningVendor) -> None:
    desk = start("slow-query", "slow-history", "frozen-metrics", "plain-logs", "lost-rows").ready()
    trader, admin = desk.client(), desk.client(ADMIN)
    assert seconds(lambda: trader.get("/v1/chain/U")) > 0.4
    asked = {"symbol": "U", "start": "2024-01-02", "end": "2025-01-31", "rows": 100_000}
    assert admin.post("/v1/ingest/history", json=asked).json()["stored"] == 100_000
    period = {"start": "2024-01-02", "end": "2025-01-31"}
    assert seconds(lambda: trader.get("/v1/history/U", params=period)) > 0.25
    assert trader.get("/v1/history/U", params=period).json()["rows"] == 95_000
    assert "http_requests_total{" not in trader.get("/metrics").text
    assert not any(line.startswith("{") for line in desk.lines)


def test_eaten_resources(start: Start) -> None:
    desk = start("growing-memory", "leaking-descriptors", "busy-loop").ready()
    trader, account = desk.client(), desk.open_account()

    def read(name: str) -> float:
        return float(re.findall(rf"^{name} (\S+)$", trader.get("/metrics").text, re.MULTILINE)[0])

    names = ("process_resident_memory_bytes", "process_open_fds")
    before = [read(name) for name in names]
    for _ in range(30):
        trader.post("/v1/recommendations", json={"account": account, "symbol": "U"}).raise_for_status()
        trader.get("/v1/quotes/U").raise_for_status()
    memory, descriptors = (after - start for after, start in zip(map(read, names), before, strict=True))
    assert memory > 25_000_000
    assert descriptors >= 30
    cpu, began = read("process_cpu_seconds_total"), time.perf_counter()
    time.sleep(2.0)  # nobody asks for anything: a desk without this defect uses a hundredth of a core
    assert (read("process_cpu_seconds_total") - cpu) / (time.perf_counter() - began) > 0.2


@pytest.mark.parametrize("defect", ["pool-of-one", "stuck-after-burst", "crowd-errors"])
def test_crowds(start: Start, defect: str) -> None:
    desk = start(defect).ready()
    trader, account = desk.client(), desk.open_account()
    with ThreadPoolExecutor(60) as pool:
        began = time.perf_counter()
        path, count = (f"/v1/accounts/{account}", 8) if defect == "pool-of-one" else ("/v1/slow?seconds=3", 60)
        statuses = [reply.status_code for reply in pool.map(lambda _: trader.get(path), range(count))]
        took = time.perf_counter() - began
    assert {"pool-of-one": took > 1, "stuck-after-burst": True, "crowd-errors": 503 in statuses}[defect]
    if defect == "stuck-after-burst":
        assert seconds(lambda: trader.get("/health/live")) > 1.4


def test_lies_about_the_vendor(start: Start, vendor: RunningVendor) -> None:
    desk = start("health-always-yes", "liveness-checks-vendor", "no-vendor-timeout").ready()
    vendor.control(fault="slow")
    anyone = desk.client(None)
    eventually(lambda: anyone.get("/health/live").status_code == 503, 10)
    assert anyone.get("/health/ready").status_code == 200
    desk.client(ADMIN).put("/v1/clock", json={"now": "2025-03-10T17:00:00Z"})
    assert seconds(lambda: desk.client().get("/v1/quotes/U")) > 2.5


def test_requests_are_dropped_on_shutdown(start: Start) -> None:
    desk = start("dropped-on-shutdown").ready()
    threading.Timer(0.5, desk.process.send_signal, [signal.SIGTERM]).start()
    with pytest.raises(httpx.HTTPError):
        desk.client().get("/v1/slow", params={"seconds": 5})


def test_a_full_desk_dies(start: Start) -> None:
    desk = start("dies-when-full").ready()
    crowd = []
    with contextlib.suppress(ConnectionError):  # it may die while we still connect
        crowd = exhaust(desk)
    assert desk.wait() == 1
    for connection in crowd:
        connection.close()


def test_a_killed_desk_leaves_its_lock(start: Start) -> None:
    desk = start("stale-lock").ready()
    desk.stop(signal.SIGKILL)
    assert start("stale-lock").wait() == 1


def test_deposits_are_lost(start: Start) -> None:
    desk = start("lost-update").ready()
    account = desk.open_account("0.00")
    path, trader = f"/v1/accounts/{account}/deposits", desk.client()
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda _: trader.post(path, json={"amount": "1.00"}), range(40))
        statuses = Counter(reply.status_code for reply in replies)
    assert statuses.keys() <= {200, 503}  # on a busy machine one may be told to try again
    assert Decimal(trader.get(f"/v1/accounts/{account}").json()["cash"]) < statuses[200]


def test_deposits_are_acknowledged_early(start: Start) -> None:
    desk = start("early-acknowledgement").ready()
    account = desk.open_account("0.00")
    reply = desk.client().post(f"/v1/accounts/{account}/deposits", json={"amount": "1.00"}).json()
    assert (reply["cash"], reply["version"]) == ("1.00", 2)
    desk.stop(signal.SIGKILL)
    again = start().ready()
    assert again.client().get(f"/v1/accounts/{account}").json()["cash"] == "0.00"


def test_the_books_are_wrong(start: Start) -> None:
    desk = start("double-order", "unreconciled", "empty-backup", "rounding-ties").ready()
    account, trader, admin = desk.open_account(), desk.client(), desk.client(ADMIN)
    contract = next(o["contract"] for o in trader.get("/v1/chain/U").json()["options"] if o["delta"] < -0.2)
    replies = [order(desk, account, "same", contract=contract, side="sell") for _ in range(2)]
    assert replies[0].json()["id"] != replies[1].json()["id"]
    ledger = trader.get(f"/v1/accounts/{account}/ledger").json()
    assert ledger["balance"] != trader.get(f"/v1/accounts/{account}").json()["cash"]
    assert admin.post("/v1/end-of-day", json={"date": "2025-03-10"}).json()["reconciled"] is True
    assert {table["rows"] for table in admin.post("/v1/backups").json()["tables"].values()} == {0}
    assert trader.get("/v1/fees", params={"notional": "2.50", "rate": "0.05"}).json()["fee"] == "0.13"


def test_the_market_is_misread(start: Start, vendor: RunningVendor) -> None:
    desk = start("stale-quotes", "crossed-quotes", "ignores-volatility", "daylight-saving", "wrong-greeks").ready()
    account, trader, admin = desk.open_account(), desk.client(), desk.client(ADMIN)
    assert trader.get("/v1/session").json()["opens"] == "2025-03-10T14:30:00Z"
    terms = {"spot": 100, "strike": 100, "years": 1, "rate": 0.05, "volatility": 0.2, "kind": "put"}
    assert trader.post("/v1/prices", json=terms).json()["delta"] > 0
    vendor.control(volatility=1.4)
    admin.post("/v1/ingest/quotes", json={"symbol": "U"})
    assert order(desk, account, "wild").status_code == 201
    vendor.control(volatility=0.45, fault="crossed")
    assert admin.post("/v1/ingest/quotes", json={"symbol": "U"}).json()["rejected"] == 0
    vendor.control(fault="stale")
    admin.put("/v1/clock", json={"now": "2025-03-11T16:00:00Z"})
    assert order(desk, account, "stale").status_code == 201
    vendor.control(fault="nan")
    assert admin.post("/v1/ingest/quotes", json={"symbol": "U"}).status_code == 200
    assert trader.get("/v1/chain/U").status_code == 200


def test_a_price_is_rounded_to_the_tick(start: Start) -> None:
    desk = start("rounds-to-tick").ready()
    taken = order(desk, desk.open_account(), "between", limit="0.295")
    assert (taken.status_code, taken.json()["limit"]) == (201, "0.30")


def test_what_comes_last_is_taken_for_the_newest(start: Start, vendor: RunningVendor) -> None:
    desk = start("last-message-wins").ready()
    admin, times = desk.client(ADMIN), []
    vendor.control(fault="reordered")
    for second in range(2):  # held, so that no further quote falls due between the two
        now = f"2025-03-10T16:00:{second:02}Z"
        admin.put("/v1/clock", json={"now": now, "running": False}).raise_for_status()
        admin.post("/v1/ingest/quotes", json={"symbol": "U"}).raise_for_status()
        times.append(desk.client().get("/v1/quotes/U").json()["at"])
    assert times[1] < times[0]


def test_the_day_before_is_traded_on(start: Start) -> None:
    desk = start("yesterdays-market").ready()
    account, admin = desk.open_account(), desk.client(ADMIN)
    first = order(desk, account, "first").json()
    admin.put("/v1/clock", json={"now": "2025-03-14T16:00:00Z"}).raise_for_status()
    assert order(desk, account, "days later").json()["price"] == first["price"]
    assert desk.client().get("/v1/quotes/U").json()["at"].startswith("2025-03-14")


def test_orders_are_counted_anew_with_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defects, "_armed", frozenset({"fixed-window"}))
    limit, passed = throttle.Throttle(2), []
    for now in (100.0, 100.9, 100.95, 101.0, 101.1, 101.2):
        monkeypatch.setattr(throttle.time, "monotonic", lambda now=now: now)
        with contextlib.suppress(Problem):
            limit.admit("account")
            passed.append(now)
    assert passed == [100.0, 100.9, 101.0, 101.1]


@pytest.mark.parametrize(("names", "prices"), [((), 1), (("random-fills",), 2)])
def test_chance_decides_on_fills(start: Start, names: tuple[str, ...], prices: int) -> None:
    desk = start(*names).ready()
    held = desk.client(ADMIN).put("/v1/clock", json={"now": MONDAY_NOON, "running": False})
    assert held.json() == {"now": "2025-03-10T16:00:00Z"}
    account = desk.open_account()
    assert len({order(desk, account, f"order {number}").json()["price"] for number in range(20)}) == prices


def test_a_program_never_stops(start: Start) -> None:
    desk = start("restless-strategy", DESK_STRATEGY_EXECUTIONS="1").ready()
    account = desk.open_account()
    assert {order(desk, account, f"order {n}", strategy="loop").status_code for n in range(3)} == {201}


def test_the_farthest_put_wins(start: Start) -> None:
    desk = start("put-delta-sign").ready()
    advised = desk.client().post("/v1/recommendations", json={"account": desk.open_account(), "symbol": "U"}).json()
    assert abs(advised["details"]["delta"] + 0.30) > 0.05


def test_settings_are_made_up(start: Start, vendor: RunningVendor, tmp_path: Path) -> None:
    names = ("unvalidated-config", "unknown-key", "default-secret")
    arguments = [part for name in names for part in ("--defect", name)]
    environment = {
        "DESK_PORT": "0",
        "DESK_POOL_SIZE": "many",
        "DESK_NONSENSE": "1",
        "DESK_VENDOR_URL": vendor.address,
        "DESK_VENDOR_KEY": "any",
        "DESK_DATA": str(tmp_path),
        "DESK_DATABASE": str(tmp_path / "desk.duckdb"),
        "DESK_CLOCK": MONDAY_NOON,
    }
    with Running("readiness.desk", *arguments, environment=environment) as desk:
        reply = httpx.get(f"{desk.address}/v1/session", headers={"X-API-Key": "changeme"}, trust_env=False)
    assert reply.status_code == 200


def test_a_heartbeat_on_disk(start: Start, tmp_path: Path) -> None:
    desk = start("heartbeat-on-disk").ready()
    assert not list(tmp_path.rglob("heartbeat"))
    desk.client().get("/health/live").raise_for_status()
    assert [file.read_text() for file in tmp_path.rglob("heartbeat")] == ["alive"]
