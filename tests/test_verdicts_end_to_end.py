"""Verdicts that could be wished READY, from real runs of the gate: each with its exit code, and what every format says."""

import json
import shutil
import signal
import subprocess
from collections.abc import Mapping
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from readiness.cli import main
from readiness.loader import load
from tests.grading import (
    CALLING,
    LOADING,
    Graded,
    check_source,
    command,
    environment,
    grade,
    graded,
    journal,
    project,
    until,
)

# It sends no load: whether this machine is fit to measure must not decide what is shown here.
NOTING = '''
"""Notes what was asked of it."""
from readiness import Recorder, Target, scenario

@scenario(suite="mine", effect="read")
async def {id}(target: Target, recorder: Recorder) -> None:
    """Notes a time."""
    recorder.phase("note")
    recorder.fact("seconds", 0.5)
    {then}
'''
NOTED = check_source('return Fact("seconds" in recording.facts, "it was noted")', "noting")
SLOW = check_source('return Measured(recording.facts["seconds"], unit="s", objective=0.1, limit=0.4)', "noting")
NOTES = {"noting": NOTING.format(id="noting", then="")}
ALONE = CALLING.replace('effect="read"', 'effect="read", alone=True')
LISTED = {"checks": {"noted": {"weight": 1.0}, "slow": {"weight": 3.0}}}


def described(folder: Path, **target: Any) -> Path:
    """Change what the project in ``folder`` says about its target."""
    path = folder / "readiness.yaml"
    data = yaml.safe_load(path.read_text())
    data["target"] |= target
    path.write_text(yaml.safe_dump(data))
    return folder


def said(run: Path) -> dict[str, str]:
    """The verdict as every file of a run gives it to its reader; of JUnit also how the cases are marked."""
    html = (run / "report.html").read_text()
    sarif = json.loads((run / "results.sarif").read_text())["runs"][0]["properties"]
    summary = json.loads((run / "summary.json").read_text()) if (run / "summary.json").is_file() else {}
    cases = [ElementTree.parse(path).getroot() for path in sorted(run.glob("test_results_*.xml"))]
    suites = {
        element.get("value") for root in cases for element in root.iterfind("testsuite/properties/property[@name='verdict']")
    }  # fmt: skip
    markdown = next(line for line in (run / "summary.md").read_text().splitlines() if line.startswith("## "))
    return {
        "html": html.partition('<h1 id="verdict">')[2].partition("<span>")[2].partition("</span>")[0],
        "sarif": sarif["verdict"],
        "junit": " ".join(sorted(filter(None, suites))),
        "markdown": markdown.split(" ", 2)[2],
        "summary": summary.get("verdict", sarif["verdict"]),
    }


def junit(run: Path) -> dict[str, int]:
    """How many JUnit cases there are, and how many of them are red."""
    roots = [ElementTree.parse(path).getroot() for path in run.glob("test_results_*.xml")]
    red = [
        case for root in roots for tag in ("failure", "error") for case in root.iterfind(f"testsuite/testcase/{tag}")
    ]
    return {"cases": sum(len(root.findall("testsuite/testcase")) for root in roots), "red": len(red)}


def assert_not_ready(found: Graded, verdict: str, code: int, why: str) -> None:
    """The verdict, in every format; and nothing that says or implies READY."""
    report = found.report
    assert (report["verdict"], found.code) == (verdict, code), found.printed
    assert (report["deployment_ready"], report["overall_ready"], report["release_ready"]) == (False, False, False)
    assert {decision["verdict"] for decision in (*report["decisions"], *report["tier_decisions"])}.isdisjoint({"READY"})
    assert said(found.run) == dict.fromkeys(("html", "sarif", "junit", "markdown", "summary"), verdict)
    assert f" {verdict} " in found.printed, found.printed
    assert why in report["reason"], report["reason"]
    first = " ".join(report["reason"].split()[:4])
    for name in ("report.html", "summary.md"):
        assert first in (found.run / name).read_text(), f"{name} does not say why"


