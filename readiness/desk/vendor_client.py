"""The market-data vendor, reached over HTTP: every call has a deadline, every failure is one kind of error."""

import contextlib
import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import httpx

from readiness.desk.defects import active
from readiness.desk.settings import Settings

PROBE_SECONDS = 0.5
HISTORY_SECONDS = 30.0

log = logging.getLogger("desk.vendor")


class VendorError(Exception):
    """The vendor could not be reached, or did not answer in a way that can be used."""


class Vendor:
    """The vendor's HTTP interface."""

    def __init__(self, settings: Settings) -> None:
        timeout = None if active("no-vendor-timeout") else httpx.Timeout(settings.vendor_timeout)
        headers = {"Authorization": f"Bearer {settings.vendor_key}"}
        self._client = httpx.Client(
            base_url=settings.vendor_url, headers=headers, timeout=timeout, trust_env=False, verify=_verified()
        )

    def quote(self, symbol: str, instant: datetime) -> Mapping[str, object]:
        """The quote of a symbol at an instant, as the vendor says it."""
        return self._get("/v0/quote", {"symbol": symbol, "at": instant.isoformat()})

    def chain(self, symbol: str, instant: datetime) -> Mapping[str, object]:
        """The option chain of a symbol at an instant, as the vendor says it."""
        return self._get("/v0/chain", {"symbol": symbol, "at": instant.isoformat()})

    def save_history(self, file: Path, query: Mapping[str, str]) -> None:
        """Stream minute bars (CSV) into a file; the deadline is for each piece, not for the whole."""
        try:
            with (
                self._client.stream("GET", "/v0/history", params=dict(query), timeout=HISTORY_SECONDS) as reply,
                file.open("wb") as out,
            ):
                reply.raise_for_status()
                for piece in reply.iter_bytes():
                    out.write(piece)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise VendorError(_reason(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _get(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        try:
            reply = self._reply(path, query)
            reply.raise_for_status()
            content = reply.json()
        except (httpx.HTTPError, ValueError, OSError) as error:
            told = f": {reply.text[:200]}" if active("repeats-vendor") and isinstance(error, ValueError) else ""
            raise VendorError(_reason(error) + told) from error
        if not isinstance(content, dict):
            raise VendorError(f"answered a {type(content).__name__} where an object was due")
        return MappingProxyType(content)

    def _reply(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        for _ in range(9 if active("stubborn-vendor-calls") else 0):
            with contextlib.suppress(httpx.HTTPError):
                return self._client.get(path, params=dict(query))
        return self._client.get(path, params=dict(query))


class Watch:
    """Asks the vendor for a sign of life twice a second, so that readiness never has to wait for it."""

    def __init__(self, url: str) -> None:
        self.state = "unreachable: not asked yet"
        self._client = httpx.Client(base_url=url, timeout=PROBE_SECONDS, trust_env=False, verify=_verified())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vendor-watch", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the vendor answered when it was last asked."""
        return self.state == "ok"

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join(timeout=2 * PROBE_SECONDS)
        self._client.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            if active("gives-up-on-vendor") and self.state == "unreachable: no connection":
                return
            state = self._ask()
            if state != self.state:
                log.warning("vendor is %s", state)
            self.state = state
            self._stop.wait(PROBE_SECONDS)

    def _ask(self) -> str:
        try:
            self._client.get("/v0/health").raise_for_status()
        except (httpx.HTTPError, OSError) as error:
            return f"unreachable: {_reason(error)}"
        return "ok"


def _verified() -> bool:
    return not active("unverified-vendor")


def _reason(error: Exception) -> str:
    """Why a call failed, without addresses, queries or other insides."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"answered {error.response.status_code}"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.HTTPError | OSError):
        return "no connection"
    return "the answer is not valid JSON"
