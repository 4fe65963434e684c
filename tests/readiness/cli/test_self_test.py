"""`readiness self-test`: what counts as caught, what a table says of it, what runs beside what, and what a second call takes over."""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import yaml

from readiness.cli.self_test import SelfTest
from readiness.cli.self_test_kept import Kept, version_of
from readiness.cli.self_test_round import Round
from readiness.cli.self_test_table import Alarms, Finding, Pair, as_json, exit_code, markdown
from readiness.loader import load
from readiness.settings import EMBEDDED
from readiness.targeting import Mutant
from tests.grading import until

ROOT = Path(__file__).parents[3]
SERVICE = ROOT / "tests" / "services" / "plain_service.py"
ABOUT = {"target": "plain", "profile": "standard"}


def found(*statuses: str) -> tuple[Finding, ...]:
    return tuple(Finding(status, f"said {status}", 2.0) for status in statuses)


def pair(*statuses: str, healthy: str = "PASS") -> Pair:
    return Pair("slow", "latency", healthy, found(*statuses))


def test_caught_means_failed_in_every_round_and_clean_without_the_defect() -> None:
    assert pair("FAIL", "FAIL").proven
    for not_proven in (
        pair("FAIL", "UNKNOWN"),
        pair("FAIL", "PASS"),
        pair("FAIL", healthy="FAIL"),
        pair("FAIL", healthy=""),
    ):
        assert not not_proven.proven
    assert not pair("FAIL", "UNKNOWN").refuted, "what was left open refutes nothing"
    assert not pair("ERROR").refuted
    for refuted in (pair("FAIL", "WARN"), pair("FAIL", "PASS"), pair("FAIL", healthy="FAIL")):
        assert refuted.refuted
    assert not Pair("slow", "latency", "PASS", ()).proven, "no round is no proof"


def test_power_counts_every_round() -> None:
    value, low, high = pair("FAIL", "FAIL", "UNKNOWN", "PASS").power
    assert value == 0.5
    assert (round(low, 4), round(high, 4)) == (0.1500, 0.8500), "Wilson's interval of 2 in 4"
    assert pair(*["FAIL"] * 20).power[1] == pytest.approx(0.8389, abs=1e-4)


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([pair("FAIL")], 0),
        ([pair("FAIL"), pair("UNKNOWN")], 3),
        ([pair("UNKNOWN"), pair("PASS")], 1),
        ([pair("FAIL", healthy="UNKNOWN")], 3),
        ([pair("FAIL", healthy="FAIL")], 1),
    ],
)
def test_the_exit_code_tells_missed_from_left_open(pairs: list[Pair], code: int) -> None:
    assert exit_code(pairs, None) == code


def test_a_false_alarm_is_one_in_any_run() -> None:
    alarms = Alarms(3, {"a": found("PASS", "FAIL", "PASS"), "b": found("PASS", "WARN", "NOT_APPLICABLE")})
    assert (alarms.false, alarms.undecided, exit_code([], alarms)) == ({"a": 1}, {}, 1)
    assert exit_code([], Alarms(1, {"b": found("ERROR")})) == 1, "a check that breaks is no clean one"
    left = Alarms(2, {"a": found("PASS", "UNKNOWN"), "b": found("PASS", "PASS")})
    assert (left.false, left.undecided, exit_code([], left)) == ({}, {"a": 1}, 3)
    assert exit_code([], Alarms(2, {"a": found("PASS")}, ("it did not start",))) == 3
    clean = Alarms(10, {"a": found(*["PASS"] * 10), "b": found(*["WARN"] * 10)})
    assert exit_code([], clean) == 0
    assert "0 false alarms in 20 answers (with 95 % at most 13.91% of them)" in clean.sentence(), "1 - 0.05^(1/20)"


def test_the_table_shows_the_round_that_was_not_caught() -> None:
    page = markdown([pair("FAIL", "PASS"), replace(pair("FAIL"), defect="a|b")], None, ABOUT)
    assert "| slow | latency | PASS | 2 | 1 | 0.50 (0.09 to 0.91) | 2.0 | PASS: said PASS |" in page
    assert "| a\\|b | latency | PASS | 1 | 1 | 1.00 (0.21 to 1.00) | 2.0 | said FAIL |" in page
    assert "1 of 2 defects proven, 1 refuted, 0 left open; caught in 2 of 3 rounds" in page
    told = json.loads(as_json([pair("FAIL", "PASS")], None, ABOUT))
    assert told["pairs"][0]["power"]["value"] == 0.5
    assert [one["status"] for one in told["pairs"][0]["findings"]] == ["FAIL", "PASS"]


