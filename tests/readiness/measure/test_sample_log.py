"""Samples in columns: nothing is lost, counted twice or out of order, whatever becomes of the process."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure import sample_log
from readiness.measure.sample_file import main, read_samples, write_samples
from readiness.measure.sample_log import Kind, Rows, SampleLog, read_spool
from readiness.model import Sample

SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)
TIMES = st.floats(0, 1e5)
SAMPLES = st.lists(
    st.builds(
        Sample, TIMES, TIMES, TIMES, st.sampled_from(["quote", "ordér"]), st.sampled_from(["warm", "peak"]),
        st.sampled_from([0, 200, 503]), st.sampled_from(["", "timeout", "status 503"]),
    ),
    max_size=60,
)  # fmt: skip


def fill(log: SampleLog, samples: list[Sample]) -> None:
    for sample in samples:
        log.add(sample.at, sample.latency, sample.late, sample[3:])


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_log, "CHUNK", 7)


@pytest.mark.parametrize("spooled", [True, False])
def test_what_goes_in_comes_out(tmp_path: Path, spooled: bool) -> None:
    @given(SAMPLES)
    @SETTINGS
    def holds(samples: list[Sample]) -> None:
        log = SampleLog(tmp_path / "spool" if spooled else None)
        fill(log, samples)
        assert list(log) == samples
        assert len(log) == len(samples)
        assert log.counts == {Kind(*kind): [s[3:] for s in samples].count(kind) for kind in {s[3:] for s in samples}}
        log.close()
        assert list(log) == samples, "a closed log can still be read"
        if spooled and samples:
            assert list(read_spool(tmp_path / "spool")) == samples

    holds()


def test_parquet_keeps_every_value_in_the_order_of_the_intended_start(tmp_path: Path) -> None:
    @given(SAMPLES)
    @SETTINGS
    def holds(samples: list[Sample]) -> None:
        log = SampleLog(tmp_path / "spool")
        fill(log, samples)
        write_samples(tmp_path / "found.parquet", log)
        log.close()
        found = read_samples(tmp_path / "found.parquet")
        assert sorted(found) == sorted(samples)
        assert [sample.at for sample in found] == sorted(sample.at for sample in samples)

    holds()


@pytest.mark.parametrize("row", range(10))
def test_an_amended_row_is_another_kind_everywhere(tmp_path: Path, row: int) -> None:
    """Rows 0 to 6 are in the spool already, 7 to 9 are still in memory."""
    log = SampleLog(tmp_path / "spool")
    kind = ("quote", "peak", 200, "")
    rows = [log.add(float(n), 0.1, 0.0, kind) for n in range(10)]
    assert rows == list(range(10))
    log.amend(row, kind, "check price")
    log.amend(row, (*kind[:3], "check price"), "check other")
    right = ["check other" if n == row else "" for n in range(10)]
    assert [sample.error for sample in log] == right
    assert log.counts == {Kind(*kind): 9, Kind("quote", "peak", 200, "check other"): 1}
    write_samples(tmp_path / "found.parquet", log)
    log.close()
    assert [sample.error for sample in read_samples(tmp_path / "found.parquet")] == right
    assert [sample.error for sample in read_spool(tmp_path / "spool")] == right
    assert log.counts == {Kind(*kind): 9, Kind("quote", "peak", 200, "check other"): 1}


def test_a_spool_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    log = SampleLog(tmp_path / "spool")
    samples = [Sample(float(n), 0.1, 0.0, "quote", "peak", 200, "") for n in range(20)]
    fill(log, samples)
    log.close()
    whole = (tmp_path / "spool").read_bytes()
    for size in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:size])
        found = list(read_spool(tmp_path / "cut"))
        assert found == samples[: len(found)], size
        assert len(found) in (0, 7, 14, 20)


def test_the_observer_sees_every_row_once(tmp_path: Path) -> None:
    seen: list[float] = []

    def observe(rows: Rows) -> None:
        seen.extend(rows.at)

    log = SampleLog(tmp_path / "spool", observe)
    fill(log, [Sample(float(n), 0.1, 0.0, "quote", "peak", 200, "") for n in range(17)])
    log.flush()
    log.flush()
    log.close()
    assert seen == [float(n) for n in range(17)]


@pytest.mark.parametrize("spooled", [True, False])
def test_the_observer_is_told_what_a_row_has_ceased_to_be(tmp_path: Path, spooled: bool) -> None:
    """Rows 0 to 13 are with the observer already, row 14 is not."""
    seen: list[tuple[str, float]] = []

    def withdraw(number: int, latency: float) -> None:
        seen.append((log.kinds[number].error, latency))

    log = SampleLog(tmp_path / "spool" if spooled else None, lambda rows: None, withdraw=withdraw)
    kinds = [("quote", "peak", 200, "" if n % 2 else "status 500") for n in range(15)]
    for n, kind in enumerate(kinds):
        log.add(100.0 + n, n / 8, 50.0, kind)
    for row in (13, 3, 14, 4, 7, 3):
        was = kinds[row]
        log.amend(row, was, "check price")
    log.close()
    assert seen == [("", 13 / 8), ("", 3 / 8), ("status 500", 4 / 8), ("", 7 / 8), ("check price", 3 / 8)]


def test_what_a_killed_recorder_left_is_read(tmp_path: Path) -> None:
    log = SampleLog(tmp_path / "steady.samples")
    samples = [Sample(float(n), 0.1, 0.0, "quote", "peak", 200, "") for n in range(20)]
    fill(log, samples)
    log.close()
    assert read_samples(tmp_path / "steady.parquet") == tuple(samples)
    assert read_samples(tmp_path / "none.parquet") == ()


def test_an_old_spool_is_not_taken_for_ours(tmp_path: Path) -> None:
    old = SampleLog(tmp_path / "spool")
    fill(old, [Sample(1.0, 0.1, 0.0, "quote", "peak", 200, "")])
    old.close()
    assert list(SampleLog(tmp_path / "spool")) == []


def test_a_spool_becomes_a_file_in_a_process_of_its_own(tmp_path: Path) -> None:
    log = SampleLog(tmp_path / "spool")
    samples = [Sample(float(n), 0.1, 0.0, "quote", "peak", 200, "") for n in range(9)]
    fill(log, samples)
    log.close()
    assert main([str(tmp_path / "spool"), str(tmp_path / "found.parquet")]) == 0
    assert read_samples(tmp_path / "found.parquet") == tuple(samples)
