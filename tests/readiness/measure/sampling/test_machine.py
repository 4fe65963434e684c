"""What becomes of the machine adds up, and what others take is told from what is ours."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from readiness.measure.sampling import machine as module
from readiness.measure.sampling.machine import Machine, control_seconds, quota_files
from tests.readiness.measure.sampling.puppets import puppet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_what_is_ours_is_not_taken_by_others() -> None:
    blind, knowing = Machine([]), Machine([])
    with puppet() as spinner:
        begin, before = time.monotonic(), spinner.do("used()")
        blind.look(0.0)
        knowing.look(before)
        spinner.do("spin(0.6)")
        used = spinner.do("used()")
        unknown, known = blind.look(0.0), knowing.look(used)
        capacity = (time.monotonic() - begin) * len(blind._cpus)
    assert unknown is not None
    assert known is not None
    assert unknown.others >= 0.5 / capacity, "to who does not know it the spinner is a stranger"
    assert unknown.others - known.others == pytest.approx((used - before) / capacity, abs=0.1)
    for shares in (unknown, known):
        assert 0 <= shares.idle + shares.others <= 1.0 + 1e-9
    assert unknown.throttled == 0.0, "there is no quota"


def test_idle_and_stolen_time_are_those_of_an_independent_reader() -> None:
    machine = Machine([])
    begin, before = time.monotonic(), psutil.cpu_times()
    machine.look(0.0)
    time.sleep(1.0)
    shares, after = machine.look(0.0), psutil.cpu_times()
    capacity = (time.monotonic() - begin) * (os.cpu_count() or 1)
    if os.cpu_count() != len(os.sched_getaffinity(0)):
        pytest.skip("this process may not use every core")
    assert shares is not None
    idle = after.idle + after.iowait - before.idle - before.iowait
    assert shares.idle == pytest.approx(min(1.0, idle / capacity), abs=0.05)
    assert shares.stolen == pytest.approx((after.steal - before.steal) / capacity, abs=0.05)
    assert shares.others == pytest.approx(max(0.0, 1 - shares.idle - shares.stolen), abs=0.01), "nothing was ours"


def test_used_up_quotas(tmp_path: Path) -> None:
    stat = tmp_path / "cpu.stat"
    stat.write_text("nr_periods 100\nnr_throttled 10\nthrottled_usec 5\n")
    machine = Machine([str(stat)])
    stat.write_text("nr_periods 140\nnr_throttled 20\nthrottled_usec 9\n")
    time.sleep(0.02)
    shares = machine.look(0.0)
    assert shares is not None
    assert shares.throttled == 0.25


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("0::/a/b\n", ["a/b", "a", ""]),
        ("4:memory:/m\n2:cpu,cpuacct:/a\n", ["cpu/a", "cpu"]),
        ("3:cpuset:/a\n2:cpuacct:/a\n1:name=systemd:/a\n", []),
        ("0::/another/machine's\n", [""]),
    ],
)
def test_control_groups_of_both_versions_are_found(tmp_path: Path, groups: str, expected: list[str]) -> None:
    for folder in ("", "a", "a/b", "cpu", "cpu/a", "memory/m"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "cpu.stat").write_text("nr_periods 0\nnr_throttled 0\n")
    (tmp_path / "groups").write_text(groups)
    found = quota_files(str(tmp_path), str(tmp_path / "groups"))
    assert [Path(name).parent.relative_to(tmp_path) for name in found] == [Path(name) for name in expected]


def test_a_group_without_a_quota_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "cpu.stat").write_text("usage_usec 12\n")
    (tmp_path / "groups").write_text("0::/\n")
    assert quota_files(str(tmp_path), str(tmp_path / "groups")) == []
    assert quota_files(str(tmp_path), str(tmp_path / "absent")) == []


def test_the_control_times_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = min(control_seconds() for _ in range(5))
    monkeypatch.setattr(module, "CONTROL_ROUNDS", 50 * module.CONTROL_ROUNDS)
    assert control_seconds() > 10 * usual > 0
