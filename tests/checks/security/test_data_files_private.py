"""Modes, one bit more or less."""

import pytest

from checks.security.data_files_private import data_files_private
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*modes: int, secret: bool = False, umask: int = 0o022) -> Recording:
    files = [{"name": f"data-{n}", "mode": mode, "secret": secret} for n, mode in enumerate(modes)]
    return Recording(facts={"files": {"umask": umask, "files": files, "count": len(files)}})


@pytest.mark.parametrize(
    "given",
    [_recording(0o644, 0o600), _recording(0o640, secret=True), _recording(0o664, umask=0o002), _recording(0o755)],
)
def test_private_files_pass(given: Recording) -> None:
    assert holds(data_files_private(given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(0o600, 0o646), "1 of 2 files; the first: data-1 has mode 0646, others may write it"),
        (_recording(0o664), "mode 0664"),
        (_recording(0o666, umask=0o000), "mode 0666"),
        (_recording(0o644, secret=True), "others may read a secret in it"),
    ],
)
def test_open_files_fail(given: Recording, reason: str) -> None:
    assert not holds(data_files_private(given), reason)


def test_files_that_were_not_seen_are_unknown() -> None:
    assert isinstance(data_files_private(Recording()), Unknown)


def test_without_files_it_is_not_applicable() -> None:
    assert isinstance(data_files_private(_recording()), NotApplicable)
