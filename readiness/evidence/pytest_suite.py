"""A folder of pytest tests -> one entry a test. They run in a process of their own, with the target's address.

Not one test, a module that cannot be imported and a session that did not reach its end are never a pass.
"""

import json
import math
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness.evidence.reading import Entry, Reading, Unusable, named, short
from readiness.evidence.source import PytestSuite
from readiness.model import CATEGORIES, SEVERITIES, Broken, Fact, Outcome, Unknown

TARGET_VARIABLE = "READINESS_TARGET_URL"
# The plugin goes to the interpreter that has pytest; ours may not, so that nothing here imports it.
PLUGIN_FILE = Path(__file__).with_name("pytest_plugin.py")
PLUGIN = "readiness_evidence_plugin"
LOG_VARIABLE = "READINESS_EVIDENCE_FILE"
SAID = ("category", "severity", "weight")
GRACE_SECONDS = 5.0  # for us to write down what was seen, before our own deadline comes
NO_TESTS = 5
ENDED = {
    2: "was interrupted",
    3: "had an internal error",
    4: "could not be used as called",
    NO_TESTS: "collected nothing",
}
"""https://docs.pytest.org/en/stable/reference/exit-codes.html; 0 and 1 are told test by test, unless it failed and no test did."""


@dataclass
class Seen:
    """What the plugin wrote down of one test."""

    said: Mapping[str, Any] = field(default_factory=dict)
    phases: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class Session:
    """What the plugin wrote down of one session."""

    tests: dict[str, Seen] = field(default_factory=dict)
    uncollected: dict[str, str] = field(default_factory=dict)
    deselected: int = 0
    status: int | None = None
    """None where it did not reach its end."""


def read(source: PytestSuite, now: str, *, scratch: Path, address: str) -> Reading:
    """Run the tests of a source against the target at ``address``; files of ours go to ``scratch``."""
    folder = Path(source.folder)
    if not (folder / source.tests.partition("::")[0]).exists():
        raise Unusable(f"{source.tests}: there is nothing there: nothing was brought")
    log, plugins = scratch / "pytest.jsonl", scratch / "pytest-plugin"
    plugins.mkdir(parents=True, exist_ok=True)
    shutil.copy(PLUGIN_FILE, plugins / f"{PLUGIN}.py")
    status, ended = _run(source, folder, log, plugins, address)
    session = _seen(log)
    if None not in (status, session.status):
        session.status = status  # the last word: a conftest may change it after our plugin has written
    if not session.tests and not session.uncollected:
        said = ENDED.get(session.status or 0, ended)
        raise Unusable(f"{source.tests}: not one test was collected, and no test is no pass; {said}")
    entries = [*_entries(session), *_incomplete(session, ended)]
    return Reading(origin=f"pytest, {source.tests}", read=now, entries=named(entries))


