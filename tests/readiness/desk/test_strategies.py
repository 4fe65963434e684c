"""A program is stopped after its orders, over HTTP, among callers, and across a restart."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.readiness.desk.running import ADMIN, RunningDesk, RunningVendor

MOST = {"DESK_STRATEGY_EXECUTIONS": "5"}


def order(
    trader: httpx.Client, account: str, key: str, strategy: str | None = "loop", quantity: int = 1
) -> httpx.Response:
    body = {"account": account, "contract": "U", "side": "buy", "quantity": quantity, "strategy": strategy}
    return trader.post("/v1/orders", json=body, headers={"Idempotency-Key": key})


def test_a_program_is_stopped_until_an_administrator_enables_it(vendor: RunningVendor, tmp_path: Path) -> None:
    with RunningDesk(tmp_path, vendor.address, **MOST) as desk:
        trader, account = desk.ready().client(), desk.open_account()
        assert order(trader, account, "too dear", quantity=4000).status_code == 409  # refused: not counted
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(lambda number: order(trader, account, f"key {number}"), range(9)))
        assert sorted(reply.status_code for reply in replies) == [201] * 5 + [409] * 4
        codes = {reply.json()["error"]["code"] for reply in replies if reply.status_code == 409}
        assert codes == {"strategy_stopped"}
        assert order(trader, account, "human", None).status_code == 201
        assert order(trader, account, "another", "other").status_code == 201
        desk.stop(signal.SIGKILL)
    with RunningDesk(tmp_path, vendor.address, **MOST) as again:
        trader, admin = again.ready().client(), again.client(ADMIN)
        assert order(trader, account, "after a restart").status_code == 409
        stopped = {"name": "loop", "executions": 5, "most": 5, "stopped": True}
        assert trader.get("/v1/strategies/loop").json() == stopped
        assert trader.put("/v1/strategies/loop/enabled").status_code == 403
        assert admin.put("/v1/strategies/loop/enabled").json() == stopped | {"executions": 0, "stopped": False}
        assert order(trader, account, "enabled").status_code == 201
