"""Traces are read right, real programs are traced and killed at a call, and what is forbidden is said."""

import asyncio
import os
import shutil
import stat
import urllib.request
from pathlib import Path
from typing import cast

import pytest

from readiness.errors import FaultUnavailableError, UsageError
from readiness.faults.calls import SYNCS, Acknowledgement, KilledAtCall, Tracer, acknowledgements, last_calls, stored
from readiness.faults.children import Child
from readiness.targeting import ProcessControl
from tests.readiness.faults.families import SLEEP, child_of, eventually, lives
from tests.readiness.faults.undone import undone_after_sigkill

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="needs the program strace")

ASKED = '7 1.0 recvfrom(12<socket:[9]>, "POST /v1/a HTTP/1.1\\r\\nHo"..., 4096, 0, NULL, NULL) = 300'
WROTE = '8 1.1 pwrite64(5</data/a.db>, "\\1\\2"..., 512, 0) = 512'
SYNCED = "8 1.2 fsync(5</data/a.db>) = 0"
ANSWERED = '7 1.3 sendto(12<socket:[9]>, "HTTP/1.1 201 Created\\r\\nco"..., 90, 0, NULL, 0) = 90'
STORING = """
import http.server, os
own = os.open("FOLDER/data", os.O_RDWR | os.O_CREAT)
class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        os.write(own, b"kept")
        SYNC
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""
WRITING = """
import os, time
own = os.open("FOLDER/data", os.O_RDWR | os.O_CREAT)
while True:
    time.sleep(0.02)
    os.write(own, b"x")
    os.fsync(own)
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([ASKED, WROTE, SYNCED, ANSWERED], [Acknowledgement(wrote=True, synced=True)]),
        ([ASKED, WROTE, ANSWERED, SYNCED], [Acknowledgement(wrote=True, synced=False)]),
        ([WROTE, SYNCED, ASKED, ANSWERED], [Acknowledgement(wrote=False, synced=False)]),
        ([ASKED, WROTE, SYNCED, ANSWERED, ASKED, WROTE, ANSWERED],
         [Acknowledgement(wrote=True, synced=True), Acknowledgement(wrote=True, synced=False)]),
        ([ASKED, WROTE, SYNCED], []),
        ([WROTE, SYNCED, ANSWERED], []),
        ([ASKED, SYNCED, ANSWERED.replace("201", "503")], []),
        ([ASKED.replace("POST", "GET"), SYNCED, ANSWERED], []),
        ([ASKED, SYNCED.replace("= 0", "= -1 EIO (Input/output error)"), ANSWERED], [Acknowledgement(wrote=False, synced=False)]),
        ([ASKED, WROTE.replace("5</data/a.db>", "1</data/log>"), ANSWERED], [Acknowledgement(wrote=False, synced=False)]),
        ([ASKED, WROTE.replace("5</data/a.db>", "5<socket:[4]>"), ANSWERED], [Acknowledgement(wrote=False, synced=False)]),
        # a sync that has only begun is no sync; that of another thread counts when it has ended
        ([ASKED, "8 1.2 fsync(5</data/a.db> <unfinished ...>", ANSWERED, "8 1.4 <... fsync resumed>) = 0"],
         [Acknowledgement(wrote=False, synced=False)]),
        ([ASKED, "8 1.2 fsync(5</data/a.db> <unfinished ...>", "8 1.3 <... fsync resumed>) = 0", ANSWERED],
         [Acknowledgement(wrote=False, synced=True)]),
        (["7 0.9 recvfrom(12<socket:[9]>, <unfinished ...>", '7 1.0 <... recvfrom resumed>"PUT /v1/a HTTP"..., 4096, 0) = 300',
          WROTE, SYNCED, '7 1.3 sendto(12<socket:[9]>, "HTTP/1.1 200 OK"..., 90, 0 <unfinished ...>'],
         [Acknowledgement(wrote=True, synced=True)]),
    ],
)  # fmt: skip
def test_what_came_before_the_answer(lines: list[str], expected: list[Acknowledgement]) -> None:
    assert acknowledgements(lines) == expected


def test_what_is_stored() -> None:
    others = [
        WROTE.replace("5</data/a.db>", f"{file}")
        for file in ("1</data/out>", "6</data/a.log>", "7</var/log/x>", "8<socket:[1]>")
    ]
    assert stored([ASKED, *others, ANSWERED]) == []
    assert stored([*others, WROTE, SYNCED.replace("a.db", "b.db"), WROTE]) == ["/data/a.db", "/data/b.db"]


