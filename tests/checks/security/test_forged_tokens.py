"""400, 401 and 403 refuse a token; 2xx and 3xx let it in."""

import pytest

from checks.security.forged_tokens import forged_tokens
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*statuses: int) -> Recording:
    rows = [
        {"operation": "notes", "how": f"forgery {n}", "status": status, "error": "" if status else "reset"}
        for n, status in enumerate(statuses)
    ]
    return Recording(facts={"tokens": rows})


def test_refusals_pass() -> None:
    assert holds(forged_tokens(_recording(400, 401, 403)), "3 forged tokens were refused")


@pytest.mark.parametrize("status", [200, 204, 302])
def test_one_that_is_let_in_fails(status: int) -> None:
    assert not holds(forged_tokens(_recording(401, status, 0)), f"notes answered {status} to a token with forgery 1")


@pytest.mark.parametrize("given", [Recording(), _recording(401, 500), _recording(0), _recording(404)])
def test_what_is_no_refusal_is_unknown(given: Recording) -> None:
    assert isinstance(forged_tokens(given), Unknown)


def test_without_a_token_it_is_not_applicable() -> None:
    assert isinstance(forged_tokens(_recording()), NotApplicable)
