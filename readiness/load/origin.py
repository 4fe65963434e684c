"""Where calls go: an origin, parsed once, and the bytes of a request to it."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
"""Methods that announce a length even where the body is empty (RFC 9110, 8.6)."""
KEPT = 1024
"""Requests without headers and body that are kept as bytes: most loads send a few of them again and again."""
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "grpc": 80, "grpcs": 443}
"""Scheme -> port without one. ``ws`` and ``grpc`` stand for http, with ``s`` for https: how one speaks is the method's matter."""
SECURE = frozenset({"https", "wss", "grpcs"})
LENGTHS = frozenset({"content-length", "transfer-encoding"})
"""Headers that say how long a body is; where one is given, we say nothing of our own."""
OURS = LENGTHS | {"host"}
SAFE = "/?&=%:@!$'()*+,;~#[]"
"""What a path may hold beside letters and digits."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a service, the path that all its paths begin with, and how TLS is done."""

    host: str
    port: int
    authority: str
    prefix: str = ""
    tls: ssl.SSLContext | None = None
    kept: dict[tuple[str, str], tuple[bytes, str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Method and path -> what `bare` gave for them; none of HEAD, whose answers end in a way of their own."""
    _usual: set[str] = field(init=False, repr=False, compare=False, default_factory=set)
    """Names of headers that are none of `OURS`."""

    def __reduce__(self) -> "tuple[Callable[[str, bool], Origin], tuple[str, bool]]":
        """Travel to another process as an address: a TLS context belongs to the one that made it."""
        return _parsed, (self.address, not self.tls or self.tls.check_hostname)

    @property
    def address(self) -> str:
        """What all its URLs begin with."""
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.prefix}"

    def bare(self, method: str, path: str) -> tuple[bytes, str]:
        """Return the request without headers and body as bytes, and its name; both are kept for the next time."""
        found = self.kept.get((method, path))
        if found is None:
            found = (self.wire(method, path), f"{method} {path}")
            if method != "HEAD":
                if len(self.kept) >= KEPT:
                    self.kept.clear()
                self.kept[method, path] = found
        return found

    def wire(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        """Return the request as bytes; a given Host, or length, takes the place of ours.

        ValueError where a part could smuggle in a line of its own.
        """
        if headers:
            lines = ""
            for name, value in headers.items():
                lines = f"{lines}{name}: {value}\r\n"
            if lines.count("\n") != (number := len(headers)) or lines.count("\r") != number:
                raise ValueError(f"header {_broken(headers)} holds a line break")
            if not self._usual.issuperset(headers):
                return self._as_given(method, path, headers, lines, body)
        else:
            lines = ""
        if body or method in BODY_METHODS:
            lines = f"{lines}Content-Length: {len(body)}\r\n"
        if not path.isascii() or not path.isprintable() or " " in path:
            path = quote(path, safe=SAFE)
        return (
            f"{method} {self.prefix}{path} HTTP/1.1\r\nHost: {self.authority}\r\n{lines}\r\n".encode("latin-1") + body
        )

    def _as_given(self, method: str, path: str, headers: Mapping[str, str], lines: str, body: bytes) -> bytes:
        """Return a request with header names that are new, or that take the place of ours."""
        given = {name.lower() for name in headers} & OURS
        if not given:
            if len(self._usual) >= KEPT:
                self._usual.clear()
            self._usual.update(headers)
            return self.wire(method, path, headers, body)
        if "host" not in given:
            lines = f"Host: {self.authority}\r\n{lines}"
        if (body or method in BODY_METHODS) and not given & LENGTHS:
            lines = f"{lines}Content-Length: {len(body)}\r\n"
        if not path.isascii() or not path.isprintable() or " " in path:
            path = quote(path, safe=SAFE)
        return f"{method} {self.prefix}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def parse_origin(address: str, *, verify: bool = True) -> Origin:
    """Parse ``http[s]://host[:port][/prefix]``, ws[s] and grpc[s] alike; ValueError says what is wrong.

    ``verify=False`` accepts any certificate.
    """
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"address {address!r}: right would be http://host:port or https://host:port")
    tls = _tls(verify) if parts.scheme in SECURE else None
    authority = parts.netloc.rpartition("@")[2]
    return Origin(parts.hostname, parts.port or PORTS[parts.scheme], authority, parts.path.rstrip("/"), tls)


def _broken(headers: Mapping[str, str]) -> str:
    """Name the headers with a line break, never their values: those may be secret."""
    return ", ".join(ascii(name) for name, value in headers.items() if {"\r", "\n"} & {*f"{name}{value}"})


def _parsed(address: str, verify: bool) -> Origin:
    return parse_origin(address, verify=verify)


def _tls(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