def _run(source: PytestSuite, folder: Path, log: Path, plugins: Path, address: str) -> tuple[int | None, str]:
    """Run pytest to its end or its deadline; its status, None where it had to be ended, and how it ended in words."""
    given = {**os.environ, **source.environment}
    search = [str(plugins), *(str(folder / place) for place in source.path), given.get("PYTHONPATH", "")]
    environment = {
        **given, "PYTHONPATH": os.pathsep.join(part for part in search if part),
        TARGET_VARIABLE: address, LOG_VARIABLE: str(log),
    }  # fmt: skip
    command = [source.python or sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, *source.arguments, source.tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=max(1.0, source.seconds - GRACE_SECONDS), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, f"no end after {source.seconds:g} s"
    except OSError as error:
        raise Unusable(f"{command[0]}: {error.strerror}", broken=True) from None
    text = (done.stderr or done.stdout).decode(errors="replace").strip()
    return done.returncode, f"pytest ended with status {done.returncode}: {short(text[-300:]) or 'without a word'}"


def _seen(log: Path) -> Session:
    session = Session()
    for line in log.read_text().splitlines() if log.is_file() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the line at which it was killed
        match entry["kind"]:
            case "collected":
                session.tests[entry["test"]] = Seen(entry["said"])
            case "deselected":
                session.tests.pop(entry["test"], None)
                session.deselected += 1
            case "uncollected":
                session.uncollected[entry["test"]] = entry["text"]
            case "phase":
                seen = session.tests.setdefault(entry["test"], Seen())
                if entry not in seen.phases:  # pytest-xdist tells it twice: in the worker and in the controller
                    seen.phases.append(entry)
            case "end":
                session.status = entry["status"]
    return session


def _entries(session: Session) -> Iterator[Entry]:
    for test, seen in session.tests.items():
        said, wrong = _declared(seen.said)
        outcome = Broken(f"its marker is not usable: {wrong}") if wrong else _outcome(seen.phases)
        again = shlex.join(["pytest", test])
        yield Entry(name=_name(test), title=short(test), outcome=outcome, location=test, reproduce=again, **said)
    for module, text in session.uncollected.items():
        said_last = short(text.strip().splitlines()[-1] if text.strip() else "without a word")
        outcome = Broken(f"could not be collected, so its tests are unknown: {said_last}")
        yield Entry(name=f"{_name(module)}.collection", title=short(module), outcome=outcome, location=module)


def _name(test: str) -> str:
    """``tests/test_a.py::TestB::test_c[1-2]`` as a name: ``test_a.TestB.test_c-1-2``."""
    file, _, rest = test.partition("::")
    return ".".join([Path(file).stem, *rest.replace("[", "-").replace("]", "").split("::")])


def _declared(said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What a marker says, and what is wrong with it: one that is misspelt must not pass for a default."""
    known = {"category": CATEGORIES, "severity": SEVERITIES}
    for name, value in said.items():
        if name in known:
            if value not in known[name]:
                return {}, f"unknown {name} {value!r}; known: {', '.join(known[name])}"
        elif name != "weight":
            return {}, f"unknown {name!r}; it takes {', '.join(SAID)}, by name"
        elif type(value) not in (int, float) or not math.isfinite(value) or value < 0:
            return {}, f"weight is {value!r}; right would be a number of 0 or more"
    return dict(said), ""


def _outcome(phases: list[Mapping[str, Any]]) -> Outcome:
    """The gravest phase decides; a test passed only where set-up, call and tear-down all did, the first time."""
    retried = any(phase["outcome"] == "rerun" for phase in phases)
    for phase in phases:
        said = short(phase["text"]) or "without a word"
        if phase["expected_to_fail"] is not None:
            did = "did" if phase["outcome"] == "skipped" else "did not"
            return Unknown(f"marked as expected to fail, and it {did}: {short(phase['expected_to_fail'])}".rstrip(": "))
        if phase["outcome"] == "skipped":
            return Unknown(f"skipped: {said}")
        if phase["outcome"] == "failed":
            return (
                Fact(False, f"failed: {said}")
                if phase["when"] == "call"
                else Broken(f"its {phase['when']} broke: {said}")
            )
    passed = {phase["when"] for phase in phases if phase["outcome"] == "passed"}
    if passed != {"setup", "call", "teardown"}:
        return Broken("it did not run to its end")
    if retried:
        return Unknown("passed only on a retry: flaky, which is no pass")
    return Fact(True, f"passed in {sum(phase['seconds'] for phase in phases):.2f} s")


def _incomplete(session: Session, ended: str) -> Iterator[Entry]:
    """A session that ended early, or in another way than test by test."""
    if session.status is None:
        yield Entry(title="The tests run to their end", outcome=Broken(f"the session did not reach its end: {ended}"))
    elif session.status in ENDED and not session.uncollected:
        yield Entry(title="The tests run to their end", outcome=Broken(f"pytest {ENDED[session.status]}: {ended}"))
    elif session.status not in (0, 1, *ENDED):
        yield Entry(title="The tests run to their end", outcome=Broken(f"ended with status {session.status}: {ended}"))
    elif session.status == 1 and not session.uncollected and not _some_failed(session):
        yield Entry(title="The tests run to their end", outcome=Broken(f"pytest failed, and no test did: {ended}"))


def _some_failed(session: Session) -> bool:
    return any(phase["outcome"] == "failed" for seen in session.tests.values() for phase in seen.phases)
