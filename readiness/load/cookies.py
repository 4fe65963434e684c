"""Cookies of one user at one origin: name, value, path and life; what a load test needs of RFC 6265, no more."""

import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple


class Cookie(NamedTuple):
    """One cookie; ``expires`` in seconds since the epoch, infinite for a session cookie."""

    value: str
    path: str
    expires: float
    secure: bool


class Cookies:
    """Keeps what the server sets and says what goes back to it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Cookie] = {}

    def header(self, path: str, *, secure: bool) -> str:
        """Return the value of the ``Cookie`` header for a path, the longest cookie path first; "" where none fits."""
        now = time.time()
        plain = path.partition("?")[0]
        fitting = [
            (name, cookie)
            for (name, _), cookie in self._kept.items()
            if cookie.expires > now and (secure or not cookie.secure) and _within(plain, cookie.path)
        ]
        fitting.sort(key=lambda item: -len(item[1].path))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in fitting)

    def keep(self, lines: list[str], path: str) -> None:
        """Store the ``Set-Cookie`` lines of an answer to ``path``; one that has expired goes away."""
        for line in lines:
            first, *attributes = (part.strip() for part in line.split(";"))
            name, equals, value = first.partition("=")
            if not equals or not name:
                continue
            said = {key.strip().lower(): text.strip() for key, _, text in (a.partition("=") for a in attributes)}
            where = said.get("path", "")
            where = where if where.startswith("/") else path.partition("?")[0].rpartition("/")[0] or "/"
            cookie = Cookie(value.strip('"'), where, _expires(said), "secure" in said)
            if cookie.expires <= time.time():
                self._kept.pop((name, where), None)
            else:
                self._kept[name, where] = cookie

    def __len__(self) -> int:
        return len(self._kept)


def _expires(said: dict[str, str]) -> float:
    if (age := said.get("max-age", "")).lstrip("-").isdigit():
        return time.time() + int(age)
    try:
        return parsedate_to_datetime(said["expires"]).timestamp()
    except (KeyError, ValueError):
        return float("inf")


def _within(path: str, cookie_path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")
