"""Killed, paused, terminated: the effect on a real family of processes, and a witness only where it can be proven."""

import asyncio
import secrets
import signal
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from readiness.faults.children import Child
from readiness.faults.process import Killed, Paused, Terminated
from readiness.targeting import ProcessControl
from tests.readiness.faults.families import STAYING, all_gone, child_of, eventually, lives, said
from tests.readiness.faults.undone import undone_after_sigkill

HANDLING = """
import signal, sys, time
signal.signal(signal.SIGTERM, HANDLER)
print("ready", flush=True)
time.sleep(600)
"""


class Powerless:
    """A control whose signals reach nobody."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def __getattr__(self, name: str) -> Any:
        return getattr(self._child, name) if name in ("pids", "wait") else lambda: None


def control(child: "Child | Powerless") -> ProcessControl:
    """Seen as what a target offers; starting is not used here."""
    return cast(ProcessControl, child)


def do(*steps: Coroutine[Any, Any, object]) -> None:
    """Run the steps in one loop."""

    async def run() -> None:
        for step in steps:
            await step

    asyncio.run(run())


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Child]:
    """A root, a child and one in another session."""
    with child_of(tmp_path, STAYING, run_id=f"test-{secrets.token_hex(8)}") as child:
        assert len(said(child)) == 3
        yield child


def test_killed_takes_the_whole_family(family: Child) -> None:
    fault, pids = Killed(control(family)), said(family)
    assert fault.witness() == {}
    do(fault.arm(), fault.disarm(), fault.disarm())
    assert sorted(fault.witness()["killed"]) == sorted(pids)
    assert all_gone(pids)
    assert not psutil.pid_exists(family.pid)


def test_nobody_to_kill_is_no_proof(family: Child) -> None:
    family.kill()
    eventually(lambda: not family.pids(), "the family is gone")
    fault = Killed(control(family))
    do(fault.arm())
    assert fault.witness() == {}


def test_who_lives_on_was_not_killed(family: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.faults.process.PROOF_SECONDS", 0.2)
    fault = Killed(control(Powerless(family)))
    do(fault.arm())
    assert fault.witness() == {}


def test_paused_stops_all_until_it_is_disarmed(family: Child) -> None:
    fault, pids = Paused(control(family)), said(family)
    assert fault.witness() == {}
    do(fault.arm(), fault.arm())
    assert sorted(fault.witness()["stopped"]) == sorted(pids)
    assert {psutil.Process(pid).status() for pid in pids} == {psutil.STATUS_STOPPED}
    do(fault.disarm(), fault.disarm())
    eventually(lambda: psutil.STATUS_STOPPED not in {psutil.Process(p).status() for p in pids}, "all go on")
    assert sorted(fault.witness()["stopped"]) == sorted(pids)
    assert fault.witness()["seconds"] > 0


def test_who_was_woken_in_between_was_not_paused(family: Child) -> None:
    fault = Paused(control(family))
    do(fault.arm())
    stopped = fault.witness()["stopped"]
    psutil.Process(stopped[-1]).resume()
    eventually(lambda: fault.witness() == {}, "the witness is withdrawn")
    do(fault.disarm())
    assert fault.witness() == {}


def test_a_pause_that_did_not_happen_is_no_proof(family: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.faults.process.PROOF_SECONDS", 0.2)
    fault = Paused(control(Powerless(family)))
    do(fault.arm(), fault.disarm())
    assert fault.witness() == {}


def test_terminated_reaches_the_root_only(family: Child) -> None:
    fault, (root, *others) = Terminated(control(family)), said(family)
    assert fault.witness() == {}
    do(fault.arm(), family.wait(20), fault.disarm(), fault.disarm())
    assert fault.witness() == {"signalled": root, "signal": "SIGTERM", "gone": True}
    assert family.exit_status == -signal.SIGTERM
    assert all(lives(pid) for pid in others)


@pytest.mark.parametrize("handler", ["signal.SIG_IGN", "lambda *_: None"])
def test_who_handles_the_signal_may_live_on(tmp_path: Path, handler: str) -> None:
    with child_of(tmp_path, HANDLING.replace("HANDLER", handler), run_id="test-handling") as child:
        eventually(lambda: "ready" in child.logs(), "the handler is there")
        fault = Terminated(control(child))
        do(fault.arm(), child.wait(0.2))
        assert fault.witness() == {"signalled": child.pid, "signal": "SIGTERM", "gone": False}


def test_who_lives_on_without_a_handler_was_not_told(family: Child) -> None:
    fault = Terminated(control(Powerless(family)))
    do(fault.arm())
    assert fault.witness() == {}


def test_nobody_to_tell_is_no_proof(family: Child) -> None:
    family.kill()
    eventually(lambda: not family.pids(), "the family is gone")
    fault = Terminated(control(family))
    do(fault.arm())
    assert fault.witness() == {}


@pytest.mark.parametrize("fault", ["Killed", "Paused", "Terminated"])
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, fault: str) -> None:
    undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.process import Killed, Paused, Terminated
        target = child("import time; time.sleep(600)")
        fault = {fault}(target)
        await fault.arm()
        """,
    )
