"""400, 401 and 403 refuse a token; 2xx and 3xx let it in."""

from typing import Any

import pytest

from checks.security.forged_tokens import forged_tokens
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds

OWNER = {"identity": "alice", "operation": "notes", "status": 200, "anonymous": 401, "error": ""}


def _recording(*statuses: int, **owner: Any) -> Recording:
    rows = [
        {"operation": "notes", "how": f"forgery {n}", "status": status, "error": "" if status else "reset"}
        for n, status in enumerate(statuses)
    ]
    return Recording(facts={"tokens": rows, "token_owners": [OWNER | owner]})


def test_refusals_pass() -> None:
    assert holds(forged_tokens(_recording(400, 401, 403)), "3 forged tokens were refused")


@pytest.mark.parametrize("status", [200, 204, 302])
def test_one_that_is_let_in_fails(status: int) -> None:
    assert not holds(forged_tokens(_recording(401, status, 0)), f"notes answered {status} to a token with forgery 1")


@pytest.mark.parametrize("given", [Recording(), _recording(401, 500), _recording(0), _recording(404)])
def test_what_is_no_refusal_is_unknown(given: Recording) -> None:
    assert isinstance(forged_tokens(given), Unknown)


def test_without_a_token_it_is_not_applicable() -> None:
    assert isinstance(forged_tokens(Recording(facts={"tokens": [], "token_owners": []})), NotApplicable)


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        ({"status": 401}, "notes answered 401 to the token of alice itself"),
        ({"status": 0, "error": "timeout"}, "notes answered timeout to the token of alice itself"),
        ({"anonymous": 200}, "notes answered 200 without a token"),
        ({"anonymous": 0, "error": "reset"}, "notes answered reset without a token"),
        ({"operation": ""}, "no described read is called with a JSON Web Token"),
    ],
)
def test_a_token_that_could_not_be_forged_is_unknown(owner: dict[str, Any], reason: str) -> None:
    outcome = forged_tokens(_recording(**owner))
    assert isinstance(outcome, Unknown), "a token exists, so it applies"
    assert reason in outcome.reason


def test_a_second_token_whose_owner_is_not_let_in_is_not_covered_by_the_first() -> None:
    facts = {**_recording(401).facts, "token_owners": [OWNER, {**OWNER, "identity": "bob", "status": 401}]}
    assert isinstance(forged_tokens(Recording(facts=facts)), Unknown)
    facts["token_owners"] = [OWNER, {**OWNER, "identity": "bob", "operation": ""}]
    assert holds(forged_tokens(Recording(facts=facts)))


def test_a_recording_that_does_not_tell_the_owners_is_unknown() -> None:
    assert isinstance(forged_tokens(Recording(facts={"tokens": []})), Unknown)