ANSWER = {"verdict": "NOT READY", "fit": True, "results": {"latency": ["FAIL", "slow"]}, "seconds": 1.0}
ROUND = Round("slow", ("latency",), 1)


def test_a_round_is_taken_over_for_the_same_code_only(tmp_path: Path) -> None:
    Kept(tmp_path, "one").keep(ROUND, ANSWER)
    assert Kept(tmp_path, "one").find(ROUND) == ANSWER
    assert Kept(tmp_path, "two").find(ROUND) is None
    for other in (replace(ROUND, number=2), replace(ROUND, profile="quick"), replace(ROUND, config="other.yaml")):
        assert Kept(tmp_path, "one").find(other) is None
    with (tmp_path / "rounds.jsonl").open("a") as file:
        file.write('{"round": "cut o')
    assert Kept(tmp_path, "one").find(ROUND) == ANSWER, "a torn line costs nothing but itself"
    assert Kept(None, "one").find(ROUND) is None


OPEN = {"latency": ["INCONCLUSIVE", "the machine was unfit"]}


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"failure": "it did not start", "seconds": 1.0}, False),
        ({**ANSWER, "fit": False, "results": OPEN}, False),
        ({**ANSWER, "fit": False}, True),
        ({**ANSWER, "results": OPEN}, True),
    ],
    ids=["no result", "left open by the machine", "decided all the same", "left open by itself"],
)
def test_what_was_no_measurement_is_run_again(tmp_path: Path, answer: dict[str, Any], kept: bool) -> None:
    Kept(tmp_path, "one").keep(ROUND, answer)
    assert (Kept(tmp_path, "one").find(ROUND) is not None) == kept


def test_the_version_follows_the_settings(tmp_path: Path) -> None:
    catalog, settings = load(), tmp_path / "readiness.yaml"
    settings.write_text("target: {address: http://127.0.0.1:1}\n")
    first = version_of(catalog, settings)
    assert first == version_of(catalog, settings)
    settings.write_text("target: {address: http://127.0.0.1:2}\n")
    assert first != version_of(catalog, settings)


class Watched(SelfTest):
    """Rounds that only take note of which others run."""

    def watch(self) -> None:
        self.running: set[str] = set()
        self.together: dict[str, int] = {}

    async def _graded(self, asked: Round) -> dict[str, Any]:
        name = asked.defect or "healthy"
        self.running.add(name)
        for _ in range(5):
            self.together = {
                **self.together, **{one: max(self.together.get(one, 0), len(self.running)) for one in self.running},
            }  # fmt: skip
            await asyncio.sleep(0.005)
        self.running.discard(name)
        return {"verdict": "READY", "fit": True, "results": {check: ["FAIL", ""] for check in asked.checks}}


def arguments(**given: Any) -> argparse.Namespace:
    known = {"names": [], "rounds": 1, "healthy": None, "jobs": 3, "config": None, "target": None, "plugins": [],
             "profile": None, "output": [], "runs": None}  # fmt: skip
    return argparse.Namespace(**{**known, **given})


def test_what_takes_times_is_alone_and_the_rest_goes_in_lanes(tmp_path: Path) -> None:
    scenarios = {"load": SimpleNamespace(alone=True), "read": SimpleNamespace(alone=False)}
    needs = {"latency": "load", "headers": "read"}
    catalog: Any = SimpleNamespace(scenarios=scenarios, checks={c: SimpleNamespace(needs=n) for c, n in needs.items()})
    mutants = [Mutant(name=f"{check}{n}", check=check) for n in range(6) for check in needs]
    said: list[str] = []
    test = Watched(arguments(rounds=2), catalog, Kept(tmp_path, "v"), tmp_path, said.append)
    test.watch()
    pairs, alarms = asyncio.run(test.run(mutants))
    assert alarms is None
    assert {name: count for name, count in test.together.items() if not name.startswith("headers")} == {
        "healthy": 1, **{f"latency{n}": 1 for n in range(6)},
    }  # fmt: skip
    assert max(count for name, count in test.together.items() if name.startswith("headers")) == 3
    assert [len(one.rounds) for one in pairs] == [2] * 12
    assert len(said) == 25
    again = Watched(arguments(rounds=3), catalog, Kept(tmp_path, "v"), tmp_path, said.append)
    again.watch()
    asyncio.run(again.run(mutants))
    assert again._fresh == 12, "two rounds of each and the healthy one were taken over"


