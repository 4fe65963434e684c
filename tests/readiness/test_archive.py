"""Runs on disk: summaries that are written whole, read in place, and never guessed at."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from readiness.archive import (
    SUMMARY,
    find_report,
    last_run,
    opened,
    read_report,
    report_file,
    summary_of,
    trend_of,
    write_summary,
)
from readiness.errors import UsageError
from readiness.model import CATEGORIES
from readiness.report import Fitness, Interval, Report, Scope
from tests.readiness.results import result
from tests.readiness.runs import WHOLE, run, seconds
from tests.reports import samples

PART = Scope(partial=True, selected=("security", "performance"), sentence="A part.")


def kept(folder: Path, id: str, timestamp: str = "2026-11-21T06:00:00+00:00", **more: Any) -> Report:
    """A run in a folder of its own, with its summary and its report."""
    made = run([result("x"), seconds("latency", 0.2)], id=id, timestamp=timestamp, **more)
    (folder / id).mkdir(parents=True)
    write_summary(folder / id, made)
    (folder / id / "production_validation_report_20261121_060000.json").write_text(made.model_dump_json())
    return made


def runs_in(folder: Path) -> tuple[list[str], tuple[str, ...]]:
    with opened(folder) as archive:
        return [row[0] for row in archive.rows("SELECT run FROM runs ORDER BY epoch, run")], archive.skipped


# --- writing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ["ready", "not_ready", "inconclusive", "interrupted", "scoped", "empty"])
def test_every_kind_of_report_comes_back_from_its_summary(tmp_path: Path, sample: str) -> None:
    report: Report = getattr(samples, sample)()
    (tmp_path / "run").mkdir()
    path = write_summary(tmp_path / "run", report)
    assert path == tmp_path / "run" / SUMMARY
    with opened(tmp_path) as archive:
        [row] = archive.rows(
            "SELECT run, target, verdict, score, low, high, coverage, interrupted, scope, policy, categories, "
            'list_zip(results."check", results.status, results.value, results.weight) FROM runs'
        )
        assert archive.skipped == ()
    assert row[:8] == (
        report.run, report.target, report.verdict, report.overall_score, report.overall_interval.low,
        report.overall_interval.high, report.coverage, report.interrupted,
    )  # fmt: skip
    assert row[8] == ("performance" if sample == "scoped" else "")
    assert row[9] == "standard"
    assert row[10] == {category: report.category_scores[category] for category in CATEGORIES}
    by_check = sorted(report.results, key=lambda result: result.check)
    assert row[11] == [(result.check, result.status, result.value, result.weight) for result in by_check]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    report = samples.not_ready()
    first = write_summary(tmp_path, report).read_bytes()
    turned = {
        name: suite.model_copy(update={"results": suite.results[::-1]})
        for name, suite in report.detailed_results.items()
    }
    again = write_summary(tmp_path, report.model_copy(update={"detailed_results": turned})).read_bytes()
    assert first == again
    assert first.count(b"\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [SUMMARY], "nothing temporary is left"


def test_a_summary_is_small_and_says_what_history_needs(tmp_path: Path) -> None:
    many = [seconds(f"a_check_with_a_name_{place}", 0.123456789 + place) for place in range(53)]
    assert write_summary(tmp_path, run(many)).stat().st_size < 12_000
    made = summary_of(run([seconds("latency", 0.2)], fitness=Fitness(fit=True, readings={"control_ratio": 1.01})))
    assert made["readings"] == {"control_ratio": 1.01}
    assert json.loads(made["machine"])["cpus"] == 2
    assert {name: made["results"][name][0] for name in ("check", "value", "unit", "better", "value_low", "weight")} == {
        "check": "latency", "value": 0.2, "unit": "s", "better": "lower", "value_low": pytest.approx(0.19), "weight": 3.0,
    }  # fmt: skip


def test_what_is_not_finite_is_not_known(tmp_path: Path) -> None:
    endless = seconds("x", float("inf")).model_copy(update={"interval": Interval(low=0.1, high=float("inf"))})
    write_summary(tmp_path, run([endless]))
    row = json.loads((tmp_path / SUMMARY).read_text())["results"]
    assert (row["value"], row["value_low"], row["value_high"]) == ([None], [0.1], [None])


def test_a_summary_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    before = write_summary(tmp_path, samples.ready()).read_bytes()
    broken = samples.ready().model_copy(update={"coverage": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        write_summary(tmp_path, broken)
    assert (tmp_path / SUMMARY).read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


# --- reading --------------------------------------------------------------------------------------------------------


def test_no_folder_no_run_and_one_run(tmp_path: Path) -> None:
    assert runs_in(tmp_path / "nowhere") == ([], ())
    assert runs_in(tmp_path) == ([], ())
    kept(tmp_path, "a")
    assert runs_in(tmp_path) == (["a"], ())


WHOLE_LINE = json.dumps(summary_of(run([result("x")], id="good")), separators=(",", ":"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "only a part"),
        (b"\x00\xff\xfe garbage", "only a part"),
        (WHOLE_LINE[: len(WHOLE_LINE) // 2].encode(), "only a part"),
        (b"[1, 2]\n", "only a part"),
        (b'{"summary":99,"run":"x"}\n', "only a part"),
        (b'{"summary":1,"run":"x"}\n', "is damaged"),
        (b'{"summary":1,"run":"x",}\n', "is damaged"),
        (WHOLE_LINE.replace('"status":["PASS"]', '"status":[]').encode() + b"\n", "is damaged"),
        (WHOLE_LINE.replace('"epoch":', '"epoch":"soon","x":').encode() + b"\n", "is damaged"),
        (b'{"summary":1,' + b" " * 2_000_000 + b"}\n", "only a part"),
        (WHOLE_LINE.replace("desk", "dësk").encode() + b"\n", "only a part"),
    ],
)
def test_what_is_no_whole_summary_is_skipped_and_said(tmp_path: Path, content: bytes, said: str) -> None:
    kept(tmp_path, "sound")
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / SUMMARY).write_bytes(content)
    runs, skipped = runs_in(tmp_path)
    assert runs == ["sound"], "the other run is still there"
    [sentence] = skipped
    assert sentence.startswith(f"strange/{SUMMARY}: ")
    assert said in sentence


def test_a_run_of_many_checks_is_read_whole(tmp_path: Path) -> None:
    many = run([result(f"check_{place}") for place in range(1500)], id="many")
    (tmp_path / "many").mkdir()
    assert write_summary(tmp_path / "many", many).stat().st_size > 100_000
    with opened(tmp_path) as archive:
        assert archive.rows('SELECT len(results."check") FROM runs') == [(1500,)]


def test_what_else_lies_in_the_folder_does_no_harm(tmp_path: Path) -> None:
    kept(tmp_path, "sound")
    (tmp_path / "notes.txt").write_text("a file")
    (tmp_path / "other").mkdir()
    (tmp_path / "under way").mkdir()
    (tmp_path / "under way" / "plan.json").write_text("{}")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / SUMMARY).mkdir()
    runs, skipped = runs_in(tmp_path)
    assert runs == ["sound"]
    assert [line.split(":")[0] for line in skipped] == [f"odd/{SUMMARY}", "under way"]


def test_a_name_may_hold_anything(tmp_path: Path) -> None:
    name = 'it\'s "a" $run; — 1'
    made = run([result("x")], target="'; DROP TABLE runs; --", id=name)
    (tmp_path / name).mkdir()
    write_summary(tmp_path / name, made)
    kept(tmp_path, "later", "2026-11-22T00:00:00+00:00", target="'; DROP TABLE runs; --")
    (tmp_path / name / "production_validation_report_20261121_060000.json").write_text(made.model_dump_json())
    found = last_run(tmp_path, made.target, WHOLE, profile="standard", before="2026-11-22T00:00:00+00:00")
    assert found == tmp_path / name


def test_a_copied_run_counts_once(tmp_path: Path) -> None:
    made = kept(tmp_path, "20261121-a")
    (tmp_path / "00-copy").mkdir()
    write_summary(tmp_path / "00-copy", made)
    runs, skipped = runs_in(tmp_path)
    assert runs == ["20261121-a"]
    assert skipped == ("00-copy: holds the run 20261121-a once more",)


def test_a_run_judged_again_counts_as_it_is_now(tmp_path: Path) -> None:
    made = kept(tmp_path, "a")
    write_summary(tmp_path / "a", made.model_copy(update={"verdict": "NOT READY"}))
    with opened(tmp_path) as archive:
        assert archive.rows("SELECT verdict FROM runs") == [("NOT READY",)]


WRITER = """
import sys
from pathlib import Path
from readiness.archive import write_summary
from readiness.report import Report

