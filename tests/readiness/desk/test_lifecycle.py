"""Start, stop, kill, run full, back up and restore: what happens to a desk's process and to what it promised."""

import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.readiness.desk.running import ADMIN, Running, RunningDesk, RunningVendor, eventually


@pytest.fixture
def own(vendor: RunningVendor, tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk that the test may end."""
    with RunningDesk(tmp_path, vendor.address) as desk:
        yield desk.ready()


def test_a_desk_is_alive_and_ready_soon(vendor: RunningVendor, tmp_path: Path) -> None:
    began = time.monotonic()
    with RunningDesk(tmp_path, vendor.address) as desk:
        assert desk.client(None).get("/health/live").status_code == 200
        alive = time.monotonic() - began
        desk.ready()
        ready = time.monotonic() - began
    assert alive < 20  # 1.5 s on an idle machine
    assert ready < 30


def test_stopping_finishes_what_was_begun(vendor: RunningVendor, tmp_path: Path) -> None:
    statuses = []
    for place in ("first", "second", "third"):  # half a second is soon over where the machine stands still
        (tmp_path / place).mkdir()
        with RunningDesk(tmp_path / place, vendor.address) as desk:
            statuses.append(readiness_while_stopping(desk.ready()))
            assert desk.wait() == 0
            with pytest.raises(httpx.ConnectError):
                desk.client(None).get("/health/live")
        if statuses[-1]:
            break
    assert statuses[-1] == 503


def readiness_while_stopping(desk: RunningDesk) -> int:
    """Its status while a request is under way; 0 where it took no connection any more when we came to ask."""
    anyone, trader = desk.client(None), desk.client()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(trader.get, "/v1/slow", params={"seconds": 2})
        eventually(lambda: "\nhttp_requests_in_flight 2\n" in anyone.get("/metrics").text, 10)  # itself is one of them
        desk.process.send_signal(signal.SIGTERM)
        sent, status = time.monotonic(), 200
        try:
            while status == 200:
                status = anyone.get("/health/ready").status_code
        except httpx.TransportError:
            assert time.monotonic() - sent > 0.4, "nobody was told that it is no longer ready"
            status = 0
        assert slow.result().status_code == 200
    return status


def test_what_was_answered_survives_a_kill(vendor: RunningVendor, own: RunningDesk, tmp_path: Path) -> None:
    account = own.open_account("0.00")
    client = own.client()
    kept = 0
    try:
        while True:
            client.post(f"/v1/accounts/{account}/deposits", json={"amount": "1.00"}).raise_for_status()
            kept += 1
            if kept == 11:
                threading.Timer(0.2, own.process.kill).start()
    except httpx.HTTPError:
        own.wait()
    with RunningDesk(tmp_path, vendor.address) as again:
        state = again.ready().client().get(f"/v1/accounts/{account}").json()
        ledger = again.client().get(f"/v1/accounts/{account}/ledger").json()
    assert kept > 10
    assert float(state["cash"]) in (kept, kept + 1)  # the last one may have been committed and not answered
    assert ledger["balance"] == state["cash"]


def test_a_backup_under_load_restores_to_the_same_state(
    vendor: RunningVendor, own: RunningDesk, tmp_path: Path
) -> None:
    account = own.open_account("0.00")
    client, stop = own.client(), threading.Event()

    def deposit() -> None:
        while not stop.is_set():
            client.post(f"/v1/accounts/{account}/deposits", json={"amount": "1.00"}).raise_for_status()

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(deposit) for _ in range(4)]
        time.sleep(0.3)
        backup = own.client(ADMIN).post("/v1/backups").json()
        stop.set()
    assert [writer.result() for writer in writers] == [None] * 4
    assert Path(backup["file"]).stat().st_mode & 0o077 == 0
    folder = tmp_path / "restored"
    with RunningDesk(folder, vendor.address, "--restore", backup["file"]) as restored:
        state = restored.ready().client().get(f"/v1/accounts/{account}").json()
        ledger = restored.client().get(f"/v1/accounts/{account}/ledger").json()
        assert len(ledger["postings"]) == backup["tables"]["postings"]["rows"]
        assert float(state["cash"]) == len(ledger["postings"]) - 1 == state["version"] - 1
        assert restored.stop() == 0
    with RunningDesk(folder, vendor.address, "--restore", backup["file"]) as refused:
        assert refused.wait() == 1
        assert "exists" in refused.output


def test_a_damaged_backup_is_refused(vendor: RunningVendor, own: RunningDesk, tmp_path: Path) -> None:
    file = Path(own.client(ADMIN).post("/v1/backups").json()["file"])
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    with RunningDesk(tmp_path / "restored", vendor.address, "--restore", str(file)) as refused:
        assert refused.wait() == 1
        assert "not a usable backup" in refused.output
    assert not list((tmp_path / "restored").glob("*.duckdb"))


def exhaust(desk: RunningDesk, limit: int = 60) -> list[socket.socket]:
    """Open connections until the desk has no descriptor left."""
    resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
    host, port = desk.address.removeprefix("http://").split(":")
    crowd: list[socket.socket] = []
    try:
        crowd.extend(socket.create_connection((host, int(port))) for _ in range(limit + 20))
    except OSError:
        for connection in crowd:
            connection.close()
        raise
    return crowd


def test_running_out_of_descriptors_is_survived(own: RunningDesk) -> None:
    crowd = exhaust(own)
    time.sleep(1.5)
    for connection in crowd:
        connection.close()
    eventually(lambda: answers(own), 5)
    assert own.process.poll() is None


def answers(desk: RunningDesk) -> bool:
    try:
        return desk.client().get("/v1/quotes/U").status_code == 200
    except httpx.HTTPError:
        return False


def test_two_desks_do_not_share_a_database(vendor: RunningVendor, own: RunningDesk, tmp_path: Path) -> None:
    with RunningDesk(tmp_path, vendor.address) as second:
        assert second.wait() == 1
        assert "cannot be opened" in second.output
        assert "Traceback" not in second.output


def test_bad_settings_are_all_named_at_once() -> None:
    began = time.monotonic()
    with Running("readiness.desk", environment={"DESK_POOL_SIZE": "many", "DESK_POOLSIZE": "8"}) as desk:
        assert desk.wait() == 2
    assert time.monotonic() - began < 20
    assert "DESK_POOL_SIZE = 'many'" in desk.output
    assert "DESK_POOLSIZE is not a setting; right would be: DESK_POOL_SIZE" in desk.output
    assert "DESK_VENDOR_URL is missing" in desk.output
    assert "Traceback" not in desk.output


def test_files_are_the_owners_alone(own: RunningDesk, tmp_path: Path) -> None:
    assert (tmp_path / "desk.duckdb").stat().st_mode & 0o077 == 0
    assert (tmp_path / "desk.duckdb").stat().st_uid == os.getuid()