def self_test(folder: Path, mutants: list[dict[str, Any]], *words: str) -> tuple[int, str]:
    target = {"name": "plain", "start": [sys.executable, str(SERVICE), "--port", "{port}"], "grants": ["read"],
              "operations": [{"name": "hello", "path": "/"}], "mutants": mutants,
              "mutant_arguments": ["--defect", "{mutant}"]}  # fmt: skip
    (folder / "readiness.yaml").write_text(yaml.safe_dump({"target": target}))
    call = [sys.executable, "-m", "readiness", "self-test", "--config", str(folder / "readiness.yaml"), *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    return done.returncode, done.stdout + done.stderr


PLANTED = [{"name": "answers-everything", "check": "unknown_path"}, {"name": "any-method", "check": "unknown_path"}]


def test_a_defect_that_its_check_does_not_see_is_refuted(tmp_path: Path) -> None:
    code, said = self_test(tmp_path, PLANTED, "--output", str(tmp_path / "table.md"), "--runs", str(tmp_path / "runs"))
    assert code == 1, said
    assert "1 of 2 defects proven, 1 refuted, 0 left open; caught in 1 of 2 rounds" in said
    page = (tmp_path / "table.md").read_text()
    assert "| answers-everything | unknown_path | PASS | 1 | 1 |" in page
    assert "| any-method | unknown_path | PASS | 1 | 0 | 0.00 (0.00 to 0.79) |" in page
    code, said = self_test(tmp_path, PLANTED, "answers-everything", "--runs", str(tmp_path / "runs"))
    assert (code, "1 of 1 defects proven" in said) == (0, True), said


def test_healthy_runs_raise_no_alarm(tmp_path: Path) -> None:
    code, said = self_test(
        tmp_path, PLANTED, "answers-everything", "--healthy", "2", "--output", str(tmp_path / "h.json")
    )
    assert code == 0, said
    assert "2 healthy runs: 0 false alarms in 2 answers" in said
    assert json.loads((tmp_path / "h.json").read_text())["healthy"] == {
        "runs": 2, "false_alarms": {}, "open": {}, "failures": [],
    }  # fmt: skip


def test_a_target_that_does_not_start_proves_nothing(tmp_path: Path) -> None:
    broken = [{"name": "broken", "check": "unknown_path", "environment": {"PYTHONHOME": "/nowhere"}}]
    code, said = self_test(tmp_path, broken)
    assert code == 3, said
    assert "0 of 1 defects proven, 0 refuted, 1 left open" in said
    assert "NO RESULT" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rounds", "0"], "--rounds 0; at least 1"),
        (["--jobs", "0"], "--jobs 0; at least 1"),
        (["--healthy", "0"], "--healthy 0; at least 1"),
        (["--output", "table.txt"], "right would be a file in a folder that exists, .md or .json"),
        (["--output", "/nowhere/at/all.md"], "right would be"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(tmp_path: Path, words: list[str], said: str) -> None:
    code, told = self_test(tmp_path, PLANTED, *words)
    assert (code, said in told) == (2, True), told


def test_an_interruption_ends_the_rounds_and_shows_what_is_through(tmp_path: Path) -> None:
    self_test(tmp_path, PLANTED, "--rounds", "0")  # writes the settings
    call = [
        sys.executable,
        "-m",
        "readiness",
        "self-test",
        "--config",
        str(tmp_path / "readiness.yaml"),
        "--rounds",
        "50",
    ]
    child = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    first = child.stdout.readline()
    assert first.startswith("  1/101 "), first
    rounds = until(lambda: psutil.Process(child.pid).children(recursive=True))
    os.kill(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "Planted defects" in out
    _, alive = psutil.wait_procs(rounds, timeout=10)
    assert alive == []


def test_the_desk_is_described_with_its_defects() -> None:
    described = yaml.safe_load(EMBEDDED.read_text())["target"]["mutants"]
    names = [mutant["name"] for mutant in described]
    assert len(names) == len(set(names)) > 70
    known: Callable[[str], Any] = load().check
    assert all(known(mutant["check"]) for mutant in described)
