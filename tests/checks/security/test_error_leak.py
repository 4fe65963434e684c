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


def test_the_error_of_an_unknown_path_alone_clears_nothing() -> None:
    nowhere = {"what": "unknown path", "status": 404, "error": "", "body": "not found"}
    order = {**nowhere, "what": "order: wrong types", "status": 422}
    outcome = error_leak(Recording(facts={"errors": [nowhere, {**order, "status": 200}]}))
    assert isinstance(outcome, Unknown)
    assert "no described operation" in outcome.reason
    assert isinstance(error_leak(Recording(facts={"errors": [nowhere, order]})), Fact)
    leaking = error_leak(Recording(facts={"errors": [{**nowhere, "body": "Traceback (most recent call last):"}]}))
    assert isinstance(leaking, Fact), "what it shows counts"
    assert not leaking.passed


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/app/orders/no-such'value", '{"status": 404, "path": "/app/orders/no-such\'value"}'),
        ("/app/orders/no-such'value", '{"instance": "/app/orders/no-such%27value"}'),
        ("/app/orders/no-such%27value", '{"path": "/app/orders/no-such\'value"}'),
        ("/app/orders/no-such'value", '{"path": "/app/orders/no-such\\u0027value"}'),
        ("/app/orders/no-such'value", "<pre>Cannot GET /app/orders/no-such&#39;value</pre>"),
        ("/app/orders?from=no-such'value", '{"path": "/app/orders"}'),
        ("/app/orders?from=no-such'value", '{"path": "/app/orders?from=no-such%27value"}'),
        ("/app/orders", "There is no /app/orders. Look for it elsewhere."),
    ],
)
def test_the_path_that_was_asked_for_is_no_file(path: str, body: str) -> None:
    told = {"what": "order: bad values", "path": path, "status": 404, "error": "", "body": body}
    outcome = error_leak(Recording(facts={"errors": [told]}))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    elsewhere = error_leak(Recording(facts={"errors": [{**told, "path": "/v1/other"}]}))
    assert isinstance(elsewhere, Fact)
    assert not elsewhere.passed, "it is a file path where nobody asked for it"


@pytest.mark.parametrize(
    "body",
    [
        "/app/orders.py is broken", "cannot read /app/orders/cache/7", "in /opt/app/orders", "no file /app/orders-2/x",
        '{"path": "/app/orders", "trace": "/app/main.py"}',
    ],
)  # fmt: skip
def test_a_file_beside_or_below_the_path_that_was_asked_for_is_still_found(body: str) -> None:
    told = {"what": "order: bad values", "path": "/app/orders", "status": 500, "error": "", "body": body}
    outcome = error_leak(Recording(facts={"errors": [told]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "file path" in outcome.reason
