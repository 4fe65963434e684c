"""Backups: a consistent snapshot of every table in one archive, with a manifest that restoring verifies."""

import hashlib
import json
import os
import tarfile
import tempfile
import uuid
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from readiness.desk.defects import active
from readiness.desk.errors import StartupError
from readiness.desk.store import SCHEMA, Connection, Store, create_schema

MANIFEST = "manifest.json"
FORMAT = 1
DAMAGED = (
    OSError,
    EOFError,
    zlib.error,
    tarfile.TarError,
    duckdb.Error,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)
"""What reading an archive whose bytes are not as they were written can raise."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table in an archive."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive on disk."""

    id: str
    file: Path
    tables: dict[str, Table]


def create(store: Store, directory: Path) -> Backup:
    """Write all tables as one transaction sees them; writers go on meanwhile."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
    file = directory / f"desk-{identity}.tar.gz"
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        folder = Path(scratch)
        with store.transaction() as connection:
            tables = {name: _export(connection, name, folder) for name in SCHEMA}
        manifest = {"format": FORMAT, "id": identity, "tables": {name: asdict(table) for name, table in tables.items()}}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        _pack(folder, file)
    return Backup(identity, file, tables)


def restore(archive: Path, database: Path) -> None:
    """Build the database from an archive; nothing is left behind when anything in it is not as the manifest says."""
    if database.exists():
        raise StartupError(f"--restore: {str(database)!r} exists; right would be: a DESK_DATABASE that does not")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=database.parent) as scratch:
        folder = Path(scratch)
        unfinished = folder / "restored.duckdb"
        try:
            tables = _unpack(archive, folder)
            with duckdb.connect(str(unfinished)) as connection:
                create_schema(connection)
                for name, table in tables.items():
                    _import(connection, name, table, folder)
        except DAMAGED as error:
            raise StartupError(f"--restore: {str(archive)!r} is not a usable backup: {error}") from error
        unfinished.replace(database)


def _export(connection: Connection, name: str, folder: Path) -> Table:
    file = folder / f"{name}.parquet"
    condition = "false" if active("empty-backup") else "true"
    copy = f"COPY (SELECT * FROM {name} WHERE {condition}) TO '{_quoted(file)}' (FORMAT parquet)"  # noqa: S608 - ours
    counted = connection.execute(copy).fetchone()
    return Table(rows=int(counted[0]) if counted else 0, sha256=_digest(file))


def _import(connection: Connection, name: str, table: Table, folder: Path) -> None:
    file = folder / f"{name}.parquet"
    if _digest(file) != table.sha256:
        raise ValueError(f"{file.name} does not have the content that the manifest names")
    counted = connection.execute(f"INSERT INTO {name} FROM read_parquet('{_quoted(file)}')").fetchone()
    if not counted or counted[0] != table.rows:
        raise ValueError(f"{file.name} does not have the {table.rows} rows that the manifest names")


def _pack(folder: Path, file: Path) -> None:
    """Write the archive beside its place, then move it there: what has the name is complete."""
    unfinished = folder / "archive"
    with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
        for member in sorted(folder.iterdir()):
            if member != unfinished:
                archive.add(member, arcname=member.name)
    unfinished.chmod(0o600)
    descriptor = os.open(unfinished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(file)


def _unpack(archive: Path, folder: Path) -> dict[str, Table]:
    with tarfile.open(archive, "r:gz") as content:
        content.extractall(folder, filter="data")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT or set(manifest["tables"]) != set(SCHEMA):
        raise ValueError("the manifest names another format or other tables than this version's")
    return {name: Table(**table) for name, table in manifest["tables"].items()}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
