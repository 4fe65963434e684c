"""What was read of one source of evidence, as recordings/evidence-<name>.json keeps it; judging it is pure from here on."""

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from readiness.model import Broken, Category, Outcome, Severity, Unknown
from readiness.report import AnyOutcome, Frozen

MAX_BYTES = 32 * 1024 * 1024
MAX_ENTRIES = 2000
"""Beyond this nobody reads a report; a source so large is to be split."""
MAX_TEXT = 400
SECRET_LENGTH = 8  # shorter ones would mask ordinary words


class Entry(Frozen):
    """One thing that a source says. ``name`` is empty for the source as a whole."""

    name: str = ""
    title: str
    outcome: AnyOutcome
    category: Category | None = None
    severity: Severity | None = None
    weight: float | None = None
    location: str = ""
    reproduce: str = ""


class Reading(Frozen):
    """All that one source says, and where it comes from."""

    origin: str
    """What made it, in a few words: "Bandit 1.8.0, bandit.sarif"."""
    read: str
    """When it was read (UTC)."""
    made: str = ""
    """When it was made (UTC): as it states itself, else as its file does; empty where that is when it was read."""
    sha256: str = ""
    entries: tuple[Entry, ...]


class Unusable(Exception):  # noqa: N818 - it says that nothing can be said, which is a result
    """A source that cannot be used, and why; ``broken`` where it is malformed rather than missing or empty."""

    def __init__(self, reason: str, *, broken: bool = False, made: str = "") -> None:
        super().__init__(reason)
        self.outcome: Outcome = Broken(reason) if broken else Unknown(reason)
        self.made = made


class Document(Frozen):
    """A file as it was read, in one piece."""

    name: str
    content: bytes
    modified: str

    @property
    def sha256(self) -> str:
        """The fingerprint of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def read_document(folder: str, name: str, *, most: int = MAX_BYTES) -> Document:
    """Read a regular file of at most ``most`` bytes; Unusable says why there is none."""
    path = Path(folder) / name
    try:
        # Not blocking, so that a pipe in its place cannot hold us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise Unusable(f"{name}: {error.strerror}: nothing was brought") from None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise Unusable(f"{name}: is no regular file", broken=True)
        content = file.read(most + 1)
    if len(content) > most:
        raise Unusable(f"{name}: holds more than {most} bytes", broken=True)
    if not content.strip():
        raise Unusable(f"{name}: is empty")
    return Document(name=name, content=content, modified=utc(state.st_mtime))


def read_json(document: Document) -> dict[str, Any]:
    """Decode a document that must be one JSON object."""
    try:
        data = json.loads(document.content)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{document.name}: not readable as JSON: {error}", broken=True) from None
    if not isinstance(data, dict):
        raise Unusable(f"{document.name}: is not a JSON object", broken=True)
    return data


def utc(seconds: float) -> str:
    """A moment (seconds since 1970) as a report writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def moment(text: object) -> str:
    """Return a time that a file states (ISO 8601; UTC where it names no zone) as UTC, or an empty string."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def short(text: object, most: int = MAX_TEXT) -> str:
    """One line of at most ``most`` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def plain(name: str) -> str:
    """Return a name that may stand behind a source's name in a check's id: letters, digits, ``_ - .``."""
    kept = "".join(c if c.isalnum() or c in "_-." else "." for c in name)
    parts = [part.strip("-") for part in kept.split(".")]
    return ".".join(part for part in parts if part)[:160] or "unnamed"


def named(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give each entry a name of its own; a second one of a name is numbered. Unusable where there are too many."""
    result: list[Entry] = []
    seen: dict[str, int] = {}
    taken: set[str] = set()
    for entry in entries:
        if len(result) == MAX_ENTRIES:
            raise Unusable(f"holds more than {MAX_ENTRIES} results; right would be several sources", broken=True)
        name = base = plain(entry.name) if entry.name else ""
        while name in taken:
            seen[base] = seen.get(base, 1) + 1
            name = f"{base}-{seen[base]}" if base else f"source-{seen[base]}"
        taken.add(name)
        result.append(entry.model_copy(update={"name": name}))
    return tuple(result)


def file_of(name: str) -> str:
    """The name of a reading's file among the recordings."""
    return f"evidence-{name}.json"


def write_reading(folder: Path, name: str, reading: Reading, secrets: Iterable[str] = ()) -> None:
    """Write a reading as a whole or not at all, with every secret masked."""
    text = json.dumps(reading.model_dump(mode="json"), indent=1)
    for secret in secrets:
        if len(secret) >= SECRET_LENGTH:
            text = text.replace(json.dumps(secret)[1:-1], "********")
    partial = folder / f".{file_of(name)}.partial"
    partial.write_text(text)
    partial.replace(folder / file_of(name))


def read_reading(folder: Path, name: str) -> Reading | None:
    """Read a reading; None where the source was not read to its end."""
    path = folder / file_of(name)
    if not path.is_file():
        return None
    try:
        return Reading.model_validate_json(path.read_text())
    except (ValidationError, UnicodeDecodeError):
        outcome = Broken(f"{file_of(name)} was written by another version of readiness, or damaged")
        return Reading(
            origin=file_of(name), read=utc(0), entries=(Entry(title="The evidence can be used", outcome=outcome),)
        )
