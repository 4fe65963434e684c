"""One that is let in is enough; an answer that refuses nobody proves nothing."""

import pytest

from checks.security.default_credentials import default_credentials
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*statuses: int) -> Recording:
    tries = [
        {
            "operation": "notes",
            "credentials": f"Basic admin:{n}",
            "status": status,
            "error": "" if status else "timeout",
        }
        for n, status in enumerate(statuses)
    ]
    return Recording(facts={"default_credentials": tries})


@pytest.mark.parametrize("given", [_recording(401), _recording(401, 403, 429, 404)])
def test_refusals_pass(given: Recording) -> None:
    assert holds(default_credentials(given), "usual credentials were refused")


@pytest.mark.parametrize("status", [200, 204, 302])
def test_one_that_is_let_in_fails(status: int) -> None:
    assert not holds(default_credentials(_recording(401, status, 500)), f"notes answered {status} to Basic admin:1")


@pytest.mark.parametrize("given", [Recording(), _recording(401, 500), _recording(0), _recording(401, 0)])
def test_what_is_no_refusal_is_unknown(given: Recording) -> None:
    assert isinstance(default_credentials(given), Unknown)


def test_without_a_guarded_read_it_is_not_applicable() -> None:
    assert isinstance(default_credentials(_recording()), NotApplicable)
