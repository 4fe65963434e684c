"""One simulated user: calls, checks what comes back, thinks, and keeps what belongs to him."""

import asyncio
import json as jsonlib
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from time import monotonic
from typing import Any

from readiness.exchange import Reply
from readiness.load.client import HttpClient
from readiness.load.expect import ANY_GOOD_STATUS, Condition
from readiness.measure.sample_log import SampleLog

JSON = {"Content-Type": "application/json"}


class Stage:
    """What the users of one phase share: where samples go, since when seconds count, and the phase's name."""

    __slots__ = ("begin", "failed_checks", "log", "phase", "seed", "timeout")

    def __init__(self, log: SampleLog, *, begin: float, phase: str = "", timeout: float = 10.0, seed: int = 0) -> None:
        self.log, self.begin, self.phase, self.timeout, self.seed = log, begin, phase, timeout, seed


class User:
    """What a journey is given. Every call is recorded, and a check that fails makes its call a failed one.

    >>> async def shopper(user: User) -> None:
    ...     await user.post("/login", json={"name": f"user{user.number}"})
    ...     reply = await user.get("/cart", name="cart", expect=expect(200, json={"open": True}))
    ...     user.check("few lines", len(reply.json()["lines"]) < 100)
    ...     await user.think(1.0)
    """

    def __init__(self, number: int, client: HttpClient, stage: Stage) -> None:
        self.number = number
        """From 0, unique within the load."""
        self.random = random.Random(f"{stage.seed}/{number}")
        """Seeded by the run's seed and the number: the same choices in every run."""
        self.state: dict[str, Any] = {}
        """Yours; kept from one iteration to the next."""
        self.client = client
        self.intended = 0.0
        """When this iteration was to begin (``time.monotonic``), 0 once a call has begun; the first call's latency counts from it."""
        self._stage = stage
        self._wire = client.origin.wire
        self._last: tuple[int, tuple[str, str, int, str]] | None = None

    def get(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a GET; options as for `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a POST; options as for `request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a PUT; options as for `request`."""
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a DELETE; options as for `request`."""
        return self.request("DELETE", path, **options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json: Any = None,
        expect: Sequence[Condition] = ANY_GOOD_STATUS,
        timeout: float = 0.0,
    ) -> Reply:
        """Send a request, verify the answer and record the call.

        ``name`` groups calls whose paths differ (default: method and path); ``json`` is sent as the body; ``expect`` says what a
        good answer is (default: a status from 200 to 399); ``timeout`` in seconds (default: the load's).
        """
        stage, client = self._stage, self.client
        phase = stage.phase
        if json is not None:
            body, headers = jsonlib.dumps(json).encode(), {**JSON, **(headers or {})}
        began = monotonic()
        intended, self.intended = self.intended or began, 0.0
        timeout = timeout or stage.timeout
        if client.plain:
            reply = await client.exchange(method, self._wire(method, path, headers, body), timeout)
        else:
            reply = await client.call(method, path, headers, body, timeout)
        error = reply.error
        if not error:
            for condition in expect:
                if error := condition(reply):
                    break
        kind = (name or f"{method} {path}", phase, reply.status, error)
        log = stage.log
        self._last = (len(log), kind)
        log.add(intended - stage.begin, began - intended + reply.seconds, began - intended, kind)
        return reply

    def check(self, name: str, passed: object) -> bool:
        """Make the last call a failed one, of kind ``check <name>``, unless ``passed`` is true. Returns whether it is."""
        if not passed and self._last is not None and not self._last[1][3]:
            self._stage.log.amend(*self._last, f"check {name}")
            row, kind = self._last
            self._last = (row, (*kind[:3], f"check {name}"))
        return bool(passed)

    async def think(self, seconds: float) -> None:
        """Wait as a person would before the next call."""
        await asyncio.sleep(seconds)


Journey = Callable[[User], Awaitable[None]]
"""What one user does in one iteration: any coroutine function that takes a `User`."""
