"""Damaged files: what is changed, that it comes back, and that nothing outside the target's own folder is touched."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from readiness.errors import UsageError
from readiness.faults.data import Damaged
from tests.readiness.faults.undone import undone_after_sigkill

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """2048 bytes."""
    path = tmp_path / "data"
    path.write_bytes(CONTENT)
    return path


def run(fault: Damaged, *steps: str) -> None:
    for step in steps:
        asyncio.run(getattr(fault, step)())


def test_one_bit_of_each_block_is_flipped_and_comes_back(tmp_path: Path, file: Path) -> None:
    fault = Damaged(tmp_path, file, every=512, offset=100)
    assert fault.witness() == {}
    run(fault, "arm", "arm")
    found = file.read_bytes()
    assert [place for place in range(2048) if found[place] != CONTENT[place]] == [100, 612, 1124, 1636]
    assert found[100] ^ CONTENT[100] == 1
    run(fault, "disarm", "disarm")
    assert file.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [file]
    witness = fault.witness()
    assert witness["before"] == hashlib.sha256(CONTENT).hexdigest()
    assert witness["after"] == hashlib.sha256(found).hexdigest()


def test_the_end_is_cut_off(tmp_path: Path, file: Path) -> None:
    fault = Damaged(tmp_path, file, kind="truncate", keep=0.25)
    run(fault, "arm")
    assert file.read_bytes() == CONTENT[:512]
    assert fault.witness()["bytes"] == 512
    run(fault, "disarm")
    assert file.read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["flip", "truncate"])
def test_an_empty_file_cannot_be_damaged(tmp_path: Path, file: Path, kind: str) -> None:
    file.write_bytes(b"")
    fault = Damaged(tmp_path, file, kind=kind)
    run(fault, "arm", "disarm")
    assert fault.witness() == {}


def test_only_the_targets_own_folder(tmp_path: Path, file: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "link").symlink_to(file)
    for path in (file, own / "link", own / ".." / "data"):
        with pytest.raises(UsageError, match="does not lie in"):
            Damaged(own, path)
    with pytest.raises(UsageError, match="unknown damage 'melt'"):
        Damaged(tmp_path, file, kind="melt")


@pytest.mark.parametrize("kind", ["flip", "truncate"])
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, kind: str) -> None:
    undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.data import Damaged
        target = None
        (scratch / "data").write_bytes(bytes(4096))
        fault = Damaged(scratch, scratch / "data", kind={kind!r})
        await fault.arm()
        """,
    )
