"""One simulated user: calls, checks what comes back, thinks, and keeps what belongs to him."""

import asyncio
import json as jsonlib
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar

from readiness.exchange import Reply
from readiness.load.client import HttpClient, kind_of
from readiness.load.expect import ANY_GOOD_STATUS, Condition, failure
from readiness.load.protocols import METHODS
from readiness.measure.sample_log import SampleLog

JSON = {"Content-Type": "application/json"}
Result = TypeVar("Result")


class Stage:
    """What the users of one phase share: where samples go, since when seconds count, and the phase's name."""

    __slots__ = ("add", "begin", "cut", "log", "phase", "seed", "timeout")

    def __init__(self, log: SampleLog, *, begin: float, phase: str = "", timeout: float = 10.0, seed: int = 0) -> None:
        self.log, self.add = log, log.add
        self.begin, self.phase, self.timeout, self.seed = begin, phase, timeout, seed
        self.cut = 0
        """Calls that were given up under way."""


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
        self._row, self._kind = -1, ("", "", 0, "no call")

    def get(
        self,
        path: str,
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        expect: Sequence[Condition] = ANY_GOOD_STATUS,
        timeout: float = 0.0,
    ) -> Coroutine[Any, Any, Reply]:
        """Send a GET; options as for `request`."""
        return self._call("GET", path, name, headers, b"", expect, timeout)

    def post(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a POST; options as for `request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a PUT; options as for `request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a PATCH; options as for `request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Coroutine[Any, Any, Reply]:
        """Send a DELETE; options as for `request`."""
        return self.request("DELETE", path, **options)

    def request(
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
    ) -> Coroutine[Any, Any, Reply]:
        """Send a request, verify the answer and record the call.

        The method SEND sends ``body`` as a WebSocket message and waits for the next one; CALL calls the gRPC method that the path
        names. Both need a library (the extras `websocket` and `grpc`).

        ``name`` groups calls whose paths differ (default: method and path); ``json`` is sent as the body; ``expect`` says what a
        good answer is (default: a status from 200 to 399); ``timeout`` in seconds (default: the load's).
        """
        if json is not None:
            body, headers = jsonlib.dumps(json).encode(), {**JSON, **(headers or {})}
        return self._call(method, path, name, headers, body, expect, timeout)

    async def _call(
        self,
        method: str,
        path: str,
        name: str,
        headers: Mapping[str, str] | None,
        body: bytes,
        expect: Sequence[Condition],
        timeout: float,
    ) -> Reply:
        stage, client = self._stage, self.client
        phase, timeout = stage.phase, timeout or stage.timeout
        began = monotonic()
        intended = self.intended or began
        self.intended = 0.0
        try:
            known = None if headers or body else client.known.get((method, path))
            if known is not None and client.idle:  # nearly every call of a load comes this way
                wire, label = known
                reply = await client.idle.pop().send(method, wire, began, began + timeout)
            elif client.plain and not headers and not body and method not in METHODS:
                wire, label = client.origin.bare(method, path)
                reply = await client.exchange(method, wire, timeout, began)
            else:
                label = f"{method} {path}"
                reply = await client.call(method, path, headers, body, timeout)
        except asyncio.CancelledError:
            stage.cut += 1
            raise
        error = reply.error
        if not error and (expect is not ANY_GOOD_STATUS or not 200 <= reply.status < 400):
            for condition in expect:
                if error := condition(reply):
                    break
        late = began - intended
        self._kind = kind = (name or label, phase, reply.status, error)
        self._row = stage.add(intended - stage.begin, late + reply.seconds, late, kind)
        return reply

    async def measure(self, name: str, work: Awaitable[Result], timeout: float = 0.0) -> Result | None:
        """Record anything that can be awaited as a call: a statement, a message, a gRPC stub, a function.

        What it raises makes it a failed call (``timeout``, ``refused``, ``raised ValueError`` ...), and None comes back. A reply
        of another client is one call of its kind: failed as its error or its status (not 200 to 399) says.
        """
        stage = self._stage
        phase, began = stage.phase, monotonic()
        intended = self.intended or began
        self.intended = 0.0
        result, status, error = None, 0, ""
        try:
            async with asyncio.timeout(timeout or stage.timeout):
                result = await work
            if isinstance(result, Reply):  # of another client, which tells its failures instead of raising them
                status, error = result.status, failure(result, ANY_GOOD_STATUS)
        except asyncio.CancelledError:
            stage.cut += 1
            raise
        except TimeoutError:
            error = "timeout"
        except OSError as problem:
            error = kind_of(problem)
        except Exception as problem:  # noqa: BLE001 - what an operation raises is an observation
            error = f"raised {type(problem).__name__}"
        self._kind = (name, phase, status, error)
        self._row = stage.add(intended - stage.begin, monotonic() - intended, began - intended, self._kind)
        return result

    def check(self, name: str, passed: object) -> bool:
        """Make the last call a failed one, of kind ``check <name>``, unless ``passed`` is true. Returns whether it is."""
        if not passed and not self._kind[3]:
            error = f"check {name}"
            self._stage.log.amend(self._row, self._kind, error)
            self._kind = (*self._kind[:3], error)
        return bool(passed)

    async def think(self, seconds: float) -> None:
        """Wait as a person would before the next call."""
        await asyncio.sleep(seconds)


Journey = Callable[[User], Awaitable[object]]
"""What one user does in one iteration: any coroutine function that takes a `User`."""
