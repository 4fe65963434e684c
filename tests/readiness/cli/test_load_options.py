"""What `readiness load` refuses, before anything is sent: arguments that would be without effect or mean nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.cli.arguments import parse
from readiness.cli.load_options import Asked, understand
from readiness.errors import UsageError
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus

URL = "http://127.0.0.1:1"


def asked(*words: str) -> Asked:
    return understand(parse(["load", *words]))


def refused(*words: str) -> str:
    with pytest.raises(UsageError) as caught:
        asked(*words)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def journey(tmp_path: Path) -> str:
    (tmp_path / "journey.py").write_text("async def shop(user): ...\n")
    return f"{tmp_path}/journey.py:shop"


@pytest.mark.parametrize(
    "words",
    [
        ("--check", "json:a"),
        ("--expect-status", "200"),
        ("--header", "X-A: 1"),
        ("--body", ""),
        ("--body", "a"),
        ("--json-body", "{}"),
        ("--method", "GET"),
    ],
)
def test_what_a_journey_says_itself_is_refused_beside_it(journey: str, words: tuple[str, str]) -> None:
    assert f"{words[0]}: with --journey, the journey itself says it" in refused(URL, "--journey", journey, *words)
    assert asked(URL, *words).load.journey is not None, "without a journey it means something"


@pytest.mark.parametrize("path", ["/a", "/a/", "/?q=1", "?q=1"])
def test_a_path_beside_a_journey_is_refused(journey: str, path: str) -> None:
    said = refused(f"{URL}{path}", "--journey", journey)
    assert f"{URL}{path}: with --journey, right would be an address without a path" in said


@pytest.mark.parametrize("path", ["", "/", "/#top"])
def test_a_journey_begins_at_an_origin(journey: str, path: str) -> None:
    assert asked(f"{URL}{path}", "--journey", journey, "--compressed", "--redirects", "2").load.origin.prefix == ""


@pytest.mark.parametrize("other", [("--rate", "10"), ("--stages", "1s:5"), ("--stages", "1s:5", "--rate", "1")])
def test_a_rate_and_a_number_of_iterations_exclude_each_other(other: tuple[str, ...]) -> None:
    said = refused(URL, *other, "--iterations", "20")
    assert f"{other[0]} and --iterations: right would be one of them" in said
    assert asked(URL, "--iterations", "20", "--executor", "shared_iterations").load.executor.validate() == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--connections", "-1"), "--connections -1; 0 or more"),
        (("--redirects", "-1"), "--redirects -1; 0 or more"),
        (("--timeout", "0"), "--timeout 0; must be above 0"),
        (("--timeout", "-1"), "--timeout -1; must be above 0"),
        (("--timeout", "0ms"), "--timeout 0ms; must be above 0"),
        (("--cookies", "--connections", "2"), "--cookies and --connections: users who share connections"),
    ],
)
def test_what_no_client_could_do_is_refused(words: tuple[str, ...], wrong: str) -> None:
    assert wrong in refused(URL, *words)


def test_what_a_client_can_do_is_not() -> None:
    options = asked(URL, "--connections", "2", "--redirects", "0").load.client
    assert (options.connections, options.redirects, options.cookies) == (2, 0, False)
    assert asked(URL, "--cookies", "--connections", "0").load.client.cookies


@pytest.mark.parametrize("schema", [{"type": "strin"}, {"required": 5}, ["type"], 5, True, {"$schema": 5}])
def test_a_schema_that_is_none_is_refused(tmp_path: Path, schema: Any) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    assert f"check 'schema:{file}': no valid JSON schema" in refused(URL, "--check", f"schema:{file}")


@pytest.mark.parametrize("text", ["{", "\xff"])
def test_a_schema_that_is_not_even_json_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "schema.json"
    file.write_bytes(text.encode("latin-1"))
    assert f"check 'schema:{file}': " in refused(URL, "--check", f"schema:{file}")


@pytest.mark.parametrize(
    ("timeout", "grace"), [("500ms", 30.0), ("10s", 30.0), ("29s", 30.0), ("29500ms", 30.5), ("2m", 121.0)]
)
def test_a_call_ends_by_its_own_timeout_before_it_is_cut_off(timeout: str, grace: float) -> None:
    for words in (("--users", "1"), ("--rate", "1"), ("--stages", "1s:5"), ("--stages", "1s:5", "--rate", "1")):
        load = asked(URL, "--timeout", timeout, *words).load
        assert load.executor.graceful_stop == grace, words  # type: ignore[attr-defined]
        assert load.timeout < grace
    assert asked(URL, "--rate", "5").load.executor == ConstantArrivalRate(5.0, 10.0)
    assert asked(URL).load.executor == ConstantVus(10, 10.0)
