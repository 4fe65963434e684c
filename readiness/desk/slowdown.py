"""A slower version of the desk, for comparisons of two versions: all work takes a stated share more CPU time."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowDown:
    """Middleware around all other: before an answer begins, it burns ``share`` of the CPU time spent since the last one.

    It follows the CPU time of the whole process, because handlers work in threads, and not the time that a request took:
    waiting requests would be charged for each other's burning, and a short queue would grow for ever.
    """

    def __init__(self, app: ASGIApp, share: float) -> None:
        self._app = app
        self._share = share
        self._began = time.process_time()
        self._burned = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def late(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._burn()
            await send(message)

        await self._app(scope, receive, late)

    def _burn(self) -> None:
        """Catch up with what is owed; the event loop waits for it, as it would for slower code."""
        worked = time.process_time() - self._began - self._burned
        begin = time.thread_time()
        until = begin + self._share * worked - self._burned
        while time.thread_time() < until:
            pass
        self._burned += time.thread_time() - begin
