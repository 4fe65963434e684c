"""What is read of a source is whole, in date order, and keeps no secret; a file in the way of reading breaks nothing."""

import os
from pathlib import Path

import pytest

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import MAX_BYTES, Entry, Reading, moment, named, plain, read_reading, write_reading
from readiness.evidence.source import belongs, stored
from readiness.model import Fact
from tests.readiness.evidence_files import NOW, only, source_of, word

KINDS = ("junit", "sarif", "k6")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_there_is_unknown(tmp_path: Path, kind: str) -> None:
    entry = only(read_source("mine", source_of(tmp_path, kind=kind, file="nothing"), Surroundings(), now=NOW))
    assert word(entry) == "unknown"
    assert "nothing: No such file" in entry.outcome.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_and_a_folder_are_no_files(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        entry = only(read_source("mine", source_of(tmp_path, kind=kind, file=name), Surroundings(), now=NOW))
        assert word(entry) == "broken"


@pytest.mark.parametrize("kind", KINDS)
def test_a_huge_file_is_refused(tmp_path: Path, kind: str) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    entry = only(read_source("mine", source_of(tmp_path, kind=kind, file="huge"), Surroundings(), now=NOW))
    assert word(entry) == "broken"
    assert "more than" in entry.outcome.reason


@pytest.mark.parametrize("kind", ["sarif", "k6"])
def test_deeply_nested_json_breaks_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "deep").write_text("[" * 200_000)
    assert (
        word(only(read_source("mine", source_of(tmp_path, kind=kind, file="deep"), Surroundings(), now=NOW)))
        == "broken"
    )


def test_a_reading_comes_back_as_it_was_without_secrets(tmp_path: Path) -> None:
    entry = Entry(name="a", title="it", outcome=Fact(False, 'said "s3cret-value"'))
    write_reading(tmp_path, "mine", Reading(origin="x", read=NOW, entries=(entry,)), ['"s3cret-value"', "short"])
    text = (tmp_path / "evidence-mine.json").read_text()
    assert "s3cret-value" not in text
    read = read_reading(tmp_path, "mine")
    assert read is not None
    assert read.entries[0].outcome.reason == "said ********"
    assert read_reading(tmp_path, "other") is None
    (tmp_path / "evidence-mine.json").write_text(text[:100])
    damaged = read_reading(tmp_path, "mine")
    assert damaged is not None
    assert word(only(damaged)) == "broken"


def test_names_are_made_usable_and_unique() -> None:
    entries = named(
        Entry(name=name, title="t", outcome=Fact(True, "")) for name in ("a/b::c[1]", "a.b.c.1", "", "", "***")
    )
    assert [entry.name for entry in entries] == ["a.b.c.1", "a.b.c.1-2", "", "source-2", "unnamed"]
    assert plain("x" * 500) == "x" * 160


@pytest.mark.parametrize(
    ("text", "meant"),
    [("2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00"), ("2026-11-21T10:00:00+02:00", "2026-11-21T08:00:00+00:00"),
     ("2026-11-21T10:00:00", "2026-11-21T10:00:00+00:00"), ("yesterday", ""), (None, "")],
)  # fmt: skip
def test_a_stated_time_is_read_as_utc(text: object, meant: str) -> None:
    assert moment(text) == meant


def test_what_is_stored_holds_no_environment(tmp_path: Path) -> None:
    source = stored(source_of(tmp_path, kind="pytest", tests="t", environment={"KEY": "s3cret"}))
    assert "s3cret" not in source.model_dump_json()


def test_an_id_belongs_to_the_source_before_its_first_dot() -> None:
    assert belongs("unit", ["unit"])
    assert belongs("unit.a.b", ["unit"])
    assert not belongs("units.a", ["unit"])
