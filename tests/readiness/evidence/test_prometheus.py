"""An answer of Prometheus: the worst series against the limit; an empty answer is unknown, and nobody is asked far away."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import Reading
from readiness.model import Measured
from readiness.scoring import judge
from tests.readiness.evidence_files import NOW, only, read_data, source_of, word

AT = 1795262400.0  # 2026-11-21T12:00:00Z
BARS = {"objective": 0.999, "limit": 0.99, "better": "higher", "unit": "ratio"}


def vector(*values: str) -> dict[str, Any]:
    series = [{"metric": {"job": f"j{n}"}, "value": [AT - n, value]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": series}}


@pytest.mark.parametrize(
    ("values", "status"),
    [(("0.9995",), "PASS"), (("0.995",), "WARN"), (("0.9995", "0.98"), "FAIL"), (("0.99",), "WARN"), (("NaN", "1"), "INCONCLUSIVE"),
     (("-Inf",), "FAIL")],
)  # fmt: skip
def test_the_worst_series_is_held_against_the_limit(tmp_path: Path, values: tuple[str, ...], status: str) -> None:
    entry = only(read_data(tmp_path, vector(*values), "prometheus", **BARS))
    assert judge(entry.outcome).status == status


def test_where_lower_is_better_the_largest_is_the_worst(tmp_path: Path) -> None:
    entry = only(read_data(tmp_path, vector("1", "3", "2"), "prometheus", objective=1.0, limit=2.0))
    assert isinstance(entry.outcome, Measured)
    assert entry.outcome.value == 3.0


def test_the_oldest_point_says_when_it_was_made(tmp_path: Path) -> None:
    assert read_data(tmp_path, vector("1", "1"), "prometheus", **BARS).made == "2026-11-21T11:59:59+00:00"


@pytest.mark.parametrize(
    ("data", "became"),
    [
        (vector(), "unknown"),
        ({"status": "error", "error": "parse error"}, "broken"),
        ({"status": "success", "data": {"resultType": "matrix", "result": []}}, "broken"),
        ({"status": "success", "data": {"resultType": "vector", "result": [{"value": [1]}]}}, "broken"),
        ({"status": "success", "data": {"resultType": "vector", "result": [{"value": [1e300, "1"]}]}}, "broken"),
        ({"status": "success"}, "broken"),
        ([], "broken"),
    ],
)
def test_what_measures_nothing_never_passes(tmp_path: Path, data: Any, became: str) -> None:
    assert word(only(read_data(tmp_path, data, "prometheus", **BARS))) == became


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def asked_of(url: str) -> Reading:
    source = source_of(Path(), kind="prometheus", url=url, query='up{job="a b"}', **BARS)
    return read_source("mine", source, Surroundings(), now=NOW)


def test_a_server_is_asked() -> None:
    with answering(200, json.dumps(vector("1")).encode()) as (url, asked):
        assert word(only(asked_of(url))) == "measured"
    assert asked == ["/api/v1/query?query=up%7Bjob%3D%22a+b%22%7D"]


def test_a_server_that_refuses_says_why() -> None:
    with answering(400, b'{"status":"error","error":"bad_data"}') as (url, _):
        assert "bad_data" in only(asked_of(url)).outcome.reason
    assert "does not answer" in only(asked_of(url)).outcome.reason


def test_a_redirect_leads_nowhere() -> None:
    with answering(302, b"", Location="http://192.0.2.1/") as (url, asked):
        assert word(only(asked_of(url))) == "broken"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"url": "http://192.0.2.1:9090", "query": "up"},
        {"url": "file:///etc/passwd", "query": "up"},
        {"url": "http://localhost.example.org", "query": "up"},
        {"url": "http://127.0.0.1:9090"},
        {"url": "http://127.0.0.1:9090", "query": "up", "file": "f"},
        {},
    ],
)
def test_only_a_file_or_a_query_on_loopback_is_taken(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        source_of(Path(), kind="prometheus", **BARS, **given)
