"""Large texts only."""

import pytest

from checks.performance.compression import compression
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds, reply


def _recording(length: int, kind: str = "application/json", encoding: str = "gzip") -> Recording:
    headers = {"content-encoding": encoding} if encoding else {}
    plain, asked = reply(length=length, headers={"content-type": kind}), reply(headers=headers)
    return Recording(facts={"reads": {"items": plain}, "compressed": {"items": asked}})


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_the_encoding_decides(encoding: str) -> None:
    assert holds(compression(_recording(10_000, encoding=encoding))) is bool(encoding)


@pytest.mark.parametrize("given", [_recording(9_999), _recording(50_000, "image/png")])
def test_small_replies_and_pictures_do_not_count(given: Recording) -> None:
    assert isinstance(compression(given), NotApplicable)


def test_without_reads_nothing_is_known() -> None:
    assert isinstance(compression(Recording()), Unknown)
