"""History: what a file of bars becomes, line by line."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from readiness.desk.errors import Problem
from readiness.desk.history import HEADER, History
from readiness.desk.store import Store
from readiness.desk.vendor_client import Vendor

MONDAY = "2025-03-10T13:{minute:02}:00Z,{open},31.00,29.00,{close},100"


class FileVendor:
    """A vendor that sends given lines."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def save_history(self, file: Path, query: Mapping[str, str]) -> None:
        file.write_text("\n".join(self.lines) + "\n")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "desk.duckdb", 2)
    yield opened
    opened.close()


def ingest(store: Store, folder: Path, *lines: str) -> dict[str, object]:
    return History(store, cast(Vendor, FileVendor(*lines)), folder).ingest("U", {})


def bar(minute: int, opened: str = "30.00", close: str = "30.50") -> str:
    return MONDAY.format(minute=minute, open=opened, close=close)


def test_each_broken_line_is_counted_and_refuses_only_itself(store: Store, tmp_path: Path) -> None:
    broken = ["", "a,b", bar(31) + bar(32), bar(33, "nan"), bar(34, "-1.00"), bar(35, "40.00"), "x" + bar(36)]
    counts = ingest(store, tmp_path, HEADER, bar(30), *broken[1:], bar(37))
    assert (counts["received"], counts["stored"], counts["rejected"]) == (8, 2, 6)
    reasons = {"not_a_number": 3, "out_of_range": 1, "inconsistent": 1, "no_time": 1}
    assert counts["reasons"] == reasons


def test_bars_are_stored_once_even_within_a_file(store: Store, tmp_path: Path) -> None:
    counts = ingest(store, tmp_path, HEADER, bar(30), bar(30), bar(31))
    assert (counts["stored"], counts["reasons"]) == (2, {"duplicate": 1})
    assert ingest(store, tmp_path, HEADER, bar(31), bar(32))["stored"] == 1


def test_the_day_opens_with_the_first_bar_and_closes_with_the_last(store: Store, tmp_path: Path) -> None:
    ingest(store, tmp_path, HEADER, bar(32, close="30.75"), bar(30, "29.50"), bar(31))
    history = History(store, cast(Vendor, FileVendor()), tmp_path)
    found = json.loads(history.daily("U", date(2025, 3, 10), date(2025, 3, 10)))
    (day,) = found["days"]
    assert (day["open"], day["high"], day["low"], day["close"]) == ("29.5000", "31.0000", "29.0000", "30.7500")
    assert (day["volume"], found["rows"]) == (300, 3)
    assert json.loads(history.daily("U", date(2025, 3, 11), date(2025, 3, 12)))["days"] == []


def test_another_form_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="agreed form"):
        ingest(store, tmp_path, "<html>", "sorry")
