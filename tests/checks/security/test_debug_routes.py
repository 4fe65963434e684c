"""A page's own words are needed."""

import pytest

from checks.security.debug_routes import debug_routes
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, reply


def _recording(path: str, told: dict[str, object]) -> Recording:
    return Recording(facts={"debug": {path: told}})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/.env", "SECRET_KEY=abc"), ("/.git/config", "[core]"), ("/debug/vars", '{"memstats": {}}'),
        ("/config.json", '{"password": 1}'),
    ],
)  # fmt: skip
def test_an_open_page_fails(path: str, body: str) -> None:
    assert not holds(debug_routes(_recording(path, reply(200, body))), path)
    assert holds(debug_routes(_recording(path, reply(403, body))))


def test_a_service_that_answers_everything_is_no_debug_page() -> None:
    assert holds(debug_routes(_recording("/.env", reply(200, "hello world"))))


@pytest.mark.parametrize("given", [Recording(), _recording("/.env", SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(debug_routes(given), Unknown)
