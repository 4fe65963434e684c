"""Journeys through the public API: what is sent, verified, recorded, and kept for whom."""

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from readiness.exchange import Reply
from readiness.load.client import ClientOptions
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.expect import expect
from readiness.load.feed import Feed
from readiness.load.live import Glimpse
from readiness.load.merging import merged
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load, LoadResult, Session
from readiness.load.user import Journey, Stage, User
from readiness.measure.sample_log import read_spool
from readiness.model import Sample
from tests.readiness.load.serving import Handler, answer, request_of, serving

ONCE = PerVuIterations(1, 1)
Seen = list[tuple[str, dict[str, str], bytes]]


def echoing(seen: Seen, *headers: str) -> Handler:
    """Answer with the path as a JSON string; ``/fail`` with 500."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await request_of(reader)
            seen.append(request)
            path = request[0].split()[1]
            status = "500 Oops" if path == "/fail" else "200 OK"
            writer.write(answer(f'{{"path": "{path}"}}'.encode(), status, *headers))

    return handle


def going(
    journey: Journey,
    tmp_path: Path,
    executor: Executor = ONCE,
    handler: Handler | None = None,
    options: ClientOptions | None = None,
) -> tuple[list[Sample], LoadResult]:
    """Let users go through a journey."""

    async def drive() -> LoadResult:
        async with serving(handler or echoing([])) as origin:
            load = Load(parse_origin(origin), executor, journey, options or ClientOptions(), timeout=5.0)
            return await Session(load, tmp_path / "spool").run(asyncio.Event())

    result = asyncio.run(drive())
    return list(read_spool(tmp_path / "spool")), result


def test_what_is_sent(tmp_path: Path) -> None:
    seen: Seen = []

    async def journey(user: User) -> None:
        await user.get("/a?b=1", headers={"X-Who": "me"})
        await user.post("/b", json={"n": 1})
        await user.put("/c", body=b"raw")
        await user.patch("/d")
        await user.delete("/e")
        await user.get("/ü x")

    going(journey, tmp_path, handler=echoing(seen))
    assert [line for line, _, _ in seen] == [
        "GET /a?b=1 HTTP/1.1", "POST /b HTTP/1.1", "PUT /c HTTP/1.1", "PATCH /d HTTP/1.1", "DELETE /e HTTP/1.1",
        "GET /%C3%BC%20x HTTP/1.1",
    ]  # fmt: skip
    assert seen[0][1]["X-Who"] == "me"
    assert (seen[1][1]["Content-Type"], seen[1][2]) == ("application/json", b'{"n": 1}')
    assert seen[2][2] == b"raw"


def test_an_answer_to_head_ends_with_its_head_every_time(tmp_path: Path) -> None:
    async def headless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            whole = answer(b"hello")
            writer.write(whole[: -len(b"hello")] if line.startswith("HEAD") else whole)

    async def journey(user: User) -> None:
        for method in ("GET", "HEAD", "HEAD", "GET", "GET", "HEAD"):
            await user.request(method, "/", timeout=1.0)

    samples, result = going(journey, tmp_path, handler=headless)
    assert [sample.error for sample in samples] == [""] * 6, "a body was waited for that never comes"
    assert result.connects == 1


def test_the_limit_for_the_first_byte_holds_for_every_call(tmp_path: Path) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for pause in (0.0, 0.0, 5.0):
            await request_of(reader)
            await asyncio.sleep(pause)
            writer.write(answer(b"hello"))

    async def journey(user: User) -> None:
        for _ in range(3):
            await user.get("/")

    samples, _ = going(journey, tmp_path, handler=handle, options=ClientOptions(first_byte=1.0))
    assert [sample.error for sample in samples] == ["", "", "first byte timeout"]


def test_a_header_cannot_smuggle_in_another(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        await user.get("/", headers={"X-Name": "a\r\nX-Admin: yes"})

    with pytest.raises(ValueError, match="line break"):
        going(journey, tmp_path)


def test_what_is_recorded(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        await user.get("/plain")
        await user.get("/item/7", name="item")
        await user.get("/fail")
        await user.get("/fail", expect=expect(500))
        await user.get("/lies", expect=expect(json={"path": "/truth"}))

    samples, result = going(journey, tmp_path)
    assert [(s.operation, s.phase, s.status, s.error) for s in samples] == [
        ("GET /plain", "load", 200, ""),
        ("item", "load", 200, ""),
        ("GET /fail", "load", 500, "status 500"),
        ("GET /fail", "load", 500, ""),
        ("GET /lies", "load", 200, "check json path"),
    ]
    assert (result.calls, result.failed) == (5, 2)
    assert result.errors == {"status 500": 1, "check json path": 1}
    assert result.latencies.count == 3, "failed calls are in no percentile"
    assert (result.connects, result.stale, result.unasked) == (1, 0, 0)


@pytest.mark.parametrize("flushed", [False, True])
def test_a_check_that_fails_makes_its_call_a_failed_one(tmp_path: Path, flushed: bool) -> None:
    async def journey(user: User) -> None:
        reply = await user.get("/one")
        if flushed:
            user._stage.log.flush()
        assert user.check("path", reply.json()["path"] == "/one")
        assert not user.check("first", False)
        assert not user.check("second", False), "the first failure names the call"
        await user.get("/two")

    samples, result = going(journey, tmp_path)
    assert [sample.error for sample in samples] == ["check first", ""]
    assert result.errors == {"check first": 1}


@pytest.mark.parametrize("flushed", [False, True])
def test_a_call_that_a_check_has_failed_is_in_no_percentile(tmp_path: Path, flushed: bool) -> None:
    """Ten calls; each second one is slow, and failed by its check."""

    async def slowly() -> Reply:
        await asyncio.sleep(0.05)
        return Reply(200, b"", b"", 0.05)

    async def journey(user: User) -> None:
        for number in range(10):
            await (user.measure("asked", slowly()) if number % 2 else user.get("/", name="asked"))
            if flushed:
                user._stage.log.flush()
            user.check("quick", number % 2 == 0)

    samples, result = going(journey, tmp_path)
    good = [sample.latency for sample in samples if not sample.error]
    assert (result.failed, result.latencies.count, len(good)) == (5, 5, 5)
    assert result.latency(99) == pytest.approx(max(good), rel=0.01), "the latency of a failed call is among the answers"
    assert result.mean == pytest.approx(sum(good) / 5)


def test_a_check_before_any_call_counts_for_nothing(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        user.check("early", False)
        await user.get("/")

    samples, _ = going(journey, tmp_path)
    assert [sample.error for sample in samples] == [""]


def test_what_belongs_to_a_user(tmp_path: Path) -> None:
    numbers: dict[int, list[float]] = {}

    async def journey(user: User) -> None:
        user.state["visits"] = user.state.get("visits", 0) + 1
        numbers.setdefault(user.number, []).append(user.random.random())
        await user.get(f"/{user.number}/{user.state['visits']}", name="visit")

    going(journey, tmp_path, PerVuIterations(3, 2))
    first = {number: list(values) for number, values in numbers.items()}
    assert sorted(first) == [0, 1, 2]
    assert len({tuple(values) for values in first.values()}) == 3
    numbers.clear()
    going(journey, tmp_path, PerVuIterations(3, 2))
    assert numbers == first, "the same choices in every run"


def test_only_the_first_call_counts_from_the_intended_start(tmp_path: Path) -> None:
    """One user, three journeys due at once, each of two calls and a pause between: the wait for one's turn counts once."""

    async def journey(user: User) -> None:
        await user.get("/first")
        await user.think(0.1)
        await user.get("/second")

    samples, result = going(journey, tmp_path, ConstantArrivalRate(1000, 0.003, max_users=1))
    firsts = [sample for sample in samples if sample.operation == "GET /first"]
    seconds = [sample for sample in samples if sample.operation == "GET /second"]
    assert len(firsts) == len(seconds) == 3
    assert [round(sample.late, 1) >= 0.1 * place for place, sample in enumerate(firsts)] == [True] * 3
    assert all(sample.latency >= sample.late for sample in firsts)
    assert all(sample.late == 0.0 for sample in seconds)
    assert result.pace is not None
    assert result.pace.queued == 2


