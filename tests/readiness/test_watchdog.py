"""The watchdog: after a gate that was killed nothing is left of it; after a good end it goes without a word."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from readiness.faults.children import end_marked, marked
from readiness.watchdog import MOMENT, SCRATCH_MARKER, remove_scratch, start_watchdog
from tests.readiness.faults.families import SLEEP, all_gone, child_of, eventually, lives

GATE = """
import json, os, subprocess, sys, time
from pathlib import Path
from readiness.faults.children import Child
from readiness.watchdog import start_watchdog

run, scratch, said, report = sys.argv[1], *map(Path, sys.argv[2:5])
write = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)))"
lifeline = start_watchdog(run, scratch, [sys.executable, "-c", write, str(report)])
family = "import subprocess, sys, time; s = [sys.executable, '-c', 'import time; time.sleep(600)'];" \\
         "subprocess.Popen(s, start_new_session=True); subprocess.Popen(s); time.sleep(600)"
sleeping = "import time; time.sleep(600)"
children = [
    Child([sys.executable, "-c", source], run_id=f"{run}.{name}", log=scratch / f"{name}.log", environment=os.environ)
    for name, source in (("family", family), ("paused", sleeping))
]
children[1].pause()
if FORKING:
    holder = os.fork()
    if holder == 0:
        time.sleep(600)
while len(children[0].pids()) < 3:
    time.sleep(0.01)
pids = [pid for child in children for pid in child.pids()]
said.with_suffix(".part").write_text(json.dumps({"pids": pids, "watchdog": lifeline._process.pid, "holder": holder if FORKING else 0}))
said.with_suffix(".part").rename(said)
time.sleep(600)
"""


@pytest.fixture
def run_id() -> Iterator[str]:
    """Nobody else's; what a failing test leaves is ended."""
    id = f"test-{secrets.token_hex(8)}"
    yield id
    end_marked(id)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder that may be removed."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / SCRATCH_MARKER).touch()
    return folder


@pytest.mark.parametrize("forking", [False, True])
def test_of_a_killed_gate_nothing_is_left(tmp_path: Path, scratch: Path, run_id: str, *, forking: bool) -> None:
    said, report = tmp_path / "said.json", tmp_path / "report.json"
    source = GATE.replace("FORKING", str(forking))
    (scratch / "locked").mkdir(mode=0o500)
    gate = subprocess.Popen(
        [sys.executable, "-c", source, run_id, str(scratch), str(said), str(report)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "READINESS_RUN": "outer"},
    )
    try:
        eventually(lambda: said.exists() or gate.poll() is not None, "the gate has started its children")
        told = json.loads(said.read_text())
        assert len(told["pids"]) == 4
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(told["watchdog"], number)
        assert os.getsid(told["watchdog"]) == told["watchdog"]
        gate.kill()
        gate.wait()
        killed = time.monotonic()
        eventually(lambda: all_gone(told["pids"]) and not scratch.exists(), "all is gone")
        assert time.monotonic() - killed < 15
        eventually(lambda: report.exists() and not lives(told["watchdog"]), "the report is written")
    finally:
        gate.kill()
        gate.wait()
        if forking:
            psutil.Process(json.loads(said.read_text())["holder"]).kill()
    environment = json.loads(report.read_text())
    assert not environment.keys() & {"READINESS_RUN", "READINESS_CHILD", "READINESS_WATCHDOG"}
    assert marked(run_id) == []


def test_a_good_end_leaves_all_as_it_is(tmp_path: Path, scratch: Path, run_id: str) -> None:
    report = tmp_path / "report"
    lifeline = start_watchdog(run_id, scratch, ["touch", str(report)])
    assert lifeline.alive
    with child_of(tmp_path, SLEEP, run_id=run_id) as child:
        lifeline.done()
        lifeline.done()
        assert not lifeline.alive
        assert lives(child.pid)
    assert scratch.exists()
    assert not report.exists()


def test_done_is_harmless_when_the_watchdog_is_gone(scratch: Path, run_id: str) -> None:
    lifeline = start_watchdog(run_id, scratch, [])
    lifeline._process.kill()
    eventually(lambda: not lifeline.alive, "the watchdog is gone")
    lifeline.done()
    assert scratch.exists()


@pytest.mark.parametrize("spoken", [b"", b"don", b"undone\n"])
def test_only_the_word_is_a_good_end(tmp_path: Path, scratch: Path, run_id: str, spoken: bytes) -> None:
    report = tmp_path / "report"
    command = [sys.executable, "-m", "readiness.watchdog", run_id, str(scratch), "--", "touch", str(report)]
    ended = subprocess.run(command, input=spoken, timeout=60, check=False)
    assert ended.returncode == 0
    assert report.exists()
    assert not scratch.exists()


def test_the_command_learns_when_the_gate_was_lost(tmp_path: Path, scratch: Path, run_id: str) -> None:
    report = tmp_path / "report"
    write = f"import sys, pathlib; pathlib.Path({str(report)!r}).write_text(' '.join(sys.argv[1:]))"
    said = [sys.executable, "-c", write, "--ended", MOMENT]
    before = datetime.now(UTC)
    subprocess.run(
        [sys.executable, "-m", "readiness.watchdog", run_id, str(scratch), "--", *said],
        input=b"",
        timeout=60,
        check=True,
    )
    option, moment = report.read_text().split()
    assert option == "--ended"
    assert before <= datetime.fromisoformat(moment) <= datetime.now(UTC)


def test_a_folder_that_is_not_ours_is_refused_and_the_report_still_written(tmp_path: Path, run_id: str) -> None:
    folder, report = tmp_path / "precious", tmp_path / "report"
    folder.mkdir()
    command = [sys.executable, "-m", "readiness.watchdog", run_id, str(folder), "--", "touch", str(report)]
    assert subprocess.run(command, input=b"", timeout=60, check=False).returncode == 1
    assert folder.exists()
    assert report.exists()


def test_what_may_be_removed(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link"
    link.symlink_to(scratch)
    assert not remove_scratch(link)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "elsewhere"))
    assert not remove_scratch(scratch)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(scratch))
    assert not remove_scratch(scratch)
    assert (scratch / SCRATCH_MARKER).exists()
    monkeypatch.undo()
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o755)
    (scratch / "way out").symlink_to(kept)
    assert remove_scratch(scratch)
    assert kept.stat().st_mode & 0o777 == 0o755
    assert remove_scratch(scratch), "gone is gone"
