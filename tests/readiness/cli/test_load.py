"""`readiness load` as a program: what it says, writes and exits with."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness.cli.arguments import parse
from readiness.cli.load_arguments import EXECUTORS
from readiness.cli.load_options import parse_check, parse_seconds, understand
from readiness.cli.load_screen import bars, line, share
from readiness.cli.load_screen import time as shown
from readiness.errors import UsageError
from readiness.load.expect import Header, Json, Size, Text
from readiness.load.live import Glimpse
from readiness.measure.histogram import Histogram
from readiness.measure.sample_file import read_samples
from tests.readiness.load.serving import answer, deserted, request_of


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server in a thread: ``/`` answers JSON, ``/bad`` 500, ``/echo`` what it was sent, ``/slow`` after 200 ms."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first, headers, body = await request_of(reader)
                path = first.split()[1]
                await asyncio.sleep(0.2 if path.startswith("/slow") else 0)
                said = json.dumps({"status": "ok", "sent": body.decode(), "who": headers.get("X-Who")}).encode()
                writer.write(answer(said, "500 Oops" if path.startswith("/bad") else "200 OK"))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(handle, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.close()


HASTY = (
    "import sys; from readiness.cli import load_options, main; load_options.GRACE = 0.0; sys.exit(main(sys.argv[1:]))"
)
"""The program with no more patience than a call's timeout asks for."""


def load(*arguments: str, folder: Path | None = None, hasty: bool = False) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, *(["-c", HASTY] if hasty else ["-m", "readiness"]), "load", *arguments]
    return subprocess.run(
        call, capture_output=True, text=True, cwd=folder, timeout=60, env={**os.environ, "PYTHONUTF8": "1"}
    )


