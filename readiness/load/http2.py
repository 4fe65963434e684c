"""HTTP/2, through httpx and its h2: behind the interface of our own client, which speaks HTTP/1.1 only.

httpx spends many times the CPU of our own client on a call: this is for services that speak nothing else.
"""

import asyncio
import ssl
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from readiness.exchange import Reply

if TYPE_CHECKING:
    from readiness.load.origin import Origin


class Http2Client:
    """Sends over one connection with many streams. Without TLS it begins with HTTP/2 at once, as there is nothing to negotiate."""

    def __init__(self, origin: "Origin", *, redirects: int = 0, cookies: bool = False) -> None:
        import httpx

        self.connects = 1
        """The first; httpx does not say how often it had to open another."""
        self.unasked = 0
        scheme = "https" if origin.tls else "http"
        self._httpx: Any = httpx
        self._base = f"{scheme}://{origin.authority}{origin.prefix}"
        self._client = httpx.AsyncClient(
            http1=False,
            http2=True,
            verify=origin.tls if origin.tls is not None else ssl.create_default_context(),
            follow_redirects=redirects > 0,
            max_redirects=max(1, redirects),
            trust_env=False,
        )
        self._cookies = cookies

    async def call(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes, timeout: float
    ) -> Reply:
        """Send one request; a failure is a reply with its kind, as of our own client."""
        begin = monotonic()
        if not self._cookies:
            self._client.cookies.clear()
        try:
            async with asyncio.timeout(timeout):
                found = await self._client.request(
                    method, f"{self._base}{path}", headers=dict(headers or {}), content=body or None, timeout=None
                )
        except Exception as error:  # noqa: BLE001 - httpx has a tree of its own; what is none of its kinds comes through
            return Reply(0, b"", b"", monotonic() - begin, self._kind(error))
        return Reply(found.status_code, {**found.headers}, found.content, monotonic() - begin)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _kind(self, error: Exception) -> str:
        """Name a failure as our own client would."""
        causes: list[BaseException] = [error]
        while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
            causes.append(cause)
        for kinds, name in (
            (TimeoutError, "timeout"),
            (ConnectionRefusedError, "refused"),
            (ssl.SSLError, "tls"),
            (ConnectionResetError, "reset"),
            (self._httpx.TooManyRedirects, "too many redirects"),
            (self._httpx.RemoteProtocolError, "malformed"),
            (self._httpx.DecodingError, "malformed"),
            (self._httpx.ConnectError, "unreachable"),
            (self._httpx.TransportError, "closed"),
        ):
            if any(isinstance(cause, kinds) for cause in causes):
                return name
        raise error
