"""Halting, killing and opening trading over HTTP, and across a restart."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, TRADER, RunningDesk, RunningVendor


@pytest.fixture
def own(vendor: RunningVendor, tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk whose state no other test sees."""
    with RunningDesk(tmp_path, vendor.address) as running:
        yield running.ready()


def switch(desk: RunningDesk, state: str, key: str = ADMIN) -> int:
    return desk.client(key).put("/v1/trading", json={"state": state}).status_code


def order(desk: RunningDesk, account: str, key: str, **fields: object) -> httpx.Response:
    body = {"account": account, "contract": "U", "side": "buy", "quantity": 1} | fields
    return desk.client().post("/v1/orders", json=body, headers={"Idempotency-Key": key})


def test_a_halt_lets_orders_rest_and_be_cancelled(own: RunningDesk) -> None:
    account = own.open_account()
    resting = order(own, account, "rests", limit="1.00").json()
    assert switch(own, "halted", TRADER) == 403
    assert switch(own, "halted") == 200
    assert own.client().get("/v1/trading").json() == {"state": "halted"}
    refused = order(own, account, "halted")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "trading_halted")
    assert own.client().get(f"/v1/orders/{resting['id']}").json()["status"] == "OPEN"
    assert own.client().post(f"/v1/orders/{resting['id']}/cancel").json()["status"] == "CANCELLED"
    assert switch(own, "open") == 200
    assert order(own, account, "halted").status_code == 201  # a refusal is not remembered under the key


def test_a_kill_cancels_and_survives_a_restart(own: RunningDesk, vendor: RunningVendor, tmp_path: Path) -> None:
    account = own.open_account()
    taken, resting = order(own, account, "taken").content, order(own, account, "rests", limit="1.00").json()
    assert switch(own, "killed") == 200
    assert own.client().get(f"/v1/orders/{resting['id']}").json()["status"] == "CANCELLED"
    assert order(own, account, "taken").content == taken  # an answer given before is still the answer
    own.stop(signal.SIGKILL)
    with RunningDesk(tmp_path, vendor.address) as again:
        again.ready()
        assert order(again, account, "new").json()["error"]["code"] == "trading_killed"
        assert switch(again, "open") == 200
        assert order(again, account, "new").status_code == 201
