"""A slower version of the desk, for comparisons of two versions: every answer takes a stated share longer."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowDown:
    """Middleware around all other: before an answer begins, it works on for ``share`` of the time it took so far.

    It burns CPU instead of sleeping, as slower code would: timers are too coarse for a fifth of a millisecond, and a
    sleeping handler would not hold up its neighbours.
    """

    def __init__(self, app: ASGIApp, share: float) -> None:
        self._app = app
        self._share = share

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.perf_counter()

        async def late(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = time.perf_counter()
                until = now + (now - began) * self._share
                while time.perf_counter() < until:
                    pass
            await send(message)

        await self._app(scope, receive, late)
