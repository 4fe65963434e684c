"""The gate as a whole, as a process: verdicts, checks that hang or crash, and ends that nobody wished for."""

import os
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main
from readiness.faults.children import marked
from tests.grading import CALLING, check_source, command, environment, grade, graded, journal, project, until

GOOD = check_source(
    'return Fact(recording.measured.failed == 0, f"{recording.measured.failed} of {recording.measured.n} failed")'
)

ENDS = ("ScenarioStarted", "ScenarioFinished")


def test_user_plugins_grade_a_callable(tmp_path: Path) -> None:
    listed: dict[str, Any] = {"checks": {"all_well": {}}}
    bad = check_source('return Fact(False, "never good")')
    good = grade(
        project(tmp_path, {"all_well": GOOD, "unlisted": bad}, policy=listed), "--check", "all_well", "unlisted"
    )
    assert (good.code, good.report["verdict"]) == (0, "READY"), good.printed
    assert good.result("all_well")["status"] == "PASS"
    assert good.result("all_well")["reason"] == "0 of 15 failed"
    assert good.result("all_well")["advisory"] is False
    # what the policy does not list is shown, fails, and costs nothing
    unlisted = good.result("unlisted")
    assert (unlisted["status"], unlisted["advisory"], unlisted["weight"]) == ("FAIL", True, 0.0)
    assert good.report["deployment_ready"] is False, "a part of the catalogue was asked for"


def test_a_failing_target_is_not_ready_and_users_are_capped(tmp_path: Path) -> None:
    folder = project(tmp_path, {"all_well": GOOD}, policy={"checks": {"all_well": {}}}, number=-1)
    found = grade(folder, "--check", "all_well", STRESS_TEST_MAX_USERS="2")
    assert (found.code, found.report["verdict"]) == (1, "NOT READY"), found.printed
    assert found.result("all_well")["reason"] == "6 of 6 failed", "2 users of 5, 3 calls each"
    assert found.report["environment"]["stress_test_max_users"] == 2


def test_checks_that_hang_or_crash_cost_their_own_result_only(tmp_path: Path) -> None:
    checks = {
        "a_good": GOOD,
        "b_hanging": check_source("time.sleep(100)"),
        "c_good": GOOD,
        "d_crashing": check_source("os.kill(os.getpid(), signal.SIGKILL)"),
        "e_raising": check_source('raise ZeroDivisionError("so")'),
        "f_good": GOOD,
        "g_ill_typed": check_source('return Fact(None, "so")'),
        "h_good": GOOD,
    }
    folder = project(tmp_path, checks, policy={"checks": {id: {} for id in checks}})
    found = grade(folder, "--check", *checks, patch="import readiness.judging as j; j.CHECK_SECONDS = 15.0")
    statuses = {id: found.result(id)["status"] for id in checks}
    assert statuses == {
        "a_good": "PASS", "b_hanging": "ERROR", "c_good": "PASS", "d_crashing": "ERROR", "e_raising": "ERROR", "f_good": "PASS",
        "g_ill_typed": "ERROR", "h_good": "PASS",
    }  # fmt: skip
    assert "did not end within 15 s" in found.result("b_hanging")["reason"]
    assert "-9" in found.result("d_crashing")["reason"]
    assert "ZeroDivisionError: so" in found.result("e_raising")["reason"]
    assert found.code != 0


def test_the_scenario_deadline_ends_a_slow_scenario(tmp_path: Path) -> None:
    folder = project(
        tmp_path, {"slept": check_source('return Fact(True, "well")', "sleeping")}, policy={"checks": {"slept": {}}}
    )
    found = grade(folder, "--check", "slept", PYTEST_TIMEOUT="2")
    assert found.result("slept")["status"] == "ERROR"
    assert "timed out: no end after 2 s" in found.result("slept")["reason"]
    assert found.code != 0
    assert found.report["test_duration_seconds"] < 40, "it would have slept for 50 s"
    assert [s["status"] for s in found.report["scenarios"]] == ["timed out"]


def test_a_scenario_that_lasts_longer_than_the_deadline_has_the_time_that_it_was_asked_to_take(tmp_path: Path) -> None:
    """The same one whose deadline ends it above, but its length is an option."""
    checks = {"slept": check_source('return Fact(True, "well")', "sleeping")}
    folder = project(tmp_path, checks, policy={"checks": {"slept": {}}})
    slow = folder / "plugins" / "sleeping.py"
    text = slow.read_text().replace("recorder: Recorder)", "recorder: Recorder, *, seconds: float = 3.0)")
    slow.write_text(
        text.replace("asyncio.sleep(50)", "asyncio.sleep(seconds)").replace("@scenario(", '@scenario(lasts="seconds", ')
    )
    found = grade(folder, "--check", "slept", PYTEST_TIMEOUT="2")
    assert found.result("slept")["status"] == "PASS", found.printed


