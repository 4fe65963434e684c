"""Which words, options, variables, keys and series are signs, and which only look like them."""

import re

import pytest

from readiness import Reply
from scenarios.production_readiness import running_instance as scenario


@pytest.mark.parametrize(
    "line",
    [
        "WARNING: This is a development server. Do not use it in a production deployment.",
        "Starting development server at http://127.0.0.1:8000/",
        " * Debugger is active!",
        "INFO:     Started reloader process [28] using WatchFiles",
        '[GIN-debug] [WARNING] Running in "debug" mode. Switch to "release" mode in production.',
        "Hosting environment: Development",
    ],
)
def test_what_frameworks_write_is_a_sign(line: str) -> None:
    assert any(re.search(words, line) for words in scenario.DEVELOPMENT_WORDS.values())


@pytest.mark.parametrize(
    "line",
    ["Started server process [28]", "Hosting environment: Production", "debug endpoint is off", "GET /debug 404"],
)
def test_what_they_write_in_production_is_none(line: str) -> None:
    assert not any(re.search(words, line) for words in scenario.DEVELOPMENT_WORDS.values())


@pytest.mark.parametrize(
    ("command", "sign"),
    [
        ("uvicorn app:app --reload", True), ("flask run --debug", True), ("python manage.py runserver 8000", True),
        ("uvicorn app:app --reload-dir=x", False), ("service --debug-port 5005", False), ("nginx -g daemon off;", False),
    ],
)  # fmt: skip
def test_options_are_whole_words(command: str, sign: bool) -> None:
    assert bool(scenario.DEVELOPMENT_COMMANDS.search(command)) is sign


def test_a_variable_that_was_only_inherited_is_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODE_ENV", raising=False)
    assert scenario._is({"NODE_ENV": "Development"}, "NODE_ENV", ("development",))
    assert not scenario._is({"NODE_ENV": "production"}, "NODE_ENV", ("development",))
    monkeypatch.setenv("NODE_ENV", "development")
    assert not scenario._is({"NODE_ENV": "development"}, "NODE_ENV", ("development",))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"version": "1.2"}', {"version": "1.2"}),
        ('{"build": {"commit": "3f2a"}, "status": "ok"}', {"commit": "3f2a"}),
        ('{"git_sha": "3f2a", "versions": "x"}', {"git_sha": "3f2a"}),
        ('{"conversion": "1", "status": "ok"}', {}),
        ("ok", {}),
    ],
)
def test_versions_are_found_by_their_key(body: str, found: dict[str, str]) -> None:
    assert scenario._version_in(Reply(200, {}, body.encode(), 0.0)) == found
    assert scenario._version_in(Reply(404, {}, body.encode(), 0.0)) == {}


@pytest.mark.parametrize(
    ("series", "build"),
    [
        ('app_build_info{version="1"}', True), ('prometheus_build_info{version="2"}', True), ('target_info{x="1"}', True),
        ("app_build_info", False), ('process_info_total{x="1"}', False),
    ],
)  # fmt: skip
def test_build_series_are_known_by_their_name(series: str, build: bool) -> None:
    assert bool(scenario.BUILD_SERIES.match(series)) is build
