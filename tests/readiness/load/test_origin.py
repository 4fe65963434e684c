"""A request as bytes: each line once, ours only where none is given, and no value of a header in a message."""

import pytest

from readiness.load.origin import Origin, parse_origin

ORIGIN = parse_origin("http://service:8000/api")


def lines(origin: Origin, headers: dict[str, str], body: bytes = b"") -> list[str]:
    head = origin.wire("POST", "/a", headers, body).partition(b"\r\n\r\n")[0]
    return head.decode("latin-1").split("\r\n")


def test_what_goes_out() -> None:
    assert ORIGIN.address == "http://service:8000/api"
    assert parse_origin("wss://service").address == "https://service"
    assert lines(ORIGIN, {"X-A": "1", "x-b": "100 %s"}, b"abc") == [
        "POST /api/a HTTP/1.1", "Host: service:8000", "X-A: 1", "x-b: 100 %s", "Content-Length: 3",
    ]  # fmt: skip
    assert ORIGIN.wire("GET", "/") == b"GET /api/ HTTP/1.1\r\nHost: service:8000\r\n\r\n"
    odd = parse_origin("http://[fe80::1%25eth0]:80")
    assert lines(odd, {"X-%": "%"})[1:3] == ["Host: [fe80::1%25eth0]:80", "X-%: %"]


@pytest.mark.parametrize("name", ["Host", "host", "HOST"])
def test_a_given_host_takes_the_place_of_ours(name: str) -> None:
    for _ in range(2):
        assert [line for line in lines(ORIGIN, {name: "shop.example"}) if line.lower().startswith("host")] == [
            f"{name}: shop.example"
        ]
    assert "Host: service:8000" in lines(ORIGIN, {"X-Host": "a"}), "the next one is not concerned"


@pytest.mark.parametrize(
    ("name", "value"), [("Content-Length", "7"), ("content-length", "7"), ("Transfer-Encoding", "chunked")]
)
def test_a_given_length_takes_the_place_of_ours(name: str, value: str) -> None:
    found = lines(ORIGIN, {name: value}, b"abc")
    assert [line for line in found if line.lower().startswith(("content-length", "transfer"))] == [f"{name}: {value}"]


@pytest.mark.parametrize("headers", [
    {"Authorization": "Bearer top-secret\r\nX-Admin: yes"}, {"Authorization": "top-secret\n"}, {"Authorization": "top-secret\r"},
    {"Cookie": "top-secret", "X-Ümlaut\n": "top-secret"},
])  # fmt: skip
def test_a_line_break_is_refused_without_telling_the_value(headers: dict[str, str]) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="holds a line break") as caught:
            ORIGIN.wire("GET", "/", headers)
        said = str(caught.value)
        assert "top-secret" not in said
        assert ("'Authorization'" if "Authorization" in headers else r"'X-\xdcmlaut\n'") in said
        assert "Cookie" not in said
        assert said.isascii()
