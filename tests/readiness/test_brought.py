"""Evidence that others made becomes results: in date, strong enough, and never so many that they drown the rest."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.brought import brought_results, brought_summary, part_of_source
from readiness.errors import PolicyError, SettingsError, UsageError
from readiness.evidence.reading import Entry, Reading
from readiness.evidence.source import AnySource
from readiness.loader import Catalog, load
from readiness.model import Fact, Outcome, Unknown
from readiness.plan import Plan, make_plan
from readiness.policy import STANDARD, Policy
from readiness.policy_file import from_mapping
from readiness.policy_lint import complaints_about
from readiness.policy_source import read_policy
from readiness.report import Result
from readiness.settings import Settings, read_settings
from readiness.stored import Ended, Ending
from readiness.targeting import TargetSpec
from readiness.verdict import assemble
from tests.grading import check_source, environment, grade, project
from tests.readiness.evidence_files import NOW, source_of
from tests.readiness.results import result, waiver

GOOD, BAD = Fact(True, "good"), Fact(False, "bad")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def settings(**evidence: AnySource) -> Settings:
    return Settings(target=TargetSpec(name="desk", address="http://127.0.0.1:1"), evidence=evidence)


UNIT = source_of(Path(), kind="junit", file="junit.xml")


def planned(catalog: Catalog, source: AnySource = UNIT, policy: Policy = STANDARD) -> Plan:
    return make_plan(catalog, settings(unit=source), policy)


def reading(*outcomes: Outcome, made: str = "", **more: Any) -> Reading:
    entries = tuple(Entry(name=f"t{n}", title="t", outcome=outcome, **more) for n, outcome in enumerate(outcomes))
    return Reading(origin="JUnit, junit.xml", read=NOW, made=made, entries=entries)


def results(plan: Plan, read: Reading | None, *, status: str = "finished", reason: str = "") -> tuple[Result, ...]:
    ending = Ending.model_validate({"status": status, "reason": reason})
    ended = Ended(timestamp=NOW, seconds=1.0, interrupted=False, scenarios={part_of_source("unit"): ending})
    summaries = {part_of_source("unit"): brought_summary("unit", plan.evidence["unit"], ended)}
    return brought_results(plan, {"unit": read}, summaries, ended, date(2026, 11, 21))


def test_each_entry_is_a_result_with_origin_and_strength(catalog: Catalog) -> None:
    good, bad = results(planned(catalog), reading(GOOD, BAD))
    assert (good.check, good.status, good.suite, good.scenario) == ("unit.t0", "PASS", "evidence", "evidence-unit")
    assert (bad.check, bad.status, bad.category, bad.severity) == ("unit.t1", "FAIL", "reliability", "major")
    assert (good.origin, good.strength) == ("JUnit, junit.xml", "observed")


def test_an_entry_may_say_how_it_counts_and_the_policy_has_the_last_word(catalog: Catalog) -> None:
    said = reading(GOOD, category="security", severity="critical", weight=2.5)
    (one,) = results(planned(catalog), said)
    assert (one.category, one.severity, one.weight) == ("security", "critical", 2.5)
    policy = from_mapping({"checks": {"unit.t0": {"severity": "minor", "weight": 9.0}}}, STANDARD)
    (one,) = results(planned(catalog, policy=policy), said)
    assert (one.severity, one.weight) == ("minor", 9.0)


def test_passes_that_are_alike_share_one_weight_and_failures_count_in_full(catalog: Catalog) -> None:
    many = results(planned(catalog), reading(*[GOOD] * 500, BAD, BAD, Unknown("?")))
    weights = [one.weight for one in many]
    assert sum(weights[:500]) == pytest.approx(3.0)
    assert weights[500:] == [3.0, 3.0, 3.0]


def test_many_good_tests_cannot_hide_a_bad_check(catalog: Catalog) -> None:
    bad = result("ours", "FAIL")
    few = assemble([bad, *results(planned(catalog), reading(GOOD))])
    many = assemble([bad, *results(planned(catalog), reading(*[GOOD] * 500))])
    assert few.overall_score == pytest.approx(many.overall_score)
    assert few.overall_score == pytest.approx(0.5)


@pytest.mark.parametrize("before", [BAD, Unknown("?")])
def test_one_more_pass_never_lowers_the_score(catalog: Catalog, before: Outcome) -> None:
    plan = planned(catalog)
    for good in range(5):
        worse = assemble(results(plan, reading(*[GOOD] * good, before, BAD)))
        better = assemble(results(plan, reading(*[GOOD] * good, GOOD, BAD)))
        assert better.overall_interval.low >= worse.overall_interval.low


@pytest.mark.parametrize(
    ("made", "status"),
    [("2026-11-14T12:00:00+00:00", "PASS"), ("2026-11-14T11:59:59+00:00", "UNKNOWN"), ("", "PASS"),
     ("2026-11-21T12:05:00+00:00", "PASS"), ("2026-11-21T12:05:01+00:00", "UNKNOWN")],
)  # fmt: skip
def test_what_is_older_than_a_week_or_from_the_future_is_unknown(catalog: Catalog, made: str, status: str) -> None:
    (one,) = results(planned(catalog), reading(GOOD, made=made))
    assert one.status == status


def test_an_old_finding_is_unknown_and_not_dropped(catalog: Catalog) -> None:
    (one,) = results(planned(catalog), reading(BAD, made="2026-11-01T00:00:00+00:00"))
    assert one.status == "UNKNOWN"
    assert one.reason == "20.5 days old, and 7 are the most; it said: bad"


@pytest.mark.parametrize(
    ("asked", "status"), [("attested", "PASS"), ("static", "PASS"), ("observed", "PASS"), ("experimental", "UNKNOWN")]
)
def test_evidence_weaker_than_the_policy_asks_for_is_unknown(catalog: Catalog, asked: str, status: str) -> None:
    policy = from_mapping({"checks": {"unit.t0": {"strength": asked}}}, STANDARD)
    assert results(planned(catalog, policy=policy), reading(GOOD))[0].status == status
    assert results(planned(catalog, policy=policy), reading(BAD))[0].status == ("FAIL" if status == "PASS" else status)


@pytest.mark.parametrize(
    ("status", "became"),
    [("timed out", "ERROR"), ("crashed", "ERROR"), ("not run", "UNKNOWN"), ("finished", "UNKNOWN")],
)
def test_a_source_that_was_not_read_has_a_result(catalog: Catalog, status: str, became: str) -> None:
    (one,) = results(planned(catalog), None, status=status)
    assert (one.check, one.status) == ("unit", became)


def test_a_policy_may_name_what_a_source_brings_and_nothing_else(catalog: Catalog) -> None:
    given = settings(unit=UNIT).model_copy(update={"policy": {"checks": {"unit.t0": {"required": True}}}})
    assert read_policy(None, given, catalog).checks["unit.t0"].required
    wrong = given.model_copy(update={"policy": {"checks": {"unti.t0": {"required": True}}}})
    with pytest.raises(PolicyError, match=r"unknown check 'unti.t0' \(did you mean 'unit'"):
        read_policy(None, wrong, catalog)


@pytest.mark.parametrize(("expires", "fine"), [("2026-02-09", True), ("2026-02-10", False)])
def test_what_is_brought_may_be_waived_for_thirty_days(catalog: Catalog, expires: str, fine: bool) -> None:
    policy = from_mapping({"waivers": [waiver(check="unit.t0", expires=expires)]}, STANDARD)
    found = complaints_about(policy, catalog, ["unit"])
    assert found == [] if fine else "30 days: to 2026-02-09 at most" in found[0]
    assert "unknown check 'unit.t0'" in complaints_about(policy, catalog)[0]


def test_a_waiver_covers_what_was_brought(catalog: Catalog) -> None:
    given = waiver(check="unit.t0", created="2026-11-10", expires="2026-12-01")
    policy = from_mapping({"waivers": [given]}, STANDARD)
    one, other = results(planned(catalog, policy=policy), reading(BAD, BAD))
    assert (one.waived, other.waived) == (True, False)


def test_evidence_belongs_to_a_run_of_everything_or_of_its_own_suite(catalog: Catalog) -> None:
    given = settings(unit=UNIT)
    assert list(make_plan(catalog, given, STANDARD).evidence) == ["unit"]
    alone = make_plan(catalog, given, STANDARD, categories=("evidence",))
    assert (list(alone.evidence), alone.checks) == (["unit"], ())
    assert not make_plan(catalog, given, STANDARD, categories=("security",)).evidence
    assert not make_plan(catalog, given, STANDARD, only=("error_rate",)).evidence
    with pytest.raises(UsageError, match="unknown 'evidence'"):
        make_plan(catalog, settings(), STANDARD, categories=("evidence",))


def test_a_source_may_not_be_called_like_a_check(catalog: Catalog) -> None:
    with pytest.raises((PolicyError, SettingsError), match="'error_rate' is a check's name"):
        make_plan(catalog, settings(error_rate=UNIT), STANDARD)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ({"Unit Tests": {"kind": "junit", "file": "a"}}, "pattern"),
        ({"unit": {"kind": "junti", "file": "a"}}, "junit"),
        ({"unit": {"kind": "junit", "fil": "a"}}, "unknown key"),
        ({"unit": {"kind": "prometheus", "file": "a"}}, "objective"),
        ({"unit": {"kind": "junit", "file": "a", "max_age": 0}}, "greater than 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    tmp_path: Path, evidence: dict[str, Any], why: str
) -> None:
    path = tmp_path / "readiness.yaml"
    path.write_text(yaml.safe_dump({"target": {"address": "http://127.0.0.1:1"}, "evidence": evidence}))
    with pytest.raises(SettingsError, match=why):
        read_settings(path, variables={})


def test_files_lie_beside_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "readiness.yaml"
    sources = {"a": {"kind": "junit", "file": "x"}, "b": {"kind": "junit", "file": "x", "folder": "build"}}
    path.write_text(yaml.safe_dump({"target": {"address": "http://127.0.0.1:1"}, "evidence": sources}))
    read = read_settings(path, variables={}).evidence
    assert [source.folder for source in read.values()] == [str(tmp_path), str(tmp_path / "build")]


def test_a_run_takes_evidence_in_and_judging_it_again_says_the_same(tmp_path: Path) -> None:
    """The whole way: tests that are run, a file, one that is missing, and the report of it."""
    folder = project(
        tmp_path / "project",
        {"mine": check_source("return Fact(True, 'so')")},
        evidence={
            "tests": {"kind": "pytest", "tests": "mytests", "environment": {"TOKEN": "s3cret-token"}},
            "unit": {"kind": "junit", "file": "junit.xml"},
            "absent": {"kind": "sarif", "file": "nothing.sarif", "severity": "critical"},
        },
    )
    (folder / "mytests").mkdir()
    text = "import os\ndef test_it(): assert 'READINESS_TARGET_URL' in os.environ\ndef test_leak(): assert not os.environ['TOKEN']"
    (folder / "mytests" / "test_own.py").write_text(text)
    (folder / "junit.xml").write_text('<testsuite><testcase name="bad"><failure message="no"/></testcase></testsuite>')
    run = grade(folder, "--categories", "evidence")
    assert run.result("tests.test_own.test_it")["status"] == "PASS", run.printed
    assert run.result("unit.bad")["status"] == "FAIL"
    assert "********" in run.result("tests.test_own.test_leak")["reason"]
    assert run.result("absent")["status"] == "UNKNOWN"
    assert run.report["detailed_results"]["evidence"]["status"] == "FAILED"
    assert not run.report["deployment_ready"]
    kept = [path for path in run.run.rglob("*") if path.is_file() and b"s3cret-token" in path.read_bytes()]
    assert kept == []
    (folder / "junit.xml").unlink()
    again = [sys.executable, "-m", "readiness", "judge", str(run.run)]
    subprocess.run(again, cwd=folder, env=environment(), capture_output=True, timeout=60, check=False)
    (file,) = run.run.glob("production_validation_report_*.json")
    assert json.loads(file.read_text())["detailed_results"] == run.report["detailed_results"]
