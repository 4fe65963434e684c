"""Resting orders over HTTP: filled when the market comes to them, ended by a cancellation or an empty account."""

from typing import Any

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, RunningDesk, RunningVendor, eventually


@pytest.fixture
def trader(desk: RunningDesk) -> httpx.Client:
    return desk.client()


def place(trader: httpx.Client, account: str, **fields: Any) -> dict[str, Any]:
    body = {"account": account, "contract": "U", "side": "buy", "quantity": 10} | fields
    reply = trader.post("/v1/orders", json=body, headers={"Idempotency-Key": f"{account}-{fields}"})
    assert reply.status_code == 201, reply.text
    placed: dict[str, Any] = reply.json()
    return placed


def state(trader: httpx.Client, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = trader.get(f"/v1/orders/{order['id']}").json()
    return found


def fall(desk: RunningDesk, vendor: RunningVendor, move: float) -> None:
    vendor.control(move=move)
    desk.client(ADMIN).post("/v1/ingest/quotes", json={"symbol": "U"}).raise_for_status()


def below(trader: httpx.Client) -> str:
    return f"{float(trader.get('/v1/quotes/U').json()['last']) * 0.95:.2f}"


def test_an_order_rests_until_its_limit_and_a_cancelled_one_for_ever(
    desk: RunningDesk, vendor: RunningVendor, trader: httpx.Client
) -> None:
    account, limit = desk.open_account(), below(trader)
    rests, ended = place(trader, account, limit=limit), place(trader, account, limit=limit, quantity=11)
    assert {rests["status"], ended["status"]} == {"OPEN"}
    cancelled = trader.post(f"/v1/orders/{ended['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    fall(desk, vendor, -0.1)
    eventually(lambda: state(trader, rests)["status"] == "FILLED", 5)
    filled = state(trader, rests)
    assert filled["filled"] == 10
    assert float(filled["price"]) <= float(limit)
    held = trader.get(f"/v1/accounts/{account}").json()
    assert [position["quantity"] for position in held["positions"]] == [10]
    assert trader.get(f"/v1/accounts/{account}/ledger").json()["balance"] == held["cash"]
    assert state(trader, ended)["filled"] == 0
    again = trader.post(f"/v1/orders/{rests['id']}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "order_done")


def test_an_order_that_the_account_cannot_carry_any_more_ends(
    desk: RunningDesk, vendor: RunningVendor, trader: httpx.Client
) -> None:
    fall(desk, vendor, 0.0)
    account = desk.open_account("1000.00")
    order = place(trader, account, limit=below(trader), quantity=100)
    assert order["status"] == "OPEN"
    fall(desk, vendor, -0.1)
    eventually(lambda: state(trader, order)["status"] == "CANCELLED", 5)
    ended = state(trader, order)
    assert (ended["reason"], ended["filled"]) == ("insufficient_buying_power", 0)
    assert trader.get(f"/v1/accounts/{account}").json()["cash"] == "1000.00"
