"""What a good answer is, what a good load is, and how bodies are unpacked."""

import gzip
import zlib
from dataclasses import dataclass

import pytest

from readiness.exchange import Reply
from readiness.load import content
from readiness.load.cookies import Cookies
from readiness.load.expect import Header, Json, Schema, Size, Status, Text, expect, failure
from readiness.load.origin import parse_origin
from readiness.load.thresholds import parse_threshold

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nX-Two: a\r\nX-TWO:b\r\n\r\n"
REPLY = Reply(200, HEAD, b'{"a": {"b": [1, true, null, "x"]}, "n": 0}\n', 0.1)


def test_headers_are_read_when_asked_for() -> None:
    assert dict(REPLY.headers) == {"content-type": "application/json; charset=utf-8", "x-two": "a, b"}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Status(), ""),
        (Status(frozenset({200, 201})), ""),
        (Status(frozenset({201})), "status 200"),
        (Header("Content-Type"), ""),
        (Header("content-type", "JSON"), ""),
        (Header("content-type", "xml"), "check header content-type"),
        (Header("x-none"), "check header x-none"),
        (Json("a.b.0", 1), ""),
        (Json("a.b.0", True), "check json a.b.0"),
        (Json("a.b.1", True), ""),
        (Json("a.b.1", 1), "check json a.b.1"),
        (Json("a.b.2"), "check json a.b.2"),
        (Json("a.b.2", None), ""),
        (Json("a.b.9", 1), "check json a.b.9"),
        (Json("a.b.c", 1), "check json a.b.c"),
        (Json("n", 0), ""),
        (Json("n"), ""),
        (Json(""), ""),
        (Text('"x"'), ""),
        (Text("y"), "check text y"),
        (Text(r"\[1, .+\]", regular=True), ""),
        (Size(43, 43), ""),
        (Size(44), "check size"),
        (Size(most=42), "check size"),
        (Schema({"type": "object", "required": ["a"]}), ""),
        (Schema({"type": "object", "required": ["z"]}), "check schema"),
    ],
)
def test_a_condition_says_what_is_wrong(condition: object, said: str) -> None:
    assert condition(REPLY) == said  # type: ignore[operator]


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": 1} {"a": 1}', b"\xff\xfe", b"nope"])
def test_what_is_not_json_fulfils_nothing(body: bytes) -> None:
    reply = Reply(200, b"", body, 0.1)
    assert reply.json() is None
    assert Json("a", 1)(reply) == "check json a"
    assert Schema({})(reply) == "check schema"


@pytest.mark.parametrize(("status", "good"), [(199, False), (200, True), (399, True), (400, False), (503, False)])
def test_what_a_good_status_is_by_default(status: int, good: bool) -> None:
    assert failure(Reply(status, b"", b"", 0.0), expect()) == ("" if good else f"status {status}")


def test_the_first_failure_counts() -> None:
    conditions = expect(200, header={"x": "y"}, json={"a": 1})
    assert failure(Reply(500, b"", b"", 0.0), conditions) == "status 500"
    assert failure(Reply(200, b"", b"", 0.0), conditions) == "check header x"
    assert failure(Reply(200, b"", b"", 0.0, "reset"), conditions) == "reset"


@dataclass(frozen=True)
class Found:
    mean: float = 0.05
    largest: float = 1.5
    error_share: float = 0.01
    rate: float = 100.0

    def latency(self, percent: float) -> float:
        return percent / 1000


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("p(95)<200ms", True),
        ("p(95)<95ms", False),
        ("p(95)<=95ms", True),
        ("p(99.9) < 0.1s", True),
        ("p(50)<50", False),
        ("p(50)<51", True),
        ("avg<60ms", True),
        ("avg<50000us", False),
        ("max<2s", True),
        ("max<1.5s", False),
        ("errors<1%", False),
        ("errors<=1%", True),
        ("errors<0.02", True),
        ("rate>100", False),
        ("rate>=100/s", True),
    ],
)
def test_thresholds(text: str, holds: bool) -> None:
    threshold = parse_threshold(text)
    assert threshold.judge(Found())[0] is holds
    assert threshold.text == text


@pytest.mark.parametrize(
    "text", ["p(95)<", "p95<1ms", "p(0)<1ms", "p(101)<1ms", "errors<1ms", "rate>5%", "avg=1", "", "max<1h"]
)
def test_a_threshold_that_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="threshold"):
        parse_threshold(text)


def test_what_was_not_measured_never_holds() -> None:
    nan = float("nan")
    found = Found(nan, nan, nan, 0.0)
    for text in ("avg<1s", "avg>0s", "max<1s", "errors<1%", "errors>=0%"):
        assert not parse_threshold(text).judge(found)[0], text


BODY = b"some text, some text, " * 50


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("GZIP, identity", gzip.compress(BODY)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY))),
        ("", BODY),
        ("identity", BODY),
    ],
)
def test_bodies_are_unpacked(encoding: str, packed: bytes) -> None:
    assert content.decode(packed, encoding, 10_000) == BODY


def test_a_body_that_unpacks_to_too_much() -> None:
    bomb = gzip.compress(b"\0" * 1_000_000)
    assert len(bomb) < 2000
    with pytest.raises(content.TooLargeError):
        content.decode(bomb, "gzip", 10_000)


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", gzip.compress(BODY)[:-20]), ("gzip", b"no"), ("deflate", b"no"), ("rot13", BODY)]
)
def test_a_body_that_is_not_what_it_says(encoding: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"not gzip|not deflate|not known"):
        content.decode(body, encoding, 10_000)


def test_what_is_accepted_can_be_unpacked() -> None:
    names = content.accepted().split(", ")
    assert {"gzip", "deflate"} <= set(names) <= set(content.DECODERS)


def test_cookies() -> None:
    cookies = Cookies()
    cookies.keep(
        ["a=1; Path=/", "b=2", "c=3; Secure; Path=/", "d=4; Max-Age=0", "nonsense", "e=5; Path=/shop/"],
        "/shop/cart?x=1",
    )
    assert cookies.header("/shop/list", secure=False) == "e=5; b=2; a=1", "the longest path first"
    assert cookies.header("/shopping", secure=False) == "a=1"
    assert "c=3" in cookies.header("/", secure=True)
    cookies.keep(["a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"], "/")
    assert cookies.header("/shopping", secure=False) == ""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://h", ("h", 80, "h", "")),
        ("https://h:8443/api/", ("h", 8443, "h:8443", "/api")),
        ("http://user:pass@h:81", ("h", 81, "h:81", "")),
        ("http://[::1]:8080", ("::1", 8080, "[::1]:8080", "")),
    ],
)
def test_origins(address: str, found: tuple[str, int, str, str]) -> None:
    origin = parse_origin(address)
    assert (origin.host, origin.port, origin.authority, origin.prefix) == found
    assert (origin.tls is not None) == address.startswith("https")


@pytest.mark.parametrize("address", ["h:80", "ftp://h", "http://", ""])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="right would be http://host:port"):
        parse_origin(address)