# --- runs that saw nothing, or half of it


def test_an_empty_run(tmp_path: Path) -> None:
    folder = described(project(tmp_path / "p", {}), grants=[], operations=[])
    found = grade(folder)
    results = [result for suite in found.report["detailed_results"].values() for result in suite["results"]]
    assert len(results) > 50, "the whole catalogue is in scope"
    assert {result["status"] for result in results} == {"UNKNOWN"}
    assert_not_ready(found, "INCONCLUSIVE", 3, "nothing that counts was decided")
    assert (found.report["coverage"], found.report["overall_score"]) == (0.0, None)
    critical = sum(result["severity"] in ("blocker", "critical") for result in results)
    assert junit(found.run) == {"cases": len(results), "red": critical}, "what is critical and not seen is red"


def test_a_fully_skipped_run(tmp_path: Path) -> None:
    skipped = {id: {"skip": "not today (QA)"} for id in load(()).checks}
    found = grade(project(tmp_path / "p", {}, policy={"checks": skipped}))
    results = [result for suite in found.report["detailed_results"].values() for result in suite["results"]]
    assert {(result["status"], result["reason"]) for result in results} == {("SKIPPED", "not today (QA)")}
    assert_not_ready(found, "INCONCLUSIVE", 3, "nothing that counts was decided")
    assert found.report["coverage"] == 0.0
    assert [scenario["status"] for scenario in found.report["scenarios"]] == []
    assert junit(found.run)["cases"] == len(results), "a skipped check is a skipped case, not a missing one"
    assert "not today (QA)" in (found.run / "report.html").read_text()


def test_a_half_crashed_run(tmp_path: Path) -> None:
    crashing = NOTING.format(id="crashing", then='raise RuntimeError("the floor gave way")')
    checks = {"noted": NOTED, "gone": check_source('return Fact(True, "well")', "crashing")}
    folder = project(
        tmp_path / "p", {**checks, **NOTES, "crashing": crashing}, policy={"checks": {id: {} for id in checks}}
    )  # fmt: skip
    found = grade(folder, "--check", *checks)
    assert_not_ready(found, "INCONCLUSIVE", 3, "coverage is 0.50, and 0.80 is needed")
    assert found.result("noted")["status"] == "PASS"
    assert found.result("gone")["status"] == "ERROR"
    assert {s["scenario"]: s["status"] for s in found.report["scenarios"]} == {
        "noting": "finished",
        "crashing": "crashed",
    }
    for name in ("report.html", "summary.md", "results.sarif", "test_results_mine.xml"):
        assert "the floor gave way" in (found.run / name).read_text(), name
    assert "the floor gave way" in found.printed
    assert junit(found.run) == {"cases": 2, "red": 1}


