"""A backup that was damaged anywhere is refused by its name, or restores exactly what it held."""

import random
from pathlib import Path

import pytest

from readiness.desk import backup
from readiness.desk.errors import StartupError
from readiness.desk.store import Store
from tests.readiness.desk.test_store import add, count

DAMAGES = 200


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    store = Store(folder / "desk.duckdb", 1)
    try:
        with store.transaction() as connection:
            for number in range(50):
                add(connection, f"key {number}")
        return backup.create(store, folder / "backups").file
    finally:
        store.close()


def outcome(content: bytes, folder: Path) -> str:
    """Return what became of restoring these bytes: refused, or the number of rows that came back."""
    folder.mkdir()
    damaged, database = folder / "damaged.tar.gz", folder / "restored.duckdb"
    damaged.write_bytes(content)
    try:
        backup.restore(damaged, database)
    except StartupError as error:
        said, left = str(error), list(folder.iterdir())
    else:
        said, left = "", []
    if said:
        assert f"{str(damaged)!r} is not a usable backup" in said
        assert left == [damaged], "something was left behind"
        return "refused"
    restored = Store(database, 1)
    try:
        return str(count(restored))
    finally:
        restored.close()


def test_any_damaged_byte_is_found_or_harmless(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    chance = random.Random(7)
    found = set()
    for number in range(DAMAGES):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        found.add(outcome(bytes(content), tmp_path / str(number)))
    assert "refused" in found
    assert found <= {"refused", "50"}


@pytest.mark.parametrize("part", [0, 1, 5, 10, 50, 90])  # the last hundredth is padding: without it, nothing is lost
def test_a_backup_cut_short_is_refused(archive: Path, tmp_path: Path, part: int) -> None:
    whole = archive.read_bytes()
    assert outcome(whole[: len(whole) * part // 100], tmp_path / "cut") == "refused"


def test_an_undamaged_backup_restores(archive: Path, tmp_path: Path) -> None:
    assert outcome(archive.read_bytes(), tmp_path / "whole") == "50"
