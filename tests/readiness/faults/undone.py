"""A gate that is killed while it holds a fault armed, and the look whether its watchdog has undone everything."""

import json
import os
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from readiness.faults.children import marked
from readiness.watchdog import SCRATCH_MARKER
from tests.readiness.faults.families import all_gone, eventually, lives

GATE = """
import asyncio, json, os, sys, time
from pathlib import Path
from readiness.faults.children import Child
from readiness.watchdog import start_watchdog

run, scratch, said = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
lifeline = start_watchdog(run, scratch, [])

def child(source, limits=None, **environment):
    variables = {**os.environ, **environment}
    command = [sys.executable, "-c", source]
    return Child(command, run_id=run, log=scratch / "child.log", environment=variables, limits=limits)

class Control:  # a child that can be started again, as a target can
    def __init__(self, source):
        self.source, self.child = source, child(source)

    def __getattr__(self, name):
        return getattr(self.child, name)

    async def start(self):
        self.child = child(self.source)

async def until(holds):
    while not holds():
        await asyncio.sleep(0.01)

async def main():
    told = {}
BODY
    await until(fault.witness)
    pids = [pid for pid in target.pids()] if target else []
    told |= {"pids": pids, "watchdog": lifeline._process.pid, "witness": fault.witness()}
    said.with_suffix(".part").write_text(json.dumps(told))
    said.with_suffix(".part").rename(said)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def undone_after_sigkill(folder: Path, body: str) -> dict[str, Any]:
    """Kill a gate that has armed ``fault`` on ``target`` (a child or None), as ``body`` says; what it told before.

    Fails unless the fault had its witness, and then every process and the scratch folder are gone.
    """
    run, scratch, said = f"test-{secrets.token_hex(8)}", folder / "scratch", folder / "said.json"
    scratch.mkdir()
    (scratch / SCRATCH_MARKER).touch()
    source = GATE.replace("BODY", textwrap.indent(textwrap.dedent(body), "    "))
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    gate = subprocess.Popen([sys.executable, "-c", source, run, str(scratch), str(said)], env=environment)
    try:
        eventually(lambda: said.exists() or gate.poll() is not None, "the fault is armed and has its witness")
        assert gate.poll() is None, "the gate broke down before its fault was armed"
        told: dict[str, Any] = json.loads(said.read_text())
        assert told["witness"]
    finally:
        gate.kill()
        gate.wait()
    eventually(lambda: all_gone(told["pids"]) and not scratch.exists(), "processes and scratch folder are gone")
    eventually(lambda: not lives(told["watchdog"]), "the watchdog is gone, too")
    assert marked(run) == []
    return told
