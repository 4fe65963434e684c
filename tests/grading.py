"""Small projects with plugins of their own, and the real gate run on them as a process."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness.settings import RunEnvironment

ROOT = Path(__file__).parent.parent
RUN_SECONDS = 180

# Its calls are over before the machine could be read, so it claims to send no load: whether this machine is fit to
# measure must not decide what a test shows. LOADING makes the claim.
CALLING = '''
"""Calls it."""
from readiness import Recorder, Target, per_vu_iterations, scenario

@scenario(suite="mine", effect="read")
async def calling(target: Target, recorder: Recorder, *, users: int = 5, iterations: int = 3) -> None:
    """``users`` call it ``iterations`` times."""
    recorder.phase("calls")
    await per_vu_iterations(target, recorder, users=users, iterations=iterations)
    recorder.fact("calls", len(recorder.samples))
'''
LOADING = CALLING.replace('effect="read"', 'effect="load"')
SLEEPING = '''
"""Does not end."""
import asyncio
from readiness import Recorder, Target, scenario

@scenario(suite="mine", effect="read")
async def sleeping(target: Target, recorder: Recorder) -> None:
    """Sleeps."""
    recorder.fact("calls", 1)
    recorder.phase("sleep", 50.0)
    await asyncio.sleep(50)
'''
ANSWERING = """
def answer(number: int = 0) -> dict[str, int]:
    if number < 0:
        raise ValueError("negative")
    return {"number": number}
"""


def check_source(body: str, needs: str = "calling", *, severity: str = "major") -> str:
    """A check whose function has this body."""
    return "\n".join((
        '"""A check of a user."""',
        "import os, signal, time",
        "from readiness import Fact, Measured, Recording, Unknown, check",
        f'@check(category="reliability", severity="{severity}", needs="{needs}")',
        "def judge(recording: Recording):",
        '    """Judges."""',
        textwrap.indent(textwrap.dedent(body), "    "),
    ))  # fmt: skip


def project(folder: Path, checks: Mapping[str, str], **sections: Any) -> Path:
    """Write a project: a callable as target, two scenarios, the checks by id, and a readiness.yaml."""
    (folder / "plugins").mkdir(parents=True)
    (folder / "answering.py").write_text(ANSWERING)
    (folder / "plugins" / "calling.py").write_text(CALLING)
    (folder / "plugins" / "sleeping.py").write_text(SLEEPING)
    for id, source in checks.items():
        (folder / "plugins" / f"{id}.py").write_text(source)
    number = sections.pop("number", 7)
    operation = {"name": "answer", "method": "CALL", "body": {"number": number}, "weight": 1}
    target = {
        "name": "answering",
        "address": "python:answering:answer",
        "operations": [operation],
        "grants": ["read", "load"],
    }
    data = {"target": target, "plugins": ["plugins"], **sections}
    (folder / "readiness.yaml").write_text(yaml.safe_dump(data))
    return folder


@dataclass(frozen=True)
class Graded:
    """What one run of the gate left."""

    code: int
    run: Path
    report: dict[str, Any]
    printed: str

    def result(self, check: str) -> dict[str, Any]:
        """The result of one check."""
        found = [
            r for suite in self.report["detailed_results"].values() for r in suite["results"] if r["check"] == check
        ]
        assert len(found) == 1, f"{len(found)} results of {check}\n{self.printed}"
        result: dict[str, Any] = found[0]
        return result


def environment(**changed: str) -> dict[str, str]:
    """The environment of a gate: ours, without what would change a run."""
    own = {name.upper() for name in RunEnvironment.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "PYTHONPATH": str(ROOT), "CI": "1", **changed}


def command(output: Path, *arguments: str, patch: str = "") -> list[str]:
    """The command line of a run; ``patch`` is executed before it begins."""
    module = (
        ["-m", "readiness"]
        if not patch
        else ["-c", f"{patch}\nimport sys\nfrom readiness.cli import main\nsys.exit(main())"]
    )
    return [sys.executable, *module, "run", "--output", str(output), *arguments]


def grade(folder: Path, *arguments: str, patch: str = "", **variables: str) -> Graded:
    """Run the gate to its end."""
    output = folder / "runs"
    done = subprocess.run(
        command(output, *arguments, patch=patch), cwd=folder, env=environment(**variables),
        capture_output=True, text=True, timeout=RUN_SECONDS, check=False,
    )  # fmt: skip
    return graded(output, done.returncode, done.stdout + done.stderr)


def graded(output: Path, code: int, printed: str = "") -> Graded:
    """What lies in the only run below ``output``."""
    runs = list(output.iterdir()) if output.is_dir() else []
    assert len(runs) == 1, f"{len(runs)} runs, exit code {code}\n{printed}"
    reports = list(runs[0].glob("production_validation_report_*.json"))
    assert len(reports) == 1, f"{len(reports)} reports, exit code {code}\n{printed}"
    return Graded(code, runs[0], json.loads(reports[0].read_text()), printed)


def until(what: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Return what ``what`` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def journal(output: Path) -> list[dict[str, Any]]:
    """What the only run below ``output`` has noted so far."""
    files = list(output.glob("*/journal.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines() if line.endswith("}")]
