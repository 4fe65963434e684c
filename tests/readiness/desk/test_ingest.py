"""Market data on its way in: what comes late or twice changes nothing, and a vendor that is back is asked at once."""

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, RunningDesk, RunningVendor


@pytest.fixture
def admin(desk: RunningDesk) -> httpx.Client:
    return desk.client(ADMIN)


def ingest(admin: httpx.Client) -> dict[str, object]:
    counts: dict[str, object] = admin.post("/v1/ingest/quotes", json={"symbol": "U"}).raise_for_status().json()
    return counts


def test_late_and_repeated_messages_are_dropped_and_counted(admin: httpx.Client, vendor: RunningVendor) -> None:
    vendor.control(fault="reordered")
    seen, counts = [], []
    for second in range(4):  # held, so that no further quote falls due between the two
        now = f"2025-03-10T16:00:{second:02}Z"
        admin.put("/v1/clock", json={"now": now, "running": False}).raise_for_status()
        counts.append(ingest(admin))
        seen.append(admin.get("/v1/quotes/U").json()["at"])
    assert seen[0] == seen[1] == seen[2] < seen[3]
    assert [count["reasons"] for count in counts] == [{}, {"out_of_order": 2}, {"duplicate": 2}, {}]
    assert [count["rejected"] for count in counts] == [0, 2, 2, 0]


def test_a_vendor_that_is_back_is_asked_at_once(admin: httpx.Client, vendor: RunningVendor) -> None:
    admin.get("/v1/quotes/U").raise_for_status()
    vendor.control(fault="error")
    admin.put("/v1/clock", json={"now": "2025-03-10T17:00:00Z"})
    assert admin.get("/v1/quotes/U").json()["age_seconds"] > 60
    vendor.control(fault="none")
    ingest(admin)
    admin.put("/v1/clock", json={"now": "2025-03-10T18:00:00Z"})
    assert admin.get("/v1/quotes/U").json()["age_seconds"] < 60
