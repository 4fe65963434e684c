"""The least powerful identity is refused where another one is described, and is known to be valid."""

from typing import Any

import pytest

from checks.security.roles_enforced import roles_enforced
from readiness import Fact, Recording, Unknown


def _recording(lower: int | None, own: int = 200) -> Recording:
    rows: list[dict[str, Any]] = [
        {"operation": "quote", "identity": "trader", "own": own, "lower": None},
        {"operation": "set_clock", "identity": "admin", "own": None, "lower": lower},
    ]
    return Recording(facts={"access": {"lowest": "trader", "public": [], "operations": rows}})


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_passes(status: int) -> None:
    outcome = roles_enforced(_recording(status))
    assert isinstance(outcome, Fact)
    assert outcome.passed


def test_being_let_in_fails_and_names_the_operation() -> None:
    outcome = roles_enforced(_recording(200))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "set_clock" in outcome.reason


@pytest.mark.parametrize("recording", [Recording(), _recording(None), _recording(403, own=401), _recording(422)])
def test_what_proves_nothing_is_unknown(recording: Recording) -> None:
    assert isinstance(roles_enforced(recording), Unknown)
