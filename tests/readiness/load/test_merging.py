"""What came of several workers as one, and what travels between processes."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from readiness.exchange import Reply
from readiness.load.expect import Json, Schema
from readiness.load.merging import MergedSpools, merged, merged_pace, salvaged, write_merged
from readiness.load.origin import parse_origin
from readiness.load.pace import Pace
from readiness.load.session import LoadResult
from readiness.load.team import WorkerResult, shared_result
from readiness.measure.histogram import Histogram
from readiness.measure.sample_file import read_samples
from readiness.measure.sample_log import Kind, SampleLog, read_spool
from readiness.model import Sample

GOOD_A, GOOD_B, BAD_B = ("a", "load", 200, ""), ("b", "load", 200, ""), ("b", "load", 0, "timeout")
PACE = Pace("constant_arrival_rate", 100, 100, seconds=1.0, took=1.0, users=5, late_p99=0.001, cpu=0.2)


def spooled(path: Path, *samples: Sample) -> SampleLog:
    log = SampleLog(path)
    for at, latency, late, *kind in samples:
        log.add(at, latency, late, tuple(kind))  # type: ignore[arg-type]
    return log


def test_kinds_that_two_spools_number_differently_stay_what_they_are(tmp_path: Path) -> None:
    first = [Sample(0.0, 0.1, 0.0, *GOOD_A), Sample(0.2, 0.2, 0.0, *GOOD_B)]
    second = [Sample(0.1, 0.3, 0.0, *BAD_B), Sample(0.3, 0.4, 0.1, *GOOD_B), Sample(0.4, 0.5, 0.0, *GOOD_A)]
    spooled(tmp_path / "1", *first).close()
    spooled(tmp_path / "2", *second).close()
    write_merged([tmp_path / "1", tmp_path / "2", tmp_path / "never began"], tmp_path / "all.parquet")
    assert read_samples(tmp_path / "all.parquet") == tuple(sorted(first + second))
    kinds = MergedSpools([read_spool(tmp_path / "1"), read_spool(tmp_path / "2")]).kinds
    assert kinds == [Kind(*GOOD_A), Kind(*GOOD_B), Kind(*BAD_B)]


def test_what_a_check_found_later_is_kept_for_the_right_row(tmp_path: Path) -> None:
    spooled(tmp_path / "1", *[Sample(n, 0.1, 0.0, *GOOD_A) for n in range(3)]).close()
    log = spooled(tmp_path / "2", *[Sample(10.0 + n, 0.1, 0.0, *GOOD_A) for n in range(3)])
    log.flush()
    log.amend(1, GOOD_A, "check cart")
    log.close()
    write_merged([tmp_path / "1", tmp_path / "2"], tmp_path / "all.parquet")
    assert [sample.at for sample in read_samples(tmp_path / "all.parquet") if sample.error] == [11.0]


def test_what_a_dead_worker_had_on_disk_is_counted(tmp_path: Path) -> None:
    """It died: its log was flushed and never closed, and the last block is cut off."""
    log = spooled(tmp_path / "1", *[Sample(n, 0.1, 0.0, *GOOD_A) for n in range(5)], Sample(5.0, 9.0, 0.0, *BAD_B))
    log.flush()
    log.amend(0, GOOD_A, "check cart")
    log.add(6.0, 0.1, 0.0, GOOD_A)
    log.flush()
    data = (tmp_path / "1").read_bytes()
    log.close()
    (tmp_path / "1").write_bytes(data[:-1])
    found = salvaged(tmp_path / "1")
    assert found.counts == {Kind(*GOOD_A): 4, Kind("a", "load", 200, "check cart"): 1, Kind(*BAD_B): 1}
    assert found.operations.keys() == {"a"}, "the latency of a failed call became one of an answer"
    assert found.operations["a"].count == 4
    assert salvaged(tmp_path / "never began").calls == 0


def test_results_are_added_up() -> None:
    one = LoadResult(PACE, 1.0, {Kind(*GOOD_A): 2}, {"a": Histogram([0.1, 0.2])}, 1, 2, 3, 10, 0.5)
    two = LoadResult(
        None, 3.0, {Kind(*GOOD_A): 1, Kind(*BAD_B): 4}, {"a": Histogram([0.3])}, 10, 20, 30, 100, 0.25, ("hers",)
    )
    found = merged([one, two], ("a part is missing",))
    assert found.counts == {Kind(*GOOD_A): 3, Kind(*BAD_B): 4}
    assert found.operations == {"a": Histogram([0.1, 0.2, 0.3])}
    assert (found.connects, found.stale, found.unasked, found.memory, found.cpu) == (11, 22, 33, 110, 0.75)
    assert (found.seconds, found.pace) == (3.0, PACE)
    assert found.incomplete == ("a part is missing", "hers")


def test_the_pace_of_all_is_that_of_the_worst() -> None:
    slow = replace(PACE, started=90, late_p99=0.5, cpu=0.95, took=1.4, users=7, longest_queue=3, queued=4, cut=1)
    found = merged_pace([PACE, slow])
    assert (found.asked, found.started, found.users, found.queued, found.cut) == (200, 190, 12, 4, 1)
    assert (found.late_p99, found.cpu, found.took, found.longest_queue) == (0.5, 0.95, 1.4, 3)
    assert found.saturated
    assert not merged_pace([PACE, PACE]).saturated


def test_conditions_mean_the_same_in_another_process() -> None:
    there, wrong = Reply(200, {}, b'{"a": 1}', 0.1), Reply(200, {}, b'{"a": null}', 0.1)
    schema = Schema({"type": "object", "properties": {"a": {"type": "number"}}}, "numbers")
    for condition in (Json("a"), Json("a", 1), schema):
        sent = pickle.loads(pickle.dumps(condition))
        assert (sent(there), sent(wrong)) == (condition(there), condition(wrong))
        assert sent(there) == ""
        assert sent(wrong)


@pytest.mark.parametrize("verify", [True, False])
def test_an_origin_keeps_its_tls_in_another_process(verify: bool) -> None:
    origin = parse_origin("https://localhost:8443/prefix", verify=verify)
    sent = pickle.loads(pickle.dumps(origin))
    assert (sent.host, sent.port, sent.prefix, sent.authority) == ("localhost", 8443, "/prefix", "localhost:8443")
    assert sent.tls.check_hostname is verify
    assert sent.tls.verify_mode == origin.tls.verify_mode  # type: ignore[union-attr]
    assert pickle.loads(pickle.dumps(parse_origin("http://localhost"))).tls is None


def test_a_histogram_travels_whole() -> None:
    found = Histogram([0.001, 0.5, 0.5, 7.0])
    sent = pickle.loads(pickle.dumps(found))
    sent.record(8.0)
    assert found.count == 4
    assert sent == Histogram([0.001, 0.5, 0.5, 7.0, 8.0])


def test_workers_that_did_not_begin_together_are_said() -> None:
    told: list[str] = []
    result = LoadResult(PACE, 1.0, {}, {}, 0, 0, 0, 0, 0.0)
    workers = [WorkerResult(f"worker {began}", 0.5, result, Path("spool"), began=began) for began in (0.0, 0.05)]
    assert shared_result(workers, told.append).skew == 0.05
    assert told == []
    late = replace(workers[0], began=2.5)
    assert shared_result([*workers, late], told.append).skew == 2.5
    assert told == ["the workers began up to 2.5 s apart: the load was not the asked one meanwhile"]
    assert shared_result([*workers, replace(late, lost="it is gone")], told.append).missing_share == 0.5