def test_cookies_belong_to_their_user(tmp_path: Path) -> None:
    seen: Seen = []
    given = [0]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await request_of(reader)
            seen.append(request)
            given[0] += 1
            new = f"Set-Cookie: session=s{given[0]}; Path=/; HttpOnly"
            extra = (new, "Set-Cookie: tint=a,b; Path=/shop") if "login" in request[0] else ()
            writer.write(answer(b"", "200 OK", *extra))

    async def journey(user: User) -> None:
        await user.get("/login")
        await user.get("/shop/cart")
        await user.get("/elsewhere")

    going(journey, tmp_path, PerVuIterations(2, 1), handle, ClientOptions(cookies=True))
    sent = {line.split()[1]: [] for line, _, _ in seen}  # type: dict[str, list[str]]
    for line, headers, _ in seen:
        sent[line.split()[1]].append(headers.get("Cookie", ""))
    assert sent["/login"] == ["", ""]
    assert sorted(sent["/elsewhere"]) == ["session=s1", "session=s2"]
    assert sorted(sent["/shop/cart"]) == ["tint=a,b; session=s1", "tint=a,b; session=s2"]


def test_users_who_share_connections_share_no_cookies() -> None:
    async def nothing(user: User) -> None:
        """Never begun."""

    origin = parse_origin("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="would share one user's cookies"):
        Load(origin, ONCE, nothing, ClientOptions(connections=2, cookies=True))


def test_redirects_are_followed_when_asked(tmp_path: Path) -> None:
    seen: Seen = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await request_of(reader)
            seen.append(request)
            path = request[0].split()[1]
            to = {"/old": "/new", "/see": "/new", "/loop": "/loop"}.get(path)
            status = "303 See Other" if path == "/see" else "307 Temporary Redirect"
            writer.write(answer(b"", status, f"Location: {to}") if to else answer(b"there"))

    async def journey(user: User) -> None:
        user.state["texts"] = [
            (await user.get("/old")).text,
            (await user.post("/see", body=b"x")).text,
            (await user.get("/loop")).error,
        ]

    samples, _ = going(journey, tmp_path, ONCE, handle, ClientOptions(redirects=2))
    assert [sample.error for sample in samples] == ["", "", "too many redirects"]
    assert [line.split()[0] for line, _, _ in seen] == ["GET", "GET", "POST", "GET", "GET", "GET", "GET"]
    seen.clear()
    samples, _ = going(journey, tmp_path, ONCE, handle)
    assert [sample.status for sample in samples] == [307, 303, 307], "not followed unless asked"


def test_a_redirect_to_another_origin_takes_no_secrets_along(tmp_path: Path) -> None:
    there: Seen = []

    async def drive() -> list[Sample]:
        async with serving(echoing(there)) as other:

            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await request_of(reader)
                writer.write(answer(b"", "302 Found", f"Location: {other}/there?x=1"))
                await reader.read()

            async def journey(user: User) -> None:
                await user.get("/", headers={"Authorization": "Bearer secret", "X-Trace": "1"})

            async with serving(handle) as origin:
                load = Load(parse_origin(origin), ONCE, journey, ClientOptions(redirects=1))
                await Session(load, tmp_path / "spool").run(asyncio.Event())
        return list(read_spool(tmp_path / "spool"))

    (sample,) = asyncio.run(drive())
    assert (sample.status, sample.error) == (200, "")
    ((line, headers, _),) = there
    assert line == "GET /there?x=1 HTTP/1.1"
    assert headers["X-Trace"] == "1"
    assert "Authorization" not in headers


def test_a_journey_shows_itself_while_it_runs(tmp_path: Path) -> None:
    glimpses: list[Glimpse] = []

    async def journey(user: User) -> None:
        await user.get("/fail" if user.random.random() < 0.5 else "/")
        await user.think(0.01)

    async def drive() -> LoadResult:
        async with serving(echoing([])) as origin:
            load = Load(parse_origin(origin), PerVuIterations(2, 30), journey)
            return await Session(load, tmp_path / "spool", glimpses.append, every=0.1).run(asyncio.Event())

    result = asyncio.run(drive())
    assert len(glimpses) >= 2
    assert glimpses[0].rate > 0
    assert glimpses[0].p50 <= glimpses[0].p95 <= glimpses[0].p99
    assert 0 < glimpses[-1].failed <= result.failed


def test_stopped_it_says_what_there_is(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        await user.get("/")
        await user.think(0.01)

    async def drive() -> LoadResult:
        stop = asyncio.Event()
        async with serving(echoing([])) as origin:
            asyncio.get_running_loop().call_later(0.2, stop.set)
            load = Load(parse_origin(origin), PerVuIterations(2, 100_000), journey)
            return await Session(load, tmp_path / "spool").run(stop)

    result = asyncio.run(drive())
    assert result.pace is None
    assert result.calls > 2
    assert result.to_json()["generator"]["pace"] is None


def test_feeds(tmp_path: Path) -> None:
    table, lines = tmp_path / "people.csv", tmp_path / "people.jsonl"
    table.write_text('name,age\n"Ann, B.",3\nBob,4\n')
    lines.write_text('{"name": "Ann"}\n\n{"name": "Bob"}\n')
    feed = Feed.read(table)
    assert [feed.next()["name"] for _ in range(3)] == ["Ann, B.", "Bob", "Ann, B."]
    once = Feed.read(lines, "unique")
    assert [once.next()["name"], once.next()["name"]] == ["Ann", "Bob"]
    with pytest.raises(LookupError, match="2 rows"):
        once.next()
    lines.write_text('{"name": "Ann"}\n[1]\n')
    with pytest.raises(ValueError, match="line 2: not a JSON object"):
        Feed.read(lines)
    with pytest.raises(ValueError, match="at least one row"):
        Feed([])
    with pytest.raises(ValueError, match="round robin"):
        Feed([{}], "random")  # type: ignore[arg-type]


def test_calls_that_are_cut_off_are_counted(tmp_path: Path) -> None:
    """Two users within a call, two in a pause, when the time is over."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            await asyncio.sleep(30 if "/hangs" in line else 0)
            writer.write(answer())

    async def journey(user: User) -> None:
        await user.get("/")
        if user.number == 0:
            await user.get("/hangs")
        if user.number == 1:
            await user.measure("hangs", asyncio.sleep(30))
        await user.think(30)

    _, result = going(journey, tmp_path, ConstantVus(4, 0.1, graceful_stop=0.2), handle)
    assert result.pace is not None
    assert (result.calls, result.pace.cut, result.cut) == (4, 4, 2)
    assert result.lacking == ("2 calls were cut off under way, and are in no figure",)
    assert merged([result, result]).lacking == ("4 calls were cut off under way, and are in no figure",)


def test_a_stage_is_shared() -> None:
    """Phase and timeout may change while users go on."""
    from readiness.measure.sample_log import SampleLog

    stage = Stage(SampleLog(), begin=monotonic(), phase="one")
    stage.add(0.0, 0.1, 0.0, ("a", stage.phase, 200, ""))
    stage.phase = "two"
    stage.add(0.0, 0.1, 0.0, ("a", stage.phase, 200, ""))
    assert [sample.phase for sample in stage.log] == ["one", "two"]
