"""The healthy service over HTTP: what each resource answers, and how it refuses."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, MONDAY_NOON, TRADER, RunningDesk, RunningVendor, eventually


@pytest.fixture
def trader(desk: RunningDesk) -> httpx.Client:
    return desk.client()


@pytest.fixture
def admin(desk: RunningDesk) -> Iterator[httpx.Client]:
    client = desk.client(ADMIN)
    yield client
    client.put("/v1/clock", json={"now": MONDAY_NOON})


def order(client: httpx.Client, key: str, **fields: Any) -> httpx.Response:
    return client.post("/v1/orders", json=fields, headers={"Idempotency-Key": key})


def code(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


def test_every_reply_has_an_id_and_its_headers(trader: httpx.Client) -> None:
    reply = trader.get("/v1/session", headers={"X-Request-ID": "mine.1"})
    assert reply.headers["X-Request-ID"] == "mine.1"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"
    assert trader.get("/nowhere", headers={"X-Request-ID": "not valid!"}).headers["X-Request-ID"] != "not valid!"


@pytest.mark.parametrize(
    ("method", "path", "key", "status"),
    [
        ("GET", "/v1/session", None, 401),
        ("GET", "/v1/session", "wrong-key-0123456789", 401),
        ("GET", "/v1/config", TRADER, 403),
        ("POST", "/v1/backups", TRADER, 403),
        ("GET", "/v1/config", ADMIN, 200),
        ("GET", "/v1/session", ADMIN, 200),
        ("GET", "/v1/accounts/none", TRADER, 404),
        ("GET", "/v1/accounts/none", None, 401),
        ("GET", "/v1/quotes/NOPE", TRADER, 404),
        ("DELETE", "/v1/session", TRADER, 405),
        ("GET", "/health/live", None, 200),
        ("GET", "/metrics", None, 200),
        ("GET", "/openapi.json", None, 200),
    ],
)
def test_who_may_do_what(desk: RunningDesk, method: str, path: str, key: str | None, status: int) -> None:
    reply = desk.client(key).request(method, path)
    assert reply.status_code == status
    if status >= 400:
        assert set(reply.json()["error"]) == {"code", "message", "request_id"}


def test_the_interface_is_described(trader: httpx.Client) -> None:
    described = trader.get("/openapi.json").json()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) > 25
    assert described["components"]["securitySchemes"]["APIKeyHeader"]["name"] == "X-API-Key"
    assert "HTTPValidationError" not in json.dumps(described)


@pytest.mark.parametrize("amount", ["0", "0.00", "-1.00", "1.234", "1e5", "NaN", "", " 1", 5, None, "9" * 40])
def test_bad_amounts_are_refused(desk: RunningDesk, trader: httpx.Client, amount: object) -> None:
    reply = trader.post(f"/v1/accounts/{desk.open_account()}/deposits", json={"amount": amount})
    assert (reply.status_code, code(reply)) == (422, "invalid_request")


def test_a_large_body_is_refused(trader: httpx.Client) -> None:
    assert trader.post("/v1/prices", content=b" " * 1_000_001).status_code == 413
    pieces = (b" " * 100_000 for _ in range(11))
    assert trader.post("/v1/prices", content=pieces).status_code == 413


def test_session_and_calendar(trader: httpx.Client) -> None:
    session = trader.get("/v1/session").json()
    assert (session["open"], session["date"], session["opens"]) == (True, "2025-03-10", "2025-03-10T13:30:00Z")
    assert trader.get("/v1/calendar/2025-11-28").json()["early_close"] is True
    assert trader.get("/v1/calendar/2025-04-18").json()["session"] is False
    assert trader.get("/v1/calendar/1999-01-04").status_code == 422


def test_quote_and_chain_agree(trader: httpx.Client) -> None:
    quote, chain = trader.get("/v1/quotes/U").json(), trader.get("/v1/chain/U").json()
    assert Decimal(quote["bid"]) < Decimal(quote["ask"])
    assert quote["age_seconds"] < 5
    assert abs(Decimal(chain["spot"]) - Decimal(quote["last"])) < 1
    assert all(option["delta"] <= 0 for option in chain["options"] if option["kind"] == "put")


def test_fees_round_ties_to_even(trader: httpx.Client) -> None:
    fees = [trader.get(f"/v1/fees?notional={notional}&rate=0.05").json()["fee"] for notional in ("2.50", "2.70")]
    assert fees == ["0.12", "0.14"]


def test_prices_and_their_inverse(trader: httpx.Client) -> None:
    terms: dict[str, object] = {"spot": 100, "strike": 100, "years": 1, "rate": 0.05, "kind": "call"}
    price = trader.post("/v1/prices", json=terms | {"volatility": 0.2}).json()
    assert price["price"] == pytest.approx(10.4506, abs=1e-4)
    found = trader.post("/v1/implied-volatility", json=terms | {"price": price["price"]}).json()
    assert found["volatility"] == pytest.approx(0.2)
    impossible = trader.post("/v1/implied-volatility", json=terms | {"price": 150})
    assert (impossible.status_code, code(impossible)) == (422, "no_solution")


def test_concurrent_deposits_are_all_kept(desk: RunningDesk, trader: httpx.Client) -> None:
    account = desk.open_account("0.00")
    path = f"/v1/accounts/{account}/deposits"
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: trader.post(path, json={"amount": "1.01"}), range(100)))
    assert {reply.status_code for reply in replies} == {200}
    assert sorted(reply.json()["version"] for reply in replies) == list(range(2, 102))
    assert trader.get(f"/v1/accounts/{account}").json()["cash"] == "101.00"
    assert trader.get(f"/v1/accounts/{account}/ledger").json()["balance"] == "101.00"


def test_lists_come_in_pages_and_the_balance_is_of_everything(desk: RunningDesk, trader: httpx.Client) -> None:
    account = desk.open_account()
    for number in range(5):
        trader.post(f"/v1/accounts/{account}/deposits", json={"amount": f"{number + 1}.00"})
        order(trader, f"key-{number}", account=account, contract="U", side="buy", quantity=1)
    for path in (f"/v1/orders?account={account}", f"/v1/accounts/{account}/ledger?"):
        replies = [trader.get(f"{path}&limit=2&offset={offset}").json() for offset in range(0, 12, 2)]
        whole, pages = trader.get(path).json(), replies
        if "ledger" in path:
            assert {reply["balance"] for reply in replies} == {whole["balance"]}
            whole, pages = whole["postings"], [reply["postings"] for reply in replies]
        assert len(whole) >= 5
        assert [one["id"] for page in pages for one in page] == [one["id"] for one in whole][:12]
        assert max(len(page) for page in pages) == 2
        for wrong in ("limit=0", "limit=501", "offset=-1", "limit=many"):
            assert trader.get(f"{path}&{wrong}").status_code == 422, wrong


def test_a_repeated_order_is_answered_and_not_repeated(desk: RunningDesk, trader: httpx.Client) -> None:
    fields = {"account": desk.open_account(), "contract": "U", "side": "buy", "quantity": 10}
    with ThreadPoolExecutor(8) as pool:
        bodies = {reply.content for reply in pool.map(lambda _: order(trader, "once", **fields), range(8))}
    assert len(bodies) == 1
    assert len(trader.get("/v1/orders", params={"account": str(fields["account"])}).json()) == 1
    conflict = order(trader, "once", **fields | {"quantity": 11})
    assert (conflict.status_code, code(conflict)) == (422, "idempotency_conflict")
    assert code(trader.post("/v1/orders", json=fields)) == "idempotency_key_required"


def test_the_wheel_from_advice_to_profit(desk: RunningDesk, trader: httpx.Client) -> None:
    account = desk.open_account()
    advice = trader.post("/v1/recommendations", json={"account": account, "symbol": "U"}).json()
    assert advice["action"] == "SELL_PUT"
    assert -0.45 < advice["details"]["delta"] < -0.2
    sold = order(trader, "sell", account=account, contract=advice["contract"], side="sell", quantity=2).json()
    assert (sold["status"], sold["fees"]) == ("FILLED", "1.30")
    bought = order(trader, "buy", account=account, contract=advice["contract"], side="buy", quantity=1).json()
    state = trader.get(f"/v1/accounts/{account}").json()
    assert [held["quantity"] for held in state["positions"]] == [-1]
    assert Decimal(state["margin_used"]) == Decimal(advice["strike"]) * 20
    performance = {k: Decimal(str(v)) for k, v in trader.get(f"/v1/performance/{account}").json().items()}
    assert performance["realized"] == (Decimal(sold["price"]) - Decimal(bought["price"])) * 100
    earned = performance["cash"] + performance["market_value"] - performance["start_cash"]
    assert earned == performance["realized"] + performance["unrealized"] - performance["fees"]
    assert trader.get(f"/v1/accounts/{account}/ledger").json()["balance"] == state["cash"]
    risk = trader.get(f"/v1/risk/{account}").json()
    assert risk["delta"] > 0
    assert Decimal(risk["cvar_95"]) > Decimal(risk["var_95"]) > 0


def test_orders_that_the_account_cannot_carry(desk: RunningDesk, trader: httpx.Client) -> None:
    account = desk.open_account("1000.00")
    options = trader.get("/v1/chain/U").json()["options"]
    put, call = (next(o["contract"] for o in options if o["kind"] == kind) for kind in ("put", "call"))
    fields = {"account": account, "quantity": 1}
    wanted = {
        "insufficient_buying_power": {"contract": "U", "side": "buy", "quantity": 100},
        "too_many_puts": {"contract": put, "side": "sell", "quantity": 11},
        "uncovered": {"contract": call, "side": "sell"},
        "unknown_contract": {"contract": "U250321P99999000", "side": "buy"},
    }
    assert {refusal: code(order(trader, refusal, **fields | asked)) for refusal, asked in wanted.items()} == {
        refusal: refusal for refusal in wanted
    }
    resting = order(trader, "resting", **fields, contract="U", side="buy", limit="1.00").json()
    assert (resting["status"], resting["filled"], resting["cash"]) == ("OPEN", 0, "1000.00")
    assert trader.get(f"/v1/orders/{resting['id']}").json() == resting


def test_no_trading_when_the_market_forbids_it(
    desk: RunningDesk, vendor: RunningVendor, trader: httpx.Client, admin: httpx.Client
) -> None:
    account = desk.open_account()
    share = {"account": account, "contract": "U", "side": "buy", "quantity": 1}
    advise = {"account": account, "symbol": "U"}
    admin.put("/v1/clock", json={"now": "2025-03-10T22:00:00Z"})
    assert code(order(trader, "closed", **share)) == "market_closed"
    vendor.control(volatility=1.4)  # before the clock: what rests is worked, too, and fetches
    admin.put("/v1/clock", json={"now": "2025-03-11T15:00:00Z"})
    assert code(order(trader, "wild", **share)) == "volatility_stop"
    advice = trader.post("/v1/recommendations", json=advise).json()
    assert advice["action"] == "HOLD"
    assert "volatility" in advice["rationale"]
    vendor.control(volatility=0.45, fault="stale")
    admin.put("/v1/clock", json={"now": "2025-03-11T16:00:00Z"})
    assert code(order(trader, "stale", **share)) == "stale_market_data"
    reply = trader.post("/v1/recommendations", json=advise)
    assert (reply.status_code, code(reply)) == (503, "stale_market_data")


@pytest.mark.parametrize("fault", ["error", "garbage", "slow"])
def test_a_failing_vendor_leaves_the_last_quote(
    vendor: RunningVendor, trader: httpx.Client, admin: httpx.Client, fault: str
) -> None:
    trader.get("/v1/quotes/U").raise_for_status()
    vendor.control(fault=fault)
    admin.put("/v1/clock", json={"now": "2025-03-10T16:10:00Z"})
    quote = trader.get("/v1/quotes/U")
    assert quote.status_code == 200
    assert quote.json()["age_seconds"] > 300, "it waited for the slow vendor instead of giving up"
    assert quote.elapsed.total_seconds() < 10


def test_broken_market_data_is_counted_and_not_stored(vendor: RunningVendor, admin: httpx.Client) -> None:
    for fault in ("crossed", "nan"):
        vendor.control(fault=fault)
        counts = admin.post("/v1/ingest/quotes", json={"symbol": "U"}).json()
        assert counts["rejected"] == sum(counts["reasons"].values()) > 0
        assert counts["received"] == counts["stored"] + counts["rejected"]
        assert all(Decimal(o["bid"]) < Decimal(o["ask"]) for o in admin.get("/v1/chain/U").json()["options"])


def test_history_is_ingested_once_and_fast(vendor: RunningVendor, admin: httpx.Client) -> None:
    asked = {"symbol": "U", "start": "2024-01-02", "end": "2025-01-31", "rows": 100_000}
    first = admin.post("/v1/ingest/history", json=asked).json()
    assert (first["received"], first["stored"], first["rejected"]) == (100_000, 100_000, 0)
    assert first["received"] / first["seconds"] > 20_000
    again = admin.post("/v1/ingest/history", json=asked).json()
    assert (again["stored"], again["rejected"]) == (0, 0)
    period = {"start": "2024-01-02", "end": "2025-01-31"}
    replies = [admin.get("/v1/history/U", params=period) for _ in range(5)]
    assert {reply.json()["rows"] for reply in replies} == {100_000}
    assert min(reply.elapsed.total_seconds() for reply in replies) < 0.25
    vendor.control(fault="gaps")
    gaps = admin.post(
        "/v1/ingest/history", json=asked | {"start": "2023-01-03", "end": "2023-01-31", "rows": 1000}
    ).json()
    assert (gaps["received"], gaps["stored"], gaps["rejected"]) == (1000, 900, 100)
    vendor.control(fault="garbage")
    assert code(admin.post("/v1/ingest/history", json=asked)) == "market_data_unavailable"


def test_end_of_day_reconciles_and_archives(admin: httpx.Client) -> None:
    # held, so that no further quote falls due between the two
    admin.put("/v1/clock", json={"now": "2025-03-11T17:00:00Z", "running": False}).raise_for_status()
    admin.get("/v1/quotes/U")
    report = admin.post("/v1/end-of-day", json={"date": "2025-03-14"}).json()
    assert report["reconciled"] is True
    assert report["archived"] > 0
    assert {account["difference"] for account in report["accounts"]} <= {"0.00"}
    assert admin.get("/v1/reports/2025-03-14").json() == report
    assert admin.get("/v1/reports/2025-03-15").status_code == 404
    assert admin.post("/v1/end-of-day", json={"date": "2025-03-14"}).json()["archived"] == 0


def test_metrics_count_requests_and_orders(desk: RunningDesk, trader: httpx.Client) -> None:
    name = 'http_requests_total{method="GET",route="/v1/calendar/{day}",status="200"}'

    def count() -> float:
        lines = trader.get("/metrics").text.splitlines()
        return float(next((line.split()[-1] for line in lines if line.startswith(name)), 0))

    before = count()
    trader.get("/v1/calendar/2025-03-10")
    assert count() == before + 1
    eventually(lambda: "desk_vendor_up 1" in trader.get("/metrics").text, 10)
    text = trader.get("/metrics").text
    for expected in ("desk_vendor_up 1", "process_open_fds ", 'desk_pool_connections{state="idle"}', 'le="+Inf"'):
        assert expected in text


def test_readiness_follows_the_vendor_and_liveness_does_not(vendor: RunningVendor, trader: httpx.Client) -> None:
    vendor.control(fault="error")
    eventually(lambda: trader.get("/health/ready").status_code == 503, 10)
    assert trader.get("/health/ready").json()["dependencies"]["vendor"].startswith("unreachable: ")
    assert trader.get("/health/live").status_code == 200
    vendor.control(fault="none")
    eventually(lambda: trader.get("/health/ready").status_code == 200, 10)


def test_logs_are_json_with_ids_and_without_keys(desk: RunningDesk, trader: httpx.Client) -> None:
    trader.get("/v1/calendar/2025-03-10", headers={"X-Request-ID": "find-me"})
    eventually(lambda: "find-me" in desk.output, 10)
    lines = [json.loads(line) for line in desk.lines]
    found = next(line for line in lines if line.get("request_id") == "find-me")
    assert (found["service"], found["route"], found["status"]) == ("desk", "/v1/calendar/{day}", 200)
    assert TRADER not in desk.output
    assert ADMIN not in desk.output
    assert ADMIN not in desk.client(ADMIN).get("/v1/config").text
