"""A signed statement: it passes only whole, signed by who may, for this check and target, and before its end."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import Entry
from tests.readiness.evidence_files import NOW, only, source_of, word

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")

STATEMENT = {
    "check": "mine", "statement": "The runbook was exercised.", "by": "ann@example.org", "date": "2026-11-01",
    "expires": "2026-11-21",
}  # fmt: skip


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    public = (folder / "ann.pub").read_text()
    (folder / "signers").write_text(f'ann@example.org namespaces="readiness" {public}')
    return folder


def signed(folder: Path, keys: Path, said: Any, *, key: str = "ann", namespace: str = "readiness") -> Path:
    """A statement as a file with its signature."""
    file = folder / "statement.yaml"
    file.write_text(said if isinstance(said, str) else yaml.safe_dump(said))
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / key), "-n", namespace, str(file)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.copy(keys / "signers", folder)
    return file


def read(folder: Path, *, now: str = NOW, name: str = "mine") -> Entry:
    source = source_of(folder, kind="attestation", file="statement.yaml", signers="signers")
    return only(read_source(name, source, Surroundings("desk"), now=now))


def test_a_good_one_passes_until_its_last_day(tmp_path: Path, keys: Path) -> None:
    signed(tmp_path, keys, STATEMENT)
    assert word(read(tmp_path)) == "passed"
    assert word(read(tmp_path, now="2026-11-21T23:59:59+00:00")) == "passed"
    entry = read(tmp_path, now="2026-11-22T00:00:00+00:00")
    assert word(entry) == "unknown"
    assert "expired on 2026-11-21" in entry.outcome.reason


@pytest.mark.parametrize(
    ("changed", "became", "why"),
    [
        ({"check": "other"}, "unknown", "not for 'mine'"),
        ({"target": "shop"}, "unknown", "for the target 'shop'"),
        ({"date": "2026-11-22", "expires": "2026-11-30"}, "unknown", "dated 2026-11-22"),
        ({"date": "2025-11-01", "expires": "2026-11-30"}, "unknown", "365 at most"),
        ({"by": "eve@example.org"}, "unknown", "does not hold"),
        ({"statement": " "}, "broken", "no statement"),
        ({"expires": "soon"}, "broken", "expires"),
        ({"note": "more"}, "broken", "note"),
    ],
)
def test_one_that_does_not_fit_is_never_a_pass(
    tmp_path: Path, keys: Path, changed: dict[str, str], became: str, why: str
) -> None:
    signed(tmp_path, keys, {**STATEMENT, **changed})
    entry = read(tmp_path)
    assert word(entry) == became
    assert why in entry.outcome.reason


def test_its_own_target_is_fine(tmp_path: Path, keys: Path) -> None:
    signed(tmp_path, keys, {**STATEMENT, "target": "desk"})
    assert word(read(tmp_path)) == "passed"


def test_one_changed_byte_voids_it(tmp_path: Path, keys: Path) -> None:
    file = signed(tmp_path, keys, STATEMENT)
    file.write_text(file.read_text() + "\n")
    entry = read(tmp_path)
    assert word(entry) == "unknown"
    assert "does not hold" in entry.outcome.reason


def test_a_stranger_a_missing_and_a_foreign_signature_void_it(tmp_path: Path, keys: Path) -> None:
    signed(tmp_path, keys, STATEMENT, key="eve")
    assert "does not hold" in read(tmp_path).outcome.reason
    (tmp_path / "statement.yaml.sig").unlink()
    assert "is not signed" in read(tmp_path).outcome.reason
    signed(tmp_path, keys, STATEMENT, namespace="git")
    assert "does not hold" in read(tmp_path).outcome.reason


def test_without_the_list_of_signers_nobody_may_sign(tmp_path: Path, keys: Path) -> None:
    signed(tmp_path, keys, STATEMENT)
    (tmp_path / "signers").unlink()
    assert word(read(tmp_path)) == "unknown"


def test_without_the_program_nothing_is_verified(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(tmp_path, keys, STATEMENT)
    monkeypatch.setenv("PATH", str(tmp_path))
    entry = read(tmp_path)
    assert word(entry) == "unknown"
    assert "ssh-keygen" in entry.outcome.reason


@pytest.mark.parametrize("text", ["- a", "a: [", "a: &x [1]\nb: [*x, *x]", "\x00"])
def test_what_is_no_statement_breaks(tmp_path: Path, keys: Path, text: str) -> None:
    signed(tmp_path, keys, text)
    assert word(read(tmp_path)) == "broken"