folder, report = Path(sys.argv[1]), Report.model_validate_json(Path(sys.argv[2]).read_text())
for number in range(60):
    for name in (f"{sys.argv[3]}-{number}", "shared"):
        (folder / name).mkdir(exist_ok=True)
        write_summary(folder / name, report.model_copy(update={"run": name}))
"""


def test_writers_side_by_side_lose_nothing_and_readers_see_whole_runs(tmp_path: Path) -> None:
    source, folder = tmp_path / "report.json", tmp_path / "runs"
    folder.mkdir()
    source.write_text(samples.ready().model_dump_json())
    command = [sys.executable, "-c", WRITER, str(folder), str(source)]
    writers = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    seen: list[tuple[str, ...]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(runs_in(folder)[1])

    reader = threading.Thread(target=read)
    reader.start()
    statuses = [writer.wait(timeout=60) for writer in writers]
    done.set()
    reader.join()
    assert statuses == [0, 0]
    assert seen, "nobody read meanwhile"
    assert set(seen) == {()}, "a half-written summary was seen"
    runs, skipped = runs_in(folder)
    assert len(runs) == 121
    assert skipped == ()
    assert {path.name for path in (folder / "shared").iterdir()} == {SUMMARY}


# --- earlier runs ---------------------------------------------------------------------------------------------------


def test_the_last_run_is_the_newest_earlier_one_alike(tmp_path: Path) -> None:
    kept(tmp_path, "z-oldest", "2026-11-20T08:00:00+00:00")
    kept(tmp_path, "a-wanted", "2026-11-21T10:00:00+02:00")  # 08:00 UTC, and the first by name
    kept(tmp_path, "b", "2026-11-21T07:59:00+00:00")
    kept(tmp_path, "interrupted", "2026-11-21T08:30:00+00:00", interrupted=True)
    kept(tmp_path, "other-target", "2026-11-21T08:31:00+00:00", target="shop")
    kept(tmp_path, "other-scope", "2026-11-21T08:32:00+00:00", scope=PART)
    kept(tmp_path, "other-profile", "2026-11-21T08:33:00+00:00", environment={"profile": "quick"})
    kept(tmp_path, "no-report", "2026-11-21T08:34:00+00:00")
    report_file(tmp_path / "no-report").unlink()
    kept(tmp_path, "other-version", "2026-11-21T08:35:00+00:00")
    report_file(tmp_path / "other-version").write_text('{"schema_version": "99"}')
    kept(tmp_path, "this", "2026-11-21T09:00:00+00:00")
    kept(tmp_path, "future", "2026-11-29T00:00:00+00:00")
    now = "2026-11-21T09:00:00+00:00"
    assert last_run(tmp_path, "desk", WHOLE, profile="standard", before=now) == tmp_path / "a-wanted"
    turned = Scope(partial=True, selected=("performance", "security"), sentence="Said otherwise.")
    assert last_run(tmp_path, "desk", turned, profile="standard", before=now) == tmp_path / "other-scope"
    assert last_run(tmp_path, "nobody", WHOLE, profile="standard", before=now) is None
    assert last_run(tmp_path / "nowhere", "desk", WHOLE, profile="standard", before=now) is None
    points = trend_of(tmp_path, "desk", WHOLE, profile="standard", before=now)
    assert [point.run for point in points] == ["z-oldest", "b", "a-wanted", "no-report", "other-version"], (
        "oldest first, by the clock"
    )


def test_the_trend_is_of_the_last_runs_with_all_their_scores(tmp_path: Path) -> None:
    made = [kept(tmp_path, f"r{hour:02}", f"2026-11-21T{hour:02}:00:00+00:00") for hour in range(12)]
    points = trend_of(tmp_path, "desk", WHOLE, profile="standard", before="2026-11-21T10:00:00+00:00", limit=3)
    assert [point.run for point in points] == ["r07", "r08", "r09"]
    assert points[0].score == made[7].overall_score
    assert points[0].interval == made[7].overall_interval
    assert points[0].category_scores == made[7].category_scores
    assert points[0].verdict == made[7].verdict
    assert trend_of(tmp_path, "desk", WHOLE, profile="standard", before=made[0].timestamp) == ()


# --- one run --------------------------------------------------------------------------------------------------------


def test_a_run_is_found_by_whatever_names_it(tmp_path: Path) -> None:
    for id in ("20261120T000000-aaa", "20261121T000000-bbb", "20261121T000000-bbbb"):
        kept(tmp_path, id)
    (tmp_path / "20261129T000000-under-way").mkdir()

    def named(name: str) -> str:
        return find_report(name, tmp_path).parent.name

    assert named("last") == "20261121T000000-bbbb", "the one without a report is not meant"
    assert named("previous") == "20261121T000000-bbb"
    assert named("20261120") == "20261120T000000-aaa"
    assert named("20261121T000000-bbb") == "20261121T000000-bbb", "a whole name is not a beginning"
    assert named(str(tmp_path / "20261120T000000-aaa")) == "20261120T000000-aaa"
    file = report_file(tmp_path / "20261120T000000-aaa")
    assert find_report(str(file), tmp_path) == file
    assert read_report(file).run == "20261120T000000-aaa"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("20261121", "begins the names of 2 runs"),
        ("nothing", "is no report file, no run's folder and no run in"),
        ("../x", "is no"),
    ],
)
def test_a_name_that_means_no_run_is_refused(tmp_path: Path, name: str, said: str) -> None:
    kept(tmp_path, "20261121T000000-a")
    kept(tmp_path, "20261121T000000-b")
    with pytest.raises(UsageError, match=said):
        find_report(name, tmp_path)


def test_there_is_no_previous_run_of_one_and_no_report_in_an_empty_folder(tmp_path: Path) -> None:
    kept(tmp_path, "only")
    with pytest.raises(UsageError, match="holds 1 runs with a report; it takes 2"):
        find_report("previous", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no report"):
        find_report(str(tmp_path / "empty"), tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": "1.1"}', "\udcff"])
def test_what_is_no_report_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match="is not a report that this version reads"):
        read_report(path)