def test_the_call_that_never_returned() -> None:
    lines = ["8 1.0 write(5</a>, \"x\", 1) = 1", "8 1.1 fsync(5</a>) = ?", "8 1.2 +++ killed by SIGKILL +++"]  # fmt: skip
    assert last_calls(lines, [8]) == ["fsync"]
    assert last_calls(lines, []) == []
    torn = ["9 1.0 write(5</a> <unfinished ...>", "9 1.1 <... write resumed>) = 1", "8 1.2 rename(a <unfinished ...>"]
    assert last_calls([*torn, "8 1.3 <... rename resumed>) = ?", "8 1.4 +++ killed by SIGKILL +++"], [8]) == ["rename"]
    assert last_calls([*torn, "8 1.4 +++ killed by SIGKILL +++"], [8]) == ["rename"]
    assert last_calls(lines[:2], [8]) == []


def control(child: Child) -> ProcessControl:
    return cast(ProcessControl, child)


@needs_strace
@pytest.mark.parametrize(("sync", "synced"), [("os.fsync(own)", True), ("os.fdatasync(own)", True), ("", False)])
def test_a_server_that_syncs_before_it_answers_is_told_from_one_that_does_not(
    tmp_path: Path, sync: str, *, synced: bool
) -> None:
    source = STORING.replace("FOLDER", str(tmp_path)).replace("SYNC", sync or "pass")

    async def trace(child: Child) -> list[Acknowledgement]:
        tracer = Tracer(control(child), tmp_path)
        await tracer.start()
        address = f"http://127.0.0.1:{child.logs().split()[0]}/"
        for _ in range(3):
            await asyncio.to_thread(lambda: urllib.request.urlopen(address, b"data", 10).close())
        await tracer.stop()
        await tracer.stop()
        return acknowledgements(tracer.lines())

    with child_of(tmp_path, source, run_id="test-calls") as child:
        eventually(lambda: child.logs().endswith("\n"), "it serves")
        assert asyncio.run(trace(child)) == 3 * [Acknowledgement(wrote=True, synced=synced)]
        assert lives(child.pid), "tracing has an end and does no harm"


@needs_strace
def test_it_is_killed_at_the_call_and_no_earlier(tmp_path: Path) -> None:
    async def strike(child: Child) -> KilledAtCall:
        own = (str(tmp_path / "data"),)
        fault = KilledAtCall(control(child), tmp_path, number=3, calls=("fsync",), files=own)
        assert fault.witness() == {}
        await fault.arm()
        await fault.arm()
        assert await fault.struck(20)
        assert fault.witness() == {"killed": [child.pid]}
        await fault.disarm()
        await fault.disarm()
        return fault

    with child_of(tmp_path, WRITING.replace("FOLDER", str(tmp_path)), run_id="test-calls") as child:
        eventually((tmp_path / "data").exists, "it writes")
        assert asyncio.run(strike(child)).witness() == {"killed_at": ["fsync"], "number": 3}
        assert asyncio.run(child.wait(5)) == -9


@needs_strace
@pytest.mark.parametrize("source", [SLEEP, WRITING])
def test_who_never_gets_there_lives_and_there_is_no_proof(tmp_path: Path, source: str) -> None:
    async def strike(child: Child) -> KilledAtCall:
        fault = KilledAtCall(control(child), tmp_path, files=(str(tmp_path / "other"),))
        await fault.arm()
        assert not await fault.struck(0.3)
        await fault.disarm()
        return fault

    with child_of(tmp_path, source.replace("FOLDER", str(tmp_path)), run_id="test-calls") as child:
        assert asyncio.run(strike(child)).witness() == {}
        assert lives(child.pid)


@pytest.mark.parametrize("number", [0, 65536])
def test_a_number_that_cannot_be_counted_to_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 65535"):
        KilledAtCall(cast(ProcessControl, None), tmp_path, number=number)


def test_where_it_is_forbidden_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = tmp_path / "bin" / "strace"
    forbidden.parent.mkdir()
    monkeypatch.setenv("PATH", str(forbidden.parent))
    with child_of(tmp_path, SLEEP, run_id="test-calls") as child:
        tracer = Tracer(control(child), tmp_path)
        with pytest.raises(FaultUnavailableError, match="no program `strace`"):
            asyncio.run(tracer.start(SYNCS))
        forbidden.write_text("#!/bin/sh\necho 'attach: ptrace(PTRACE_SEIZE): Operation not permitted' >&2\nexit 1\n")
        forbidden.chmod(forbidden.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{forbidden.parent}:{os.defpath}")
        with pytest.raises(FaultUnavailableError, match=r"cannot trace the target: .*not permitted"):
            asyncio.run(tracer.start(SYNCS))


@needs_strace
@pytest.mark.parametrize("doing", [SLEEP, WRITING])
def test_nothing_is_left_of_a_killed_gate(tmp_path: Path, doing: str) -> None:
    told = undone_after_sigkill(
        tmp_path,
        f"""
        from readiness.faults.calls import KilledAtCall
        os.environ["READINESS_RUN"] = run
        target = child({doing.replace("FOLDER", str(tmp_path))!r})
        class Traced(KilledAtCall):
            def witness(self):
                return {{"tracer": self._tracer._child.pid}}
        fault = Traced(target, scratch, number=60000)
        await fault.arm()
        """,
    )
    assert not lives(told["witness"]["tracer"])
