"""A process tree is found and measured as its processes, and an independent reader, know it themselves."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from readiness.measure.sampling.process_tree import ProcessTree, Usage, process_seconds
from readiness.measure.sampling.psutil_tree import PsutilTree
from tests.readiness.measure.sampling.puppets import SLEEP, SPIN, Puppet, eventually, puppet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
TICKS = 0.05
"""Times of children are told in hundredths of a second, of several processes here."""


@pytest.fixture(name="root")
def _root() -> Iterator[Puppet]:
    with puppet() as one:
        yield one


@contextmanager
def tree_of(*pids: int, mark: str = "") -> Iterator[ProcessTree]:
    with closing(ProcessTree(pids, mark)) as tree:
        yield tree


def seen(tree: ProcessTree | PsutilTree) -> Usage:
    usage = tree.look()
    assert usage is not None, "nothing of the tree was found"
    return usage


def test_a_spinning_process_is_charged_with_its_cpu_time(root: Puppet) -> None:
    with tree_of(root.pid) as tree:
        assert seen(tree).cpu_seconds == 0.0, "it counts from the first look on"
        before = root.do("used()")
        root.do("spin(0.3)")
        used = seen(tree).cpu_seconds
        assert used == pytest.approx(root.do("used()") - before, abs=TICKS)
        assert used >= 0.3
        assert seen(tree).cpu_seconds - used < 0.1, "idle since"


@pytest.mark.parametrize("looks", [0, 1, 6], ids=lambda looks: f"{looks} looks meanwhile")
def test_a_child_that_ended_is_counted_once(root: Puppet, looks: int) -> None:
    with tree_of(root.pid) as tree:
        seen(tree)
        before = root.do("used()")
        root.child(SPIN.format(0.4) + "\nimport sys; sys.stdin.read()", stdin=-1)  # it ends when it is told to
        for look in range(looks):
            root.do("time.sleep(0.05)")
            assert seen(tree).processes == 2, f"look {look}: the child runs"
        root.do("kept[-1].communicate() and 0")
        root.do("kept.pop().wait()")
        for _ in range(3):
            usage = seen(tree)
        assert usage.processes == 1
        assert usage.cpu_seconds == pytest.approx(root.do("used()") - before, abs=TICKS)
        assert usage.cpu_seconds >= 0.4 - TICKS, "who waits for a child inherits what it used"


def test_children_too_short_to_be_seen_are_counted(root: Puppet) -> None:
    with tree_of(root.pid) as tree:
        seen(tree)
        before = root.do("used()")
        root.do(f"[subprocess.run([sys.executable, '-S', '-c', {SPIN.format(0.05)!r}]).returncode for _ in range(6)]")
        assert seen(tree).cpu_seconds == pytest.approx(root.do("used()") - before, abs=TICKS)


def test_a_grandchild_that_ended_is_counted_once(root: Puppet) -> None:
    inner = SPIN.format(0.5)
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {inner!r}])"
    with tree_of(root.pid) as tree:
        seen(tree)
        before = root.do("used()")
        root.child(outer)
        eventually(lambda: seen(tree).cpu_seconds > 0.3, "most of its work was seen; it ends with its parent")
        root.do("kept.pop().wait()")
        for _ in range(3):
            usage = seen(tree)
        assert usage.cpu_seconds == pytest.approx(root.do("used()") - before, abs=TICKS)


def test_memory_counts_and_shared_memory_counts_once_in_proportion(root: Puppet) -> None:
    size = 60_000_000
    with tree_of(root.pid) as tree:
        rss, pss = seen(tree).rss_bytes, tree.proportional_bytes()
        root.do(f"kept.append(bytearray({size})) or kept.append(bytes(kept[0])) or 0")
        grown, grown_pss = seen(tree).rss_bytes, tree.proportional_bytes()
        assert grown - rss == pytest.approx(2 * size, rel=0.1)
        assert pss is not None
        assert grown_pss is not None
        assert grown_pss - pss == pytest.approx(2 * size, rel=0.1)
        root.do("kept.append(os.fork() or time.sleep(600)) or 0")
        assert seen(tree).processes == 2
        assert seen(tree).rss_bytes > 1.8 * grown, "each process counts what it can see"
        assert tree.proportional_bytes() == pytest.approx(grown_pss, rel=0.1), "shared pages count once"


def test_descriptors_and_threads(root: Puppet) -> None:
    with tree_of(root.pid) as tree:
        before = seen(tree)
        assert before.descriptors is not None
        root.do("kept.extend(os.open('/dev/null', os.O_RDONLY) for _ in range(25))")
        root.do("[threading.Thread(target=time.sleep, args=(600,), daemon=True).start() for _ in range(3)]")
        after = seen(tree)
        assert after.descriptors == before.descriptors + 25
        assert after.threads == before.threads + 3


def test_established_connections_count_and_listeners_do_not(root: Puppet) -> None:
    with tree_of(root.pid) as tree, closing(socket.create_server(("127.0.0.1", 0))) as server:
        seen(tree)
        root.do("kept.append(socket.create_server(('127.0.0.1', 0))) or 0")
        assert tree.connections() == 0
        root.do(f"kept.extend(socket.create_connection(('127.0.0.1', {server.getsockname()[1]})) for _ in range(4))")
        assert tree.connections() == 4
        root.do("os.fork() or time.sleep(600)")
        seen(tree)
        assert tree.connections() == 4, "shared by two processes now"
        for connection in root.do("[c.getsockname()[1] for c in kept[1:]]"):
            accepted, peer = server.accept()
            accepted.close()
            assert peer[1] == connection


def test_bytes_written_to_storage(root: Puppet, tmp_path: Path) -> None:
    process = psutil.Process(root.pid)
    with tree_of(root.pid) as tree:
        seen(tree)
        before = process.io_counters()
        root.do(
            f"[(f.write(bytes(3_000_000)), f.flush(), os.fsync(f.fileno())) for f in [open({str(tmp_path / 'f')!r}, 'wb')]]"
        )
        after = process.io_counters()
        if after.write_bytes == before.write_bytes:
            pytest.skip("the folder for temporary files is not on storage")
        assert tree.transferred() == (after.read_bytes - before.read_bytes, after.write_bytes - before.write_bytes)


def test_children_come_and_go(root: Puppet) -> None:
    with tree_of(root.pid) as tree:
        assert seen(tree).processes == 1
        root.child(SLEEP)
        root.child(SLEEP, start_new_session=True)
        assert seen(tree).processes == 3
        root.do("kept[0].kill() or kept[0].wait()")
        assert seen(tree).processes == 2
        root.do("kept[1].kill() or kept[1].wait()")
        assert seen(tree).processes == 1


def test_an_orphan_stays_in_the_family(root: Puppet) -> None:
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', {SLEEP!r}])"
    with tree_of(root.pid) as tree:
        seen(tree)
        root.child(parent)
        root.do("kept.pop().wait()")
        assert seen(tree).processes == 2, "known by the session, its parent is init now"


def test_a_zombie_holds_nothing(root: Puppet) -> None:
    with tree_of(root.pid) as tree:
        alone = seen(tree)
        child = root.child("pass")
        eventually(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE, "the child ended")
        beside = seen(tree)
        assert (beside.processes, beside.threads) == (1, alone.threads)
        assert tree.transferred() is not None
        assert tree.proportional_bytes()


def test_a_mark_in_the_environment_makes_a_stranger_one_of_ours(root: Puppet) -> None:
    with (
        puppet({**os.environ, "READINESS_RUN": "run-1.part"}) as marked,
        puppet({**os.environ, "READINESS_RUN": "run-2.part"}) as other,
        tree_of(root.pid, mark="READINESS_RUN=run-1") as tree,
    ):
        assert seen(tree).processes == 2
        before = seen(tree).cpu_seconds
        other.do("spin(0.2)")
        assert seen(tree).cpu_seconds - before < 0.1
        marked.do("spin(0.2)")
        assert seen(tree).cpu_seconds - before >= 0.2
        marked.child(SLEEP)
        assert seen(tree).processes == 3


def test_nothing_is_seen_of_a_tree_that_has_gone() -> None:
    with puppet() as one:
        tree = ProcessTree([one.pid])
        assert tree.look() is not None
    with closing(tree):
        assert tree.look() is None
    assert process_seconds(one.pid) is None


def test_both_readers_agree(root: Puppet) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server, tree_of(root.pid) as tree:
        child = root.child("import os; os.dup2(0, 99); " + SLEEP)
        root.do(f"kept.append(socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))) or 0")
        other = PsutilTree([root.pid])
        eventually(lambda: os.path.lexists(f"/proc/{child}/fd/99"), "the child has started, and grows no more")
        first, second = seen(tree), seen(other)
        assert (first.processes, first.threads, first.descriptors) == (
            second.processes,
            second.threads,
            second.descriptors,
        )
        assert first.rss_bytes == pytest.approx(second.rss_bytes, rel=0.1), (
            "the kernel keeps two counts, one of them rough"
        )
        assert tree.connections() == other.connections() == 1
        root.do("spin(0.3)")
        gained = seen(tree).cpu_seconds - first.cpu_seconds
        assert gained == pytest.approx(seen(other).cpu_seconds - second.cpu_seconds, abs=TICKS)
        assert gained >= 0.3
