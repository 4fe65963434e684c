"""The store: a pool that grows first and waits last, and transactions that leave nothing half done."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from readiness.desk import store as module
from readiness.desk.errors import Problem
from readiness.desk.store import Connection, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "desk.duckdb", 2)
    yield opened
    opened.close()


def count(store: Store) -> int:
    with store.connection() as connection:
        row = connection.execute("SELECT count(*) FROM answers").fetchone()
    assert row is not None
    return int(row[0])


def add(connection: Connection, key: str = "key") -> None:
    connection.execute("INSERT INTO answers VALUES (?, '', '')", [key])


def test_the_pool_grows_at_once_and_reuses(store: Store) -> None:
    began = time.monotonic()
    with store.connection(), store.connection():
        assert store.states() == {"idle": 0, "in_use": 2, "max": 2}
    assert time.monotonic() - began < 1
    assert store.states() == {"idle": 2, "in_use": 0, "max": 2}


def test_a_full_pool_waits_and_then_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ACQUIRE_SECONDS", 0.1)
    with store.connection(), store.connection(), pytest.raises(Problem, match="all 2 connections"), store.connection():
        pass


def test_a_waiting_request_gets_the_first_that_is_free(store: Store) -> None:
    got = threading.Event()

    def borrow() -> None:
        with store.connection():
            got.set()

    with store.connection(), store.connection():
        waiting = threading.Thread(target=borrow)
        waiting.start()
        assert not got.wait(0.1)
    waiting.join(2)
    assert got.is_set()


def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    def work(connection: Connection) -> None:
        add(connection)
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        store.write(work)
    assert count(store) == 0
    assert store.states()["in_use"] == 0


def test_conflicting_writers_all_succeed(store: Store) -> None:
    store.write(add)

    def work(connection: Connection) -> None:
        connection.execute("UPDATE answers SET body = body || 'x'")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: store.write(work), range(40)))
    with store.connection() as connection:
        assert connection.execute("SELECT length(body) FROM answers").fetchone() == (40,)


def test_a_hopeless_conflict_is_a_problem(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", 2)
    store.write(add)
    with pytest.raises(Problem, match="concurrent writes"):
        store.write(add)


def test_an_unread_result_does_not_keep_its_transaction(store: Store) -> None:
    store.write(lambda connection: connection.execute("INSERT INTO answers SELECT range, '', '' FROM range(5000)"))
    with store.connection() as connection:
        connection.execute("SELECT * FROM answers").fetchone()
    with store.connection() as connection:
        connection.begin()  # refused inside a transaction
        connection.rollback()


def test_closing_does_not_wait_for_a_transaction(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.duckdb", 2)
    store.write(add)
    with store.connection() as busy:
        busy.begin()
        busy.execute("UPDATE answers SET body = 'x'")
        began = time.monotonic()
        store.close()
        assert time.monotonic() - began < 2


def test_everything_is_in_the_file_after_closing(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.duckdb", 4)
    store.write(add)
    with store.connection() as first, store.connection():
        first.execute("SELECT * FROM answers").fetchone()
    store.write(lambda connection: connection.execute("UPDATE answers SET body = 'x'"))
    store.close()
    assert not (tmp_path / "desk.duckdb.wal").exists()
    again = Store(tmp_path / "desk.duckdb", 4)
    assert count(again) == 1
    again.close()