def test_load_comes_first_and_what_else_runs_alone_last(tmp_path: Path) -> None:
    """By name they would come the other way round; what takes times would leave its traces to whoever inspects."""
    effects = {"a_timed": 'effect="read", alone=True', "b_inspecting": 'effect="read"', "c_load": 'effect="load"'}
    scenarios = {id: CALLING.replace('effect="read"', effect) for id, effect in effects.items()}
    checks = {f"of_{id}": check_source('return Fact(True, "well")', id) for id in effects}
    folder = project(tmp_path, {**scenarios, **checks}, policy={"checks": {id: {} for id in checks}})
    found = grade(folder, "--check", *checks)
    assert {found.result(id)["status"] for id in checks} == {"PASS"}, found.printed
    told = [(entry["event"], entry["scenario"]) for entry in journal(folder / "runs") if entry["event"] in ENDS]
    assert told == [(event, id) for id in ("c_load", "b_inspecting", "a_timed") for event in ENDS]


def test_sigterm_gives_a_partial_report(tmp_path: Path) -> None:
    checks = {"all_well": GOOD, "slept": check_source('return Fact(True, "well")', "sleeping")}
    folder = project(tmp_path, checks, policy={"checks": {id: {} for id in checks}})
    gate, output = _start(folder, "--check", *checks)
    with gate:
        until(lambda: [e for e in journal(output) if e["event"] == "PhaseStarted" and e["scenario"] == "sleeping"])
        gate.send_signal(signal.SIGTERM)
        printed = gate.communicate(timeout=120)[0].decode()
    found = graded(output, gate.returncode, printed)
    assert found.code == 130, printed
    assert found.report["interrupted"] is True
    assert found.report["verdict"] != "READY"
    assert found.result("all_well")["status"] == "PASS", "what was recorded before is judged"
    assert found.result("slept")["status"] != "PASS"
    assert marked(found.run.name) == []


def test_a_killed_gate_leaves_nothing_but_a_report(tmp_path: Path) -> None:
    gate, output = _start(tmp_path, "--check", "crash_restart")  # the sample desk, disrupted
    with gate:
        until(lambda: [e for e in journal(output) if e["event"] == "PhaseStarted"], 120.0)
        run = next(output.iterdir()).name
        before = marked(run)
        noted = datetime.fromisoformat(journal(output)[-1]["at"])
        time.sleep(1.5)
        os.kill(gate.pid, signal.SIGKILL)
        gate.communicate(timeout=120)
    assert len(before) >= 3, "the desk, its vendor and the scenario were there"
    until(lambda: list(output.glob("*/production_validation_report_*.json")), 120.0)
    until(lambda: not marked(run), 10.0)
    found = graded(output, gate.returncode)
    assert found.code == -signal.SIGKILL
    assert found.report["interrupted"] is True
    assert found.report["verdict"] != "READY"
    assert found.result("crash_restart")["status"] not in ("PASS", "WARN")
    begun = datetime.fromisoformat(journal(output)[0]["at"])
    least = (noted - begun).total_seconds() + 1.4
    assert found.report["test_duration_seconds"] >= least, "it lasted until it was killed, not until its last entry"
    files = {path.name: path.read_bytes() for path in found.run.iterdir() if path.is_file()}
    assert main(["judge", str(found.run)]) == 130
    assert {path.name: path.read_bytes() for path in found.run.iterdir() if path.is_file()} == files


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [("python:answering:nothing", 5, "answering"), ("ftp://127.0.0.1", 2, "unknown scheme 'ftp'")],
)
def test_a_target_that_cannot_be_reached(tmp_path: Path, address: str, code: int, said: str) -> None:
    folder = project(tmp_path, {"all_well": GOOD})
    done = subprocess.run(
        command(folder / "runs", "--check", "all_well", "--target", address), cwd=folder, env=environment(),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def _start(folder: Path, *arguments: str) -> "tuple[subprocess.Popen[bytes], Path]":
    output = folder / "runs"
    gate = subprocess.Popen(
        command(output, *arguments), cwd=folder, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    return gate, output


def test_a_defect_before_the_first_event_ends_the_run(tmp_path: Path) -> None:
    """Nobody waits for an event that cannot come; and it is a defect, not a verdict."""
    patch = "import readiness.engine as e\ndef full(*_): raise OSError(28, 'No space left on device')\ne.write = full"
    folder = project(tmp_path, {"all_well": GOOD}, policy={"checks": {"all_well": {}}})
    done = subprocess.run(
        command(folder / "runs", "--check", "all_well", patch=patch), cwd=folder, env=environment(),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "No space left on device" in done.stderr


def test_a_ready_run_whose_report_was_not_written_does_not_exit_with_0(tmp_path: Path) -> None:
    broken = (
        '"""Breaks."""\nfrom readiness import Report, reporter\n\n@reporter()\n'
        'def breaking(report: Report) -> dict[str, str]:\n    """Breaks."""\n    raise OSError("disk full")\n'
    )
    folder = project(tmp_path, {"all_well": GOOD, "breaking": broken}, policy={"checks": {"all_well": {}}})
    found = grade(folder, "--check", "all_well")
    assert (found.report["verdict"], found.code) == ("READY", 4), found.printed
    assert "breaking: not written" in found.printed
    assert (found.run / "report.html").is_file(), "a reporter that breaks costs its own file"
    assert main(["judge", str(found.run)]) == 4, "judging again is no way around it"
