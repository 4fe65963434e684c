"""Anonymous and wrong-key calls are refused for the right reason, or the check does not pass."""

from typing import Any

import pytest

from checks.security.authentication_required import authentication_required
from readiness import Fact, NotApplicable, Recording, Unknown


def _recording(anonymous: int, wrong: int, *, public: tuple[str, ...] = ()) -> Recording:
    row: dict[str, Any] = {"operation": "account", "identity": "trader", "own": 200, "lower": None}
    row |= {"anonymous": anonymous, "wrong key": wrong}
    return Recording(facts={"access": {"lowest": "trader", "public": list(public), "operations": [row]}})


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_passes(status: int) -> None:
    outcome = authentication_required(_recording(status, status))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 2


@pytest.mark.parametrize(("anonymous", "wrong", "how"), [(200, 401, "without a key"), (401, 201, "with a wrong key")])
def test_being_let_in_fails_and_names_the_operation(anonymous: int, wrong: int, how: str) -> None:
    outcome = authentication_required(_recording(anonymous, wrong))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "account answered" in outcome.reason
    assert how in outcome.reason


@pytest.mark.parametrize("status", [0, 404, 422, 500])
def test_another_refusal_says_nothing(status: int) -> None:
    assert isinstance(authentication_required(_recording(status, 401)), Unknown)


def test_without_guarded_operations_nothing_is_known() -> None:
    assert isinstance(authentication_required(Recording()), Unknown)
    empty = Recording(facts={"access": {"lowest": "", "public": [], "operations": []}})
    assert isinstance(authentication_required(empty), Unknown)


def test_public_on_purpose_is_not_applicable() -> None:
    assert isinstance(authentication_required(_recording(200, 200, public=("account",))), NotApplicable)
