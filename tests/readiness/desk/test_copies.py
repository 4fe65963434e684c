"""Copies of a limited age: old ones are shown where they are planted, and a healthy desk keeps none."""

from collections.abc import Iterator

import pytest

from readiness.desk import copies, defects
from readiness.desk.copies import Copies, planted_copies


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    yield
    defects.arm([])


def _shown(copied: Copies, times: int) -> list[int]:
    """What is shown of an account that grows with every look at the store."""
    store = iter(range(100))
    return [copied.get("a", lambda _: next(store)) for _ in range(times)]  # type: ignore[arg-type, return-value]


def test_a_copy_is_shown_until_it_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 0.4, 0.6, 0.6, 0.7))
    monkeypatch.setattr(copies.time, "monotonic", lambda: next(clock))
    assert _shown(Copies(0.5), 4) == [0, 0, 1, 1]


def test_a_replica_that_lags_is_asked_every_second_time() -> None:
    assert _shown(Copies(60.0, every_second=True), 6) == [0, 1, 2, 1, 3, 1]


def test_only_a_planted_defect_keeps_copies() -> None:
    assert planted_copies() is None
    for name in ("stale-reads", "lagging-replica", "snapshot-reads"):
        defects.arm([name])
        assert planted_copies() is not None
