"""`readiness load --workers`: processes share a load, and what is missing of it is never a success."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readiness.measure.sample_file import read_samples
from tests.readiness.load.misbehaving import misbehaving
from tests.readiness.load.test_workers import children_of


@contextmanager
def loading(url: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    call = [sys.executable, "-m", "readiness", "load", url, *arguments]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("workers", ["1", "3"])
def test_processes_share_the_load(workers: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--rate", "100", "--duration", "1200ms", "--method", "POST", "--check", "json:ok==true"]
    with (
        misbehaving() as served,
        loading(f"{served.origin}/good", "--workers", workers, *options, "--json", f"{out}.json", "--out", f"{out}.parquet")
        as process,
    ):  # fmt: skip
        said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert served.did == {"good": 120}
    assert "calls        120 in" in said
    found = json.loads(Path(f"{out}.json").read_text())
    assert (found["calls"], found["failed"], found["incomplete"]) == (120, 0, [])
    assert found["generator"]["pace"]["started"] == 120
    samples = read_samples(Path(f"{out}.parquet"))
    assert [(sample.operation, sample.status, sample.error) for sample in samples] == [("POST /good", 200, "")] * 120


def test_a_load_of_which_a_part_is_missing_decides_nothing(tmp_path: Path) -> None:
    with (
        misbehaving() as served,
        loading(f"{served.origin}/good", "--workers", "2", "--rate", "100", "--duration", "4s", "--threshold", "errors<1%")
        as process,
    ):  # fmt: skip
        end = time.monotonic() + 30
        while len(children := children_of(process.pid)) < 2:
            assert time.monotonic() < end, "no workers"
            time.sleep(0.05)
        time.sleep(1.5)
        os.kill(children[0], signal.SIGKILL)
        said, errors = process.communicate(timeout=60)
    assert "✓ holds  errors<1%" in said
    assert process.returncode == 3, "a load with a part missing passed for one that was sent"
    (line,) = [line for line in said.splitlines() if line.startswith("incomplete")]
    assert "of 2 was ended by SIGKILL" in line
    assert "50% of the load is missing" in errors


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--workers", "0"), "--workers 0; at least 1"),
        (("--workers", "2", "--machines", "tcp://127.0.0.1:1"), "--workers and --machines: right would be one of them"),
        (("--machines", "tcp://127.0.0.1:1"), "no Dask scheduler at tcp://127.0.0.1:1"),
    ],
)
def test_what_cannot_be_shared_is_said(arguments: tuple[str, ...], wrong: str) -> None:
    if wrong.startswith("no Dask"):
        pytest.importorskip("distributed")
    with loading("http://127.0.0.1:1/", *arguments) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert wrong in errors