def test_an_interrupted_run(tmp_path: Path) -> None:
    sleeping = check_source('return Fact(True, "well")', "sleeping", severity="minor")
    checks = {"noted": NOTED, "slept": sleeping}
    folder = project(tmp_path / "p", {**checks, **NOTES}, policy={"checks": {"noted": {"weight": 99}, "slept": {}}})
    gate = subprocess.Popen(
        command(folder / "runs", "--check", *checks), cwd=folder, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    with gate:
        until(lambda: [e for e in journal(folder / "runs") if e.get("scenario") == "sleeping" and "seconds" in e])
        gate.send_signal(signal.SIGTERM)
        printed = gate.communicate(timeout=120)[0].decode()
    found = graded(folder / "runs", gate.returncode, printed)
    assert_not_ready(found, "INCONCLUSIVE", 130, "The run was interrupted")
    assert found.report["coverage"] == pytest.approx(0.99), "all but the last hundredth was seen, and well"
    assert found.report["overall_interval"]["low"] >= 0.99
    assert junit(found.run)["red"] > 0, "who reads only JUnit must see it too"
    assert (
        json.loads((found.run / "results.sarif").read_text())["runs"][0]["invocations"][0]["executionSuccessful"]
        is False
    )
    for name in ("report.html", "summary.md", "comment.md"):
        assert "interrupted" in (found.run / name).read_text().lower(), name
    assert main(["judge", str(found.run)]) == 130, "judging again makes it no better"


# --- one run, judged again


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A run with a check that passed and one that measured 0.5 s, which misses its limit of 0.4 s."""
    folder = project(tmp_path_factory.mktemp("stored") / "p", {"noted": NOTED, "slow": SLOW, **NOTES}, policy=LISTED)
    found = grade(folder, "--check", "noted", "slow")
    assert (found.code, found.report["verdict"]) == (1, "NOT READY"), found.printed
    return found


@pytest.fixture
def run(stored: Graded, tmp_path: Path) -> Path:
    """A copy of the stored run, to do with as one likes."""
    return Path(shutil.copytree(stored.run, tmp_path / stored.run.name))


def waiver(**changed: Any) -> dict[str, Any]:
    """A waiver for the slow check, from the first to the last of March."""
    return {
        "id": "W-1", "check": "slow", "reason": "A cache comes in April.", "owner": "an owner", "approver": "an approver",
        "created": "2026-03-01", "expires": "2026-03-31", **changed,
    }  # fmt: skip


def policy_file(folder: Path, *waivers: Mapping[str, Any], **more: Any) -> str:
    path = folder / "waiving.yaml"
    path.write_text(yaml.safe_dump({"name": "waiving", **LISTED, "waivers": list(waivers), **more}))
    return str(path)


def judged(run: Path) -> tuple[dict[str, Any], str]:
    """The JSON report and the HTML of the only other judgement of a run."""
    (folder,) = (run / "judged").iterdir()
    (path,) = folder.glob("production_validation_report_*.json")
    return json.loads(path.read_text()), (folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("today", "code", "status", "waived", "says"),
    [
        ("2026-02-28", 1, "not yet", False, "it holds from 2026-03-01 on (UTC)"),
        ("2026-03-01", 0, "active", True, "30 days are left"),
        ("2026-03-30", 0, "expiring", True, "1 day is left"),
        ("2026-03-31", 0, "expiring", True, "this is the last day"),
        ("2026-04-01", 1, "expired", False, "its last day was 2026-03-31 (UTC); the finding counts again"),
    ],
)
def test_the_days_of_a_waiver(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], today: str, code: int, status: str, waived: bool, says: str
) -> None:  # fmt: skip
    assert main(["judge", str(run), "--policy", policy_file(tmp_path, waiver()), "--today", today]) == code
    report, html = judged(run)
    (state,) = report["waiver_states"]
    assert (state["status"], state["days_left"]) == (status, (date(2026, 3, 31) - date.fromisoformat(today)).days)
    assert says in state["reason"]
    assert says in html
    assert report["environment"]["waivers_held_on"] == today
    assert today in html, "the report says on which day it was held against its waivers"
    assert _slow(report)["waived"] is waived
    assert report["raw_score"] < 0.7, "the score without waivers stays what it is"
    assert (report["overall_score"] > report["raw_score"]) is waived
    assert report["verdict"] == ("READY" if waived else "NOT READY")
    assert report["release_ready"] is False
    printed = _one_line(capsys.readouterr().out)
    if status != "active":
        assert says in printed, "everything but an active waiver is said loudly"


def test_a_run_is_held_against_the_day_it_ended_on(run: Path, tmp_path: Path) -> None:
    """Not against the day it is judged on: the same evidence under the same policy says the same on any day."""
    ended = date.fromisoformat(json.loads((run / "run.json").read_text())["timestamp"][:10])
    last = waiver(created=str(ended - timedelta(days=10)), expires=str(ended))
    assert main(["judge", str(run), "--policy", policy_file(tmp_path, last)]) == 0
    assert judged(run)[0]["waiver_states"][0]["reason"].endswith("this is the last day")


@pytest.mark.parametrize(
    ("changed", "code", "status", "says"),
    [
        ({"bound": 0.5}, 0, "active", "30 days are left"),
        ({"bound": 0.49}, 1, "exceeded", "is beyond its bound of 0.49 s; the finding counts again"),
        ({"check": "noted"}, 1, "unused", "noted passed: nothing is left to waive"),
        ({"check": "lost_update", "expires": "2026-03-20"}, 1, "forbidden", "cannot be waived; the finding counts"),
        ({"scope": "another"}, 1, "out of scope", "it is for the target another, and this is answering"),
    ],
)
def test_what_becomes_of_a_waiver(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], code: int, status: str, says: str
) -> None:  # fmt: skip
    policy = policy_file(tmp_path, waiver(**changed))
    assert main(["judge", str(run), "--policy", policy, "--today", "2026-03-01"]) == code
    report, html = judged(run)
    (state,) = report["waiver_states"]
    assert state["status"] == status
    assert says in state["reason"]
    assert says in html
    assert _slow(report)["waived"] is (code == 0)
    if status != "active":
        assert says in _one_line(capsys.readouterr().out)


def test_a_waiver_of_what_nobody_may_accept(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = policy_file(tmp_path, waiver(), unwaivable=["slow"])
    assert main(["judge", str(run), "--policy", policy, "--today", "2026-03-01"]) == 1
    report, html = judged(run)
    assert (report["waiver_states"][0]["status"], _slow(report)["waived"]) == ("forbidden", False)
    for text in (unescape(html), _one_line(capsys.readouterr().out)):
        assert "slow is on the policy's list of what cannot be waived; the finding counts" in text


@pytest.mark.parametrize(
    ("changed", "more", "says"),
    [
        ({"expires": "soon"}, {}, "'W-1' expires 'soon'; right would be a date like 2026-01-31"),
        ({"expires": "20260331"}, {}, "right would be a date like 2026-01-31"),
        ({"expires": "2026-02-01"}, {}, "before it was created (2026-03-01)"),
        ({"expires": None}, {}, "waivers.1.expires is None; right would be text"),
        ({"owner": " "}, {}, "'W-1' has no owner"),
        ({"check": "sl*"}, {}, "is too broad: 'sl*'; right would be one check"),
        ({"check": "slwo"}, {}, "waivers.W-1: unknown check 'slwo' (did you mean 'slow'?)"),
        ({"bound": float("nan")}, {}, "bound"),
        ({"forever": True}, {}, "forever"),
        ({"expires": "2026-05-31"}, {}, "holds for 91 days; right would be 90 at most, to 2026-05-30"),
        (
            {"expires": "2026-04-01"},
            {"checks": {"noted": {}, "slow": {"severity": "critical"}}},
            "slow is critical, and such a check may be waived for 30 days: to 2026-03-31 at most",
        ),
    ],
)
def test_a_waiver_that_is_none(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], more: dict[str, Any], says: str
) -> None:  # fmt: skip
    before = sorted(path.name for path in run.iterdir())
    assert main(["judge", str(run), "--policy", policy_file(tmp_path, waiver(**changed), **more)]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error
    assert sorted(path.name for path in run.iterdir()) == before, "nothing was written"


def test_the_same_rules_give_the_same_bytes_in_every_file(run: Path) -> None:
    before = _files(run)
    kinds = {"report.html", "summary.md", "comment.md", "results.sarif", "metrics.txt", "badge.svg", "annotations.txt"}
    assert kinds | {"test_results_mine.xml", "summary.json", "earlier.json"} <= before.keys()
    assert [name for name in before if name.startswith("production_validation_report_")], before.keys()
    assert main(["judge", str(run)]) == 1
    after = _files(run)
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == []


def test_other_rules_are_named_as_the_cause(run: Path, tmp_path: Path) -> None:
    lenient = tmp_path / "lenient.yaml"
    lenient.write_text(
        yaml.safe_dump({"name": "lenient", "checks": {"noted": {"weight": 9.0}, "slow": {"weight": 1.0}}})
    )
    assert main(["judge", str(run), "--policy", str(lenient)]) == 0
    report, html = judged(run)
    moved = report["change"]["attribution"]
    assert moved["policy"] == pytest.approx(report["overall_score"] - report["change"]["score_before"])
    assert moved["policy"] > 0
    assert (moved["service"], moved["catalogue"], moved["machine"]) == (0.0, 0.0, 0.0)
    assert ": the policy (" in moved["sentence"]
    assert "the policy (" in html


# --- a machine unfit to measure


@pytest.mark.parametrize("calling", [LOADING, ALONE], ids=["load", "alone"])
def test_an_unfit_machine_decides_nothing_about_speed(tmp_path: Path, calling: str) -> None:
    """The evidence is edited: a hypervisor that took a third of the machine away while times were taken."""
    speed = 'return Measured(recording.latency.largest, unit="s", objective=50.0, limit=100.0)'
    checks = {
        id: check_source(speed, "calling").replace('"reliability"', f'"{id}"') for id in ("performance", "scalability")
    }
    checks["calm"] = check_source('return Fact(recording.facts["calls"] == 15, "all calls")', "calling")
    listed: dict[str, Any] = {"checks": {id: {} for id in checks}}
    found = grade(project(tmp_path / "p", {**checks, "calling": calling}, policy=listed), "--check", *checks)
    stolen = {"kind": "readings", "series": "machine_steal_share", "unit": "", "at": [0.1, 0.2], "values": [0.33, 0.33]}
    recording = found.run / "recordings" / "calling.jsonl"
    lines = [line for line in recording.read_text().splitlines() if '"series": "machine_steal_share"' not in line]
    recording.write_text("\n".join([*lines[:-1], json.dumps(stolen), lines[-1]]) + "\n")
    assert main(["judge", str(found.run)]) == 5
    again = graded(found.run.parent, 5)
    for id in ("performance", "scalability"):
        assert again.result(id)["status"] == "INCONCLUSIVE"
        assert "the machine was unfit to measure; it read: " in again.result(id)["reason"]
        assert again.result(id)["score"] == {"low": 0.0, "high": 1.0}
    assert again.result("calm")["status"] == "PASS", "what does not depend on speed is decided"
    assert again.report["verdict"] == "INCONCLUSIVE"
    assert again.report["fitness"]["readings"]["steal_share"] == pytest.approx(0.33)
    why = "the hypervisor gave 33% of the CPU time to other machines (limit 5%)"
    assert why in again.report["reason"]
    for name in ("report.html", "summary.md"):
        assert why in (again.run / name).read_text(), name


def test_an_older_run_that_did_not_watch_the_machine_then_is_judged_as_it_was(tmp_path: Path) -> None:
    """The evidence is edited: what runs alone without sending load was not always watched."""
    checks = {
        "quick": check_source('return Measured(recording.latency.largest, unit="s", objective=50.0, limit=100.0)')
    }
    checks["quick"] = checks["quick"].replace('"reliability"', '"performance"')
    folder = project(tmp_path / "p", {**checks, "calling": ALONE}, policy={"checks": {"quick": {}}})
    found = grade(folder, "--check", "quick")
    recording = found.run / "recordings" / "calling.jsonl"
    entries = [json.loads(line) for line in recording.read_text().splitlines()]
    assert [entry["value"]["target"] for entry in entries if entry.get("name") == "machine"] == ["inside"], (
        "it is watched now"
    )
    kept = [entry for entry in entries if entry["kind"] != "readings" and entry.get("name") != "machine"]
    recording.write_text("".join(json.dumps(entry) + "\n" for entry in kept))
    assert main(["judge", str(found.run)]) == 0
    assert graded(found.run.parent, 0).result("quick")["status"] == "PASS"


def _slow(report: Mapping[str, Any]) -> dict[str, Any]:
    results = [result for suite in report["detailed_results"].values() for result in suite["results"]]
    (found,) = [result for result in results if result["check"] == "slow"]
    return dict(found)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _one_line(text: str) -> str:
    """What a terminal shows, without its frames and line breaks."""
    return " ".join(text.replace("│", " ").split())
