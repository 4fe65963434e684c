"""Children and their families: found wherever they went, ended to the last, and none left as a zombie."""

import asyncio
import os
import secrets
import sys
import time
from pathlib import Path

import psutil
import pytest

from readiness.errors import TargetError, UsageError
from readiness.faults.children import WATCHDOG_VARIABLE, Child, end_marked, marked
from tests.readiness.faults.families import (
    CLOBBER,
    FAMILY,
    SLEEP,
    STAYING,
    all_gone,
    child_of,
    eventually,
    lives,
    said,
)

CLOBBERING = f"{CLOBBER}print(os.getpid(), flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def run_id() -> str:
    """Nobody else's."""
    return f"test-{secrets.token_hex(8)}"


def test_output_of_both_kinds_is_kept(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, "import sys; print('out'); sys.exit('err')", run_id=run_id) as child:
        assert asyncio.run(child.wait(20)) == 1
        assert child.logs().split() == ["out", "err"]
    with child_of(tmp_path, "print('again')", run_id=run_id) as child:
        assert asyncio.run(child.wait(20)) == 0
        assert child.logs().split() == ["out", "err", "again"]


def test_what_cannot_be_started_is_said(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(TargetError, match="'/no/such/program' cannot be started"):
        Child(["/no/such/program"], run_id=run_id, log=tmp_path / "log", environment={})


def test_unknown_limits_are_refused(tmp_path: Path, run_id: str) -> None:
    with (
        pytest.raises(UsageError, match=r"unknown limit 'descriptor' \(did you mean 'descriptors'\?\)"),
        child_of(tmp_path, SLEEP, run_id=run_id, limits={"descriptor": 20}),
    ):
        pass


def test_waiting_ends_with_the_time_or_the_child(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, SLEEP, run_id=run_id) as child:
        assert asyncio.run(child.wait(0.1)) is None
        child.terminate()
        assert asyncio.run(child.wait(20)) == -15
        child.terminate()


def test_a_family_is_found_and_killed_with_those_who_left_the_session(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, STAYING, run_id=run_id) as child:
        family = said(child)
        assert child.pids()[0] == child.pid == family[0]
        assert set(child.pids()) == set(family)
        child.kill()
        assert child.exit_status == -9
        eventually(lambda: all_gone(family), "the family is gone")
        assert child.pids() == []
        assert not psutil.pid_exists(child.pid), "the root is a zombie"


def test_looking_at_a_child_that_has_ended_leaves_no_zombie(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, "pass", run_id=run_id) as child:
        eventually(lambda: not lives(child.pid), "the child has ended")
        assert child.pids() == []
        assert not psutil.pid_exists(child.pid)


def test_orphans_are_still_found(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, FAMILY, run_id=run_id) as child:
        root, *orphans = said(child)
        assert asyncio.run(child.wait(20)) == 0
        assert not lives(root)
        assert set(child.pids()) == set(orphans)
        child.kill()
        eventually(lambda: all_gone(orphans), "the orphans are gone")


def test_siblings_of_the_same_run_are_left_alone(tmp_path: Path, run_id: str) -> None:
    with (
        child_of(tmp_path, SLEEP, run_id=run_id, name="one") as one,
        child_of(tmp_path, SLEEP, run_id=run_id, name="two") as two,
    ):
        eventually(lambda: set(marked(run_id)) == {one.pid, two.pid}, "both are marked")
        one.kill()
        assert two.pids() == [two.pid]
        assert marked(run_id, exclude=[two.pid]) == []


def test_a_pause_stops_all_and_is_undone(tmp_path: Path, run_id: str) -> None:
    def states(child: Child) -> set[str]:
        return {psutil.Process(pid).status() for pid in child.pids()}

    with child_of(tmp_path, STAYING, run_id=run_id) as child:
        family = said(child)
        child.pause()
        eventually(lambda: states(child) == {psutil.STATUS_STOPPED}, "all are stopped")
        assert len(child.pids()) == len(family)
        child.resume()
        eventually(lambda: psutil.STATUS_STOPPED not in states(child), "all go on")


def test_the_end_of_a_run_takes_its_parts_the_stopped_and_the_orphans(tmp_path: Path, run_id: str) -> None:
    with (
        child_of(tmp_path, FAMILY, run_id=f"{run_id}.part", name="one") as one,
        child_of(tmp_path, SLEEP, run_id=run_id, name="two") as two,
        child_of(tmp_path, SLEEP, run_id=f"{run_id}-other", name="three") as three,
    ):
        _, *orphans = said(one)
        two.pause()
        began = time.monotonic()
        assert set(end_marked(run_id)) >= {two.pid, *orphans}
        assert time.monotonic() - began < 10
        assert all_gone([two.pid, *orphans])
        assert lives(three.pid)
        assert end_marked(run_id) == []


def test_who_asks_and_who_is_excluded_is_not_ended(tmp_path: Path, run_id: str) -> None:
    asking = f"from readiness.faults.children import end_marked; print(end_marked({run_id!r}, [PID]), flush=True)"
    with child_of(tmp_path, SLEEP, run_id=run_id, name="spared") as spared:
        source = asking.replace("PID", str(spared.pid))
        with child_of(tmp_path, source, run_id=run_id, environment={"PYTHONPATH": str(Path.cwd())}) as child:
            assert asyncio.run(child.wait(20)) == 0, child.logs()
            assert child.logs().strip() == "[]"
        assert lives(spared.pid)


def test_descendants_count_but_not_watchdogs(tmp_path: Path, run_id: str) -> None:
    source = f"""
import os, subprocess, sys, time
bare = {{name: value for name, value in os.environ.items() if not name.startswith("READINESS_")}}
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
plain = subprocess.Popen(sleeper, env=bare, start_new_session=True)
watchdog = subprocess.Popen(sleeper, env=bare | {{{WATCHDOG_VARIABLE!r}: "1"}}, start_new_session=True)
print(os.getpid(), plain.pid, watchdog.pid, flush=True)
time.sleep(600)
"""
    with child_of(tmp_path, source, run_id=run_id) as child:
        root, plain, watchdog = said(child)
        try:
            assert set(marked(run_id)) == {root}
            assert set(end_marked(run_id)) == {root, plain}
            assert lives(watchdog)
        finally:
            psutil.Process(watchdog).kill()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_program_that_overwrites_its_environment_is_found_all_the_same(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, CLOBBERING, run_id=run_id) as child:
        said(child)
        assert marked(run_id) == []
        assert child.pids() == [child.pid]
        assert end_marked(run_id) == []
        assert end_marked(run_id, folder=tmp_path) == [child.pid]


def test_a_written_down_pid_that_is_another_process_by_now_is_left_alone(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, SLEEP, run_id=f"{run_id}-other") as child:
        folder = tmp_path / "old"
        folder.mkdir()
        (folder / "target.log.pid").write_text(f"{child.pid} {time.time() - 3600}\n")
        (folder / "postmaster.pid").write_text("not ours\nat all\n")
        assert end_marked(run_id, folder=folder) == []
        assert lives(child.pid)


def test_closing_forgets_the_root(tmp_path: Path, run_id: str) -> None:
    with child_of(tmp_path, SLEEP, run_id=run_id) as child:
        written = tmp_path / "child.log.pid"
        assert written.read_text().split()[0] == str(child.pid)
        child.close()
        child.close()
        assert not written.exists()
        assert not psutil.pid_exists(child.pid)
    assert os.listdir(tmp_path) == ["child.log"]  # noqa: PTH208 - names only
