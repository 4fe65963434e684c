"""Each sign of the inside is found, and an ordinary error message is not one."""

import pytest

from checks.security.error_leak import error_leak
from readiness import Fact, Recording, Unknown


def _recording(body: str, status: int = 422, error: str = "") -> Recording:
    return Recording(facts={"errors": [{"what": "order: wrong types", "status": status, "error": error, "body": body}]})


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"code": "not_found", "message": "account \'x\' does not exist"}}',
        '{"detail": "path /v1/accounts/no-such-value was not found"}',
        "select a date from the calendar",
        "see https://example.com/home/docs/errors",
    ],
)
def test_ordinary_errors_pass(body: str) -> None:
    outcome = error_leak(_recording(body))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("Traceback (most recent call last):\n ...", "traceback"),
        ('  File "app.py", line 12, in deposit', "traceback"),
        ("at com.desk.Orders.place(Orders.java:41)", "traceback"),
        ("cannot open /home/desk/data.duckdb", "file path"),
        ("lib/site-packages/uvicorn", "file path"),
        ("near: SELECT cash FROM accounts WHERE id = 'x'", "SQL"),
        ("select cash from accounts where id = 1", "SQL"),
        ("You have an error in your SQL syntax", "SQL"),
    ],
)
def test_each_sign_fails(body: str, sign: str) -> None:
    outcome = error_leak(_recording(body))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert f"order: wrong types answered 422 with a {sign}" in outcome.reason


@pytest.mark.parametrize("recording", [Recording(), _recording("ok", 200), _recording("", 0, "reset")])
def test_without_errors_nothing_is_known(recording: Recording) -> None:
    assert isinstance(error_leak(recording), Unknown)
