"""What the close of the last day makes of options, over HTTP: shares, cash, ledger and profit."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, MONDAY_NOON, RunningDesk

EXPIRY = "2025-03-21"


@pytest.fixture
def admin(desk: RunningDesk) -> Iterator[httpx.Client]:
    client = desk.client(ADMIN)
    yield client
    client.put("/v1/clock", json={"now": MONDAY_NOON})


def option(client: httpx.Client, kind: str, *, lowest: bool) -> dict[str, Any]:
    options = [o for o in client.get("/v1/chain/U").json()["options"] if (o["kind"], o["expires"]) == (kind, EXPIRY)]
    found: dict[str, Any] = sorted(options, key=lambda o: float(o["strike"]))[0 if lowest else -1]
    return found


def order(client: httpx.Client, account: str, contract: str, side: str, quantity: int = 1) -> dict[str, Any]:
    body = {"account": account, "contract": contract, "side": side, "quantity": quantity}
    reply = client.post("/v1/orders", json=body, headers={"Idempotency-Key": f"{account}-{contract}-{side}"})
    assert reply.json()["status"] == "FILLED", reply.text
    filled: dict[str, Any] = reply.json()
    return filled


def close_on(admin: httpx.Client, now: str) -> int:
    admin.put("/v1/clock", json={"now": now}).raise_for_status()
    report = admin.post("/v1/end-of-day", json={"date": EXPIRY}).json()
    assert report["reconciled"] is True
    return int(report["settled"])


def explained(client: httpx.Client, account: str) -> bool:
    told = {name: Decimal(str(value)) for name, value in client.get(f"/v1/performance/{account}").json().items()}
    worth = told["cash"] + told["market_value"]
    return worth == told["start_cash"] + told["realized"] + told["unrealized"] - told["fees"]


def test_what_expiry_makes_of_each_option(desk: RunningDesk, admin: httpx.Client) -> None:
    writer, owner = desk.open_account(), desk.open_account()
    call, worthless, valuable = (
        option(admin, "call", lowest=True),
        option(admin, "put", lowest=True),
        option(admin, "put", lowest=False),
    )
    order(admin, writer, "U", "buy", 100)
    sold = order(admin, writer, call["contract"], "sell")
    order(admin, owner, worthless["contract"], "buy")
    cash = Decimal(order(admin, owner, valuable["contract"], "buy")["cash"])
    assert close_on(admin, f"{EXPIRY}T19:59:00Z") == 0  # the last minute is not over
    assert close_on(admin, f"{EXPIRY}T20:00:01Z") == 3
    assert close_on(admin, f"{EXPIRY}T20:10:00Z") == 0  # once only
    called, paid = (admin.get(f"/v1/accounts/{account}").json() for account in (writer, owner))
    assert (called["positions"], paid["positions"]) == ([], [])
    assert Decimal(called["cash"]) == Decimal(sold["cash"]) + 100 * Decimal(call["strike"])
    last = Decimal(admin.get("/v1/quotes/U").json()["last"])
    value = (Decimal(paid["cash"]) - cash) / 100
    assert abs(value - (Decimal(valuable["strike"]) - last)) < Decimal("0.50")
    assert explained(admin, writer)
    assert explained(admin, owner)
    reasons = [filled["reason"] for filled in admin.get("/v1/orders", params={"account": writer}).json()]
    assert reasons == [None, None, "assigned", "assigned"]
