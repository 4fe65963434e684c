"""The slowed desk: it burns the stated share of its own work, whatever waits, and answers as before."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from readiness.desk import slowdown
from readiness.desk.__main__ import main


class Clock:
    """CPU time that passes when somebody works, and a little with each look of the burning thread."""

    def __init__(self) -> None:
        self.process = 5.0
        self.thread = 0.0

    def process_time(self) -> float:
        return self.process

    def thread_time(self) -> float:
        self.thread += 0.0001
        self.process += 0.0001
        return self.thread


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_it_burns_a_share_of_the_work_and_sends_everything(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(slowdown, "time", clock)
    sent: list[tuple[str, float]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        clock.process += scope["work"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append((message["type"], clock.process))

    slowed = slowdown.SlowDown(app, share)
    for work in (0.1, 0.0, 0.3):
        asyncio.run(slowed({"type": "http", "work": work}, receive, send))
    times = [at - 5.0 for kind, at in sent if kind == "http.response.start"]
    assert times == pytest.approx([0.1 * (1 + share), 0.1 * (1 + share), 0.4 * (1 + share)], abs=0.002)
    assert [kind for kind, _ in sent] == ["http.response.start", "http.response.body"] * 3


@pytest.mark.parametrize("given", ["-0.1", "11"])
def test_an_impossible_share_is_refused(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--slow-down", given])
    assert "must be from 0 to 10" in capsys.readouterr().err
