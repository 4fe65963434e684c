"""What becomes of the calls of a scenario that ends badly: they are counted, and what was recorded can be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.measure import recorder as recorder_module
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.model import Sample

SAMPLES = [
    Sample(0.1, 0.02, 0.0, "quote", "peak", 200, ""),
    Sample(0.2, 0.03, 0.0, "quote", "peak", 200, ""),
    Sample(0.3, 1.0, 0.001, "order", "peak", 0, "timeout"),
]
COUNTS = [["quote", "peak", 200, "", 2], ["order", "peak", 0, "timeout", 1]]


def record(folder: Path) -> Recorder:
    made = Recorder(folder, "some")
    made.phase("peak")
    for sample in SAMPLES:
        made.sample(sample)
    return made


def counts(folder: Path) -> list[Any]:
    lines = [json.loads(line) for line in (folder / "some.jsonl").read_text().splitlines()]
    return [line["counts"] for line in lines if line["kind"] == "calls"]


def test_calls_are_counted_and_nothing_but_the_parquet_file_stays(tmp_path: Path) -> None:
    made = record(tmp_path)
    with made.ending():
        assert list(made.samples) == SAMPLES, "a scenario may look at what it has recorded"
    assert counts(tmp_path) == [COUNTS]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.jsonl", "some.parquet"]
    assert read_recording(tmp_path, "some").samples.rows == tuple(SAMPLES)


def test_they_are_counted_even_where_the_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(recorder_module, "write_samples", fail)
    with pytest.raises(OSError, match="full"), record(tmp_path).ending():
        pass
    assert counts(tmp_path) == [COUNTS]
    found = read_recording(tmp_path, "some")
    assert not found.complete
    assert found.samples.rows == tuple(SAMPLES), "the spool is still there"


def test_a_scenario_that_crashes_leaves_its_calls_and_no_end(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), record(tmp_path).ending():
        raise ZeroDivisionError
    found = read_recording(tmp_path, "some")
    assert not found.complete
    assert found.samples.rows == tuple(SAMPLES)


def test_keys_differ_and_come_again_with_the_seed(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "again")]
    for folder in folders:
        folder.mkdir()
    made = []
    for folder in folders:
        recorder = Recorder(folder, "some")
        with recorder.ending():
            made.append([recorder.key() for _ in range(100)])
    assert len(set(made[0])) == 100
    assert made[0] == made[1]
