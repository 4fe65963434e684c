"""Compressed bodies: gzip and deflate always, br and zstd where a library for them is installed."""

import importlib
import zlib
from collections.abc import Callable

Decode = Callable[[bytes, int], bytes]


class TooLargeError(Exception):
    """The decoded body passes the limit."""


def decode(body: bytes, encodings: str, limit: int) -> bytes:
    """Undo ``Content-Encoding`` (its last one first). ValueError where the body is not what it says, or the encoding unknown."""
    for encoding in reversed([part.strip().lower() for part in encodings.split(",")]):
        if encoding in ("", "identity"):
            continue
        if encoding not in DECODERS:
            raise ValueError(f"content encoding {encoding!r} is not known")
        try:
            body = DECODERS[encoding](body, limit)
        except TooLargeError:
            raise
        except Exception as error:  # each library has errors of its own
            raise ValueError(f"the body is not {encoding}: {error}") from error
    return body


def accepted() -> str:
    """Return what ``Accept-Encoding`` may truthfully say here."""
    return ", ".join(name for name in DECODERS if name != "x-gzip")


def _inflate(bits: int) -> Decode:
    def inflate(body: bytes, limit: int) -> bytes:
        stream = zlib.decompressobj(bits)
        done = stream.decompress(body, limit + 1)
        if len(done) > limit:
            raise TooLargeError
        if not stream.eof:
            raise ValueError("it ends too early")
        return done

    return inflate


def _deflate(body: bytes, limit: int) -> bytes:
    """RFC 9110 means the zlib format; many servers send raw deflate, so that is tried next."""
    try:
        return _inflate(zlib.MAX_WBITS)(body, limit)
    except zlib.error:
        return _inflate(-zlib.MAX_WBITS)(body, limit)


def _installed(module: str, name: str) -> Decode | None:
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return None

    def call(body: bytes, limit: int) -> bytes:
        done: bytes = function(body)
        if len(done) > limit:
            raise TooLargeError
        return done

    return call


def _decoders() -> dict[str, Decode]:
    known: dict[str, Decode | None] = {
        "gzip": _inflate(16 + zlib.MAX_WBITS),
        "x-gzip": _inflate(16 + zlib.MAX_WBITS),
        "deflate": _deflate,
        "br": _installed("brotli", "decompress"),
        "zstd": _installed("zstandard", "decompress") or _installed("compression.zstd", "decompress"),
    }
    return {name: decoder for name, decoder in known.items() if decoder is not None}


DECODERS = _decoders()
