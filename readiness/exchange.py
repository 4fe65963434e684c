"""A request and its reply: what a target is sent and what comes back. Plain, without any library: load workers import it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_decode = json.JSONDecoder().raw_decode  # json.loads asks twice the time for its detection of encodings and blanks


NOT_SENT = ("refused", "unreachable", "dns", "tls", "connect timeout")
"""Errors of a reply that prove that the request never reached the service."""


@dataclass(frozen=True)
class Request:
    """One call, ready to be sent. ``timeout`` in seconds covers connect to last byte."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 10.0
    dependency: str | None = None


class Reply:
    """What came back; ``error`` is empty when a complete answer arrived, whatever its status.

    ``status`` is 0 where none arrived; ``seconds`` runs from the call to the last byte. Headers may be given as the bytes of
    the head: they are read when somebody asks, because most calls of a load phase never look at them.
    """

    __slots__ = ("_headers", "body", "error", "seconds", "status")

    def __init__(
        self, status: int, headers: Mapping[str, str] | bytes, body: bytes, seconds: float, error: str = ""
    ) -> None:
        self.status = status
        self._headers = headers
        self.body = body
        self.seconds = seconds
        self.error = error

    @property
    def headers(self) -> Mapping[str, str]:
        """Header values by lower-case name; values of one name are joined by commas."""
        if isinstance(self._headers, bytes):
            self._headers = parse_headers(self._headers)
        return self._headers

    def json(self) -> Any:
        """Return the decoded body, or None where it is not JSON."""
        try:
            text = str(self.body, "utf-8").strip()
            value, end = _decode(text)
        except ValueError:
            return None
        return value if end == len(text) else None

    def field(self, name: str) -> str:
        """Return a field of the body's JSON object as text, "" where there is none."""
        content = self.json()
        value = content.get(name) if isinstance(content, dict) else None
        return "" if value is None else str(value)

    def number(self, name: str) -> float | None:
        """Return a field of the body's JSON object as a number, which may stand there as text; None where it is none."""
        try:
            value = float(self.field(name))
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def as_fact(self) -> dict[str, Any]:
        """Return it as a recording keeps it: status, error, seconds and the decoded body."""
        return {"status": self.status, "error": self.error, "seconds": self.seconds, "body": self.json()}

    @property
    def text(self) -> str:
        """The body as text; undecodable bytes are shown as such."""
        return self.body.decode("utf-8", "backslashreplace")

    def __repr__(self) -> str:
        said = self.error or f"{len(self.body)} bytes"
        return f"Reply({self.status}, {said}, {self.seconds:.6f} s)"


def parse_headers(head: bytes) -> dict[str, str]:
    """Read the header lines of a raw head (status line first); the values of one name are joined by commas, cookies by line breaks."""
    headers: dict[str, str] = {}
    lines = head.partition(b"\r\n\r\n")[0].lstrip(b"\r\n").split(b"\r\n")
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        key, text = name.decode("latin-1").lower(), value.strip(b" \t").decode("latin-1")
        separator = "\n" if key == "set-cookie" else ", "  # cookies hold commas (RFC 9110, 5.3)
        headers[key] = f"{headers[key]}{separator}{text}" if key in headers else text
    return headers
