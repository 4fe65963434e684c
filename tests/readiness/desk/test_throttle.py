"""The limit of orders per second, at any moment of the second, and over HTTP."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.desk import throttle
from readiness.desk.errors import Problem
from tests.readiness.desk.running import RunningDesk, RunningVendor

WAITS = st.lists(st.floats(0.0, 0.5), max_size=60)


def admitted(monkeypatch: pytest.MonkeyPatch, per_second: int, times: list[float]) -> list[float]:
    """Those of the times at which an order passes."""
    limit, passed = throttle.Throttle(per_second), []
    for now in times:
        monkeypatch.setattr(throttle.time, "monotonic", lambda now=now: now)
        try:
            limit.admit("account")
        except Problem:
            continue
        passed.append(now)
    return passed


@settings(derandomize=True, deadline=None)
@given(per_second=st.integers(1, 8), waits=WAITS)
def test_no_second_sees_more_than_the_limit_and_none_that_is_allowed_is_refused(
    per_second: int, waits: list[float]
) -> None:
    times = [100.0 + sum(waits[:count]) for count in range(len(waits) + 1)]
    with pytest.MonkeyPatch.context() as patch:
        passed = admitted(patch, per_second, times)
    for now in times:
        before = [one for one in passed if one <= now and now - one < throttle.WINDOW_SECONDS]
        assert len(before) <= per_second
        assert now in passed or len(before) == per_second


def test_accounts_do_not_share_the_limit() -> None:
    limit = throttle.Throttle(1)
    limit.admit("one")
    limit.admit("other")
    with pytest.raises(Problem, match="1 orders within a second"):
        limit.admit("one")


def test_an_order_beyond_the_limit_is_told_to_come_back(vendor: RunningVendor, tmp_path: Path) -> None:
    with RunningDesk(tmp_path, vendor.address, DESK_ORDERS_PER_SECOND="1") as desk:
        trader, account = desk.ready().client(), desk.open_account()
        body = {"account": account, "contract": "U", "side": "buy", "quantity": 1, "limit": "1.00"}
        replies = [trader.post("/v1/orders", json=body, headers={"Idempotency-Key": str(n)}) for n in range(9)]
        refused = next(reply for reply in replies if reply.status_code == 429)
        assert refused.json()["error"]["code"] == "too_many_orders"
        assert refused.headers["Retry-After"] == "1"
        first = trader.post("/v1/orders", json=body, headers={"Idempotency-Key": "0"})
        assert (first.status_code, first.content) == (201, replies[0].content)  # a repetition is no new order