def test_a_rate_with_thresholds_that_hold(url: str, tmp_path: Path) -> None:
    done = load(
        f"{url}/?q=1", "--rate", "100", "--duration", "1200ms", "--threshold", "errors<1%", "--threshold", "p(95)<30s",
        "--check", "json:status==ok", "--json", str(tmp_path / "out.json"), "--out", str(tmp_path / "out.parquet"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "calls        120 in" in done.stdout
    assert "✓ holds  errors<1%  (0 %)" in done.stdout
    assert "100 starts per second for 1.2 s" in done.stderr
    assert "failed 0" in done.stderr, "a line a second where there is no terminal"
    found = json.loads((tmp_path / "out.json").read_text())
    assert (found["calls"], found["failed"], found["statuses"]) == (120, 0, {"200": 120})
    assert found["generator"]["pace"]["asked"] == found["generator"]["pace"]["started"] == 120
    assert found["latency_seconds"]["p50"] <= found["latency_seconds"]["p99"] <= found["latency_seconds"]["max"]
    samples = read_samples(tmp_path / "out.parquet")
    assert {(sample.operation, sample.phase, sample.status, sample.error) for sample in samples} == {
        ("GET /", "load", 200, "")
    }
    assert max(sample.latency for sample in samples) == pytest.approx(found["latency_seconds"]["max"])
    assert len(samples) == 120


def test_a_threshold_that_does_not_hold(url: str) -> None:
    done = load(
        f"{url}/bad",
        "--users",
        "2",
        "--iterations",
        "10",
        "--threshold",
        "errors<1%",
        "--threshold",
        "p(95)<30s",
        "--quiet",
    )
    assert done.returncode == 1
    assert "10 status 500" in done.stdout
    assert "✗ fails  errors<1%  (100 %)" in done.stdout
    assert "✗ fails  p(95)<30s  (-)" in done.stdout, "failed calls are not fast answers"
    assert done.stderr == ""


def test_a_load_that_did_not_begin_is_no_success(url: str, tmp_path: Path) -> None:
    """One user at 200 ms begins five iterations a second; within the 4 s that are left, not all of 1 000 begin."""
    (tmp_path / "journey.py").write_text(
        "async def pausing(user):\n"
        "    await user.get('/')\n"
        "    await user.think(60)\n"
        "async def calling(user):\n"
        "    await user.get('/')\n"
        "    for _ in range(100):\n"
        "        await user.get('/slow')\n"
    )
    options = ("--duration", "500ms", "--timeout", "3s", "--threshold", "errors<1%", "--quiet")
    done = load(
        f"{url}/slow", "--rate", "2000", "--users", "1", *options, "--json", "found", folder=tmp_path, hasty=True
    )
    assert done.returncode == 3, done.stdout
    assert "✓ holds  errors<1%" in done.stdout
    pace = json.loads((tmp_path / "found").read_text())["generator"]["pace"]
    assert pace["not_started"] > 900
    assert f"incomplete   of 1,000 iterations that were asked for, {pace['not_started']:,} never began" in done.stdout
    done = load(
        url, "--journey", "journey.py:calling", "--users", "3", *options, "--json", "found", folder=tmp_path, hasty=True
    )
    assert done.returncode == 3, "what was cut off under way is in no figure, and passed for a success"
    assert "incomplete   3 calls were cut off under way, and are in no figure" in done.stdout
    assert json.loads((tmp_path / "found").read_text())["cut_off"] == 3
    done = load(url, "--journey", "journey.py:pausing", "--users", "3", *options, folder=tmp_path, hasty=True)
    assert done.returncode == 0, "nothing was under way but a pause"
    assert "3 iterations cut off" in done.stdout


def test_what_is_sent_and_expected(url: str) -> None:
    done = load(
        f"{url}/echo", "--json-body", '{"a": 1}', "--header", "X-Who: me", "--users", "1", "--iterations", "3", "--quiet",
        "--check", 'json:sent=={"a": 1}', "--check", "json:who==me", "--threshold", "errors<1%",
    )  # fmt: skip
    assert done.returncode == 1, "the body comes back as text, not as a document"
    assert "3 check json sent" in done.stdout
    done = load(
        f"{url}/bad", "--method", "post", "--body", "hello", "--users", "1", "--iterations", "3", "--quiet",
        "--expect-status", "500", "--check", "json:sent==hello", "--threshold", "errors<1%",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_a_journey(url: str, tmp_path: Path) -> None:
    (tmp_path / "journey.py").write_text(
        "from readiness import Feed, User, expect\n"
        "people = Feed([{'name': 'Ann'}, {'name': 'Bob'}])\n"
        "async def shop(user: User) -> None:\n"
        "    await user.post('/login', json=dict(people.next()), name='login')\n"
        "    reply = await user.get('/cart', expect=expect(200, json={'status': 'ok'}))\n"
        "    user.check('no one', reply.json()['who'] is None)\n"
        "async def broken(user):\n"
        "    await user.get('/')\n"
        "    raise RuntimeError('my own mistake')\n"
        "def plain(user): ...\n"
    )
    done = load(url, "--journey", "journey.py:shop", "--users", "2", "--iterations", "4", "--quiet", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "calls        8 in" in done.stdout
    assert "  login: mean" in done.stdout
    assert "  GET /cart: mean" in done.stdout
    done = load(url, "--journey", "journey.py:broken", "--users", "1", "--iterations", "4", folder=tmp_path)
    assert done.returncode == 2
    assert "the journey raised RuntimeError: my own mistake" in done.stderr
    assert "journey.py, line 9" in done.stderr
    done = load(url, "--journey", "journey.py:plain", folder=tmp_path)
    assert done.returncode == 2
    assert "not a coroutine function" in done.stderr


def test_everything_that_is_wrong_is_said_at_once() -> None:
    done = load(
        "ftp://x", "--rate", "-1", "--threshold", "fast", "--check", "good", "--timeout", "inf", "--header", "nothing",
        "--out", "/nowhere/at/all.parquet",
    )  # fmt: skip
    assert done.returncode == 2
    for said in (
        "address 'ftp://x'",
        "rate: -1",
        "threshold 'fast'",
        "check 'good'",
        "time 'inf'",
        "--out: the folder",
        "--header 'nothing'",
    ):
        assert said in done.stderr
    assert done.stdout == ""


def test_what_a_protocol_does_not_know() -> None:
    done = load("grpc://127.0.0.1:1", "--method", "GET", "--insecure", "--cookies", "--http2", "--redirects", "1")
    assert done.returncode == 2
    for said in ("--method", "--insecure", "--cookies", "--http2", "--redirects"):
        assert f"{said}: gRPC knows no such thing" in done.stderr
    assert "right would be grpc://host:port/package.Service/Method" in done.stderr
    done = load("ws://127.0.0.1:1", "--compressed")
    assert (done.returncode, "--compressed: WebSocket knows no such thing" in done.stderr) == (2, True)


def test_a_library_that_is_missing_is_named_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.protocols.find_spec", lambda name: None)
    for words, extra in ((["ws://x"], "websocket"), (["grpc://x/a.B/C"], "grpc"), (["http://x", "--http2"], "http2")):
        with pytest.raises(UsageError, match=rf"pip install 'readiness-gate\[{extra}\]'"):
            understand(parse(["load", *words]))


def test_an_unknown_executor_has_a_nearest_one() -> None:
    done = load("http://127.0.0.1", "--executor", "constant_vu")
    assert done.returncode == 2
    assert "did you mean 'constant_vus'" in done.stderr


@pytest.mark.parametrize("name", EXECUTORS)
def test_every_executor_can_be_asked_for(url: str, name: str) -> None:
    more = {"ramping_vus": ["--stages", "300ms:2"], "ramping_arrival_rate": ["--stages", "300ms:50"],
            "constant_arrival_rate": ["--rate", "20"]}.get(name, [])  # fmt: skip
    done = load(url, "--executor", name, "--duration", "300ms", "--users", "2", "--quiet", *more)
    assert done.returncode == 0, done.stderr
    assert "failed       0 (0 %)" in done.stdout


def test_unreachable() -> None:
    with deserted() as port:
        done = load(f"http://127.0.0.1:{port}", "--duration", "1s")
    assert (done.returncode, done.stdout) == (5, "")
    assert "cannot be reached: refused" in done.stderr


def test_interrupted(url: str) -> None:
    call = [sys.executable, "-m", "readiness", "load", url, "--users", "2", "--duration", "60s"]
    child = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    child.stderr.readline()
    assert "failed 0" in child.stderr.readline()  # a second of calls
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=30)
    assert child.returncode == 130
    assert out.startswith("interrupted: what follows is about the part that ran")
    assert "failed       0 (0 %)" in out


def test_the_generator_imports_nothing_heavy() -> None:
    """What the generator carries costs memory and start-up: no library but the parser and the event loop."""
    code = (
        "import sys; from readiness.cli.arguments import parse; import readiness.cli.load, httptools, uvloop;"
        "print(sorted({'numpy', 'pydantic', 'duckdb', 'psutil', 'pandas', 'yaml', 'rich', 'jinja2', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("10s", 10.0), ("2m", 120.0), ("1h", 3600.0), ("3", 3.0)]
)
def test_times(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("json:a.b==1", Json("a.b", 1)),
        ('json:a=="x"', Json("a", "x")),
        ("json:a==ok", Json("a", "ok")),
        ("json:a", Json("a")),
        ("text:a:b", Text("a:b")),
        ("header:x-a=b=c", Header("x-a", "b=c")),
        ("header:x-a", Header("x-a")),
        ("size<1000", Size(most=999)),
        ("size>10", Size(least=11)),
    ],
)
def test_checks(text: str, condition: object) -> None:
    assert parse_check(text) == condition


@pytest.mark.parametrize("text", ["", "json", "size<", "size=3", "status:200"])
def test_a_check_that_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="right would be"):
        parse_check(text)


def test_bars_hold_every_call() -> None:
    found = Histogram([0.001 * 1.02**n for n in range(300)])
    drawn = bars(found)
    assert sum(int(row.split()[-1].replace(",", "")) for row in drawn) == 300
    assert max(row.count("█") for row in drawn) == 40
    assert all("█" in row for row in drawn), "values spread evenly in ratio fill every bar"
    assert bars(Histogram()) == []
    assert len(bars(Histogram([0.5]))) > 0


def test_figures() -> None:
    assert [shown(x) for x in (2.5, 0.0125, 0.0000421, float("nan"))] == ["2.5 s", "12.5 ms", "42.1 µs", "-"]
    assert [share(x) for x in (0.0, 0.0123, 1.0, float("nan"))] == ["0 %", "1.23 %", "100 %", "-"]
    assert line(Glimpse(3.0, 1234.5, 0.001, 0.002, 0.003, 7)).split() == [
        "3", "s", "1,234/s", "p50", "1", "ms", "p95", "2", "ms", "p99", "3", "ms", "failed", "7",
    ]  # fmt: skip
