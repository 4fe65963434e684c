"""Evidence as tools write it, in a folder of a test, and how it is read there."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import Entry, Reading
from readiness.evidence.source import AnySource

NOW = "2026-11-21T12:00:00+00:00"
SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


def source_of(folder: Path, **given: Any) -> AnySource:
    """A source as the settings have it, with its files in ``folder``."""
    return SOURCE.validate_python({"folder": str(folder), **given})


def read_text(folder: Path, text: str | bytes, kind: str, **given: Any) -> Reading:
    """What is read of a file with this text."""
    (folder / "file").write_bytes(text if isinstance(text, bytes) else text.encode())
    source = source_of(folder, kind=kind, file="file", **given)
    return read_source("mine", source, Surroundings("desk", scratch=folder / "scratch"), now=NOW)


def read_data(folder: Path, data: Any, kind: str, **given: Any) -> Reading:
    """What is read of a JSON file with this content."""
    return read_text(folder, json.dumps(data), kind, **given)


def only(reading: Reading) -> Entry:
    """The one entry of a reading."""
    assert len(reading.entries) == 1, reading.entries
    return reading.entries[0]


def words(reading: Reading) -> dict[str, str]:
    """Name -> passed, failed, unknown, broken or measured."""
    return {entry.name: word(entry) for entry in reading.entries}


def word(entry: Entry) -> str:
    """What became of an entry, in a word."""
    outcome = entry.outcome
    return {True: "passed", False: "failed"}[outcome.passed] if outcome.kind == "fact" else outcome.kind
