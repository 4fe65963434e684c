"""Samples as a Parquet file: the seven columns of `model.Sample`, in the order of their intended start."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from readiness.errors import RecordingError
from readiness.measure.sample_log import Kind, Rows, read_spool
from readiness.model import Sample

SPOOL = ".samples"
"""Suffix of what a recorder writes while it records; it stays only where no Parquet file came about."""


class SampleSource(Protocol):
    """A SampleLog, or the spool that one has left."""

    @property
    def kinds(self) -> list[Kind]: ...
    @property
    def amended(self) -> Mapping[int, int]: ...
    def chunks(self) -> Iterable[Rows]: ...


def write_samples(path: Path, samples: SampleSource) -> None:
    """Write samples as Parquet; the file appears whole or not at all."""
    import duckdb
    import numpy as np

    chunks = list(samples.chunks())
    columns = [
        np.concatenate([np.frombuffer(rows[place], dtype) for rows in chunks] or [np.array([], dtype)])
        for place, dtype in enumerate(("f8", "f8", "f8", "u4"))
    ]
    if samples.amended:
        columns[3][list(samples.amended)] = list(samples.amended.values())
    partial = path.with_suffix(".partial")
    place = str(partial).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE kinds (number INT, operation VARCHAR, phase VARCHAR, status INT, error VARCHAR)"
        )
        if samples.kinds:
            numbered = [(number, *kind) for number, kind in enumerate(samples.kinds)]
            connection.executemany("INSERT INTO kinds VALUES (?, ?, ?, ?, ?)", numbered)
        connection.register("samples", dict(zip(("at", "latency", "late", "kind"), columns, strict=True)))
        connection.execute(
            'COPY (SELECT "at", latency, late, operation, phase, status, error FROM samples JOIN kinds ON kind = number'  # noqa: S608 - our own name
            f" ORDER BY \"at\") TO '{place}' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd)"
        )
    partial.replace(path)


def read_samples(path: Path) -> tuple[Sample, ...]:
    """Read samples by their intended start; where a killed process left its spool only, what is in that."""
    spool = path.with_suffix(SPOOL)
    if path.is_file():
        import duckdb

        try:
            with duckdb.connect() as connection:
                rows = connection.execute('SELECT * FROM read_parquet(?) ORDER BY "at"', [str(path)]).fetchall()
        except duckdb.Error as error:
            raise RecordingError(f"{path.name} is damaged: {str(error).splitlines()[0]}") from None
        return tuple(Sample(*row) for row in rows)
    return tuple(sorted(read_spool(spool))) if spool.is_file() else ()


def main(arguments: list[str]) -> int:
    """Turn a spool into a Parquet file: ``python -m readiness.measure.sample_file SPOOL FILE``."""
    spool, file = map(Path, arguments)
    write_samples(file, read_spool(spool))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
