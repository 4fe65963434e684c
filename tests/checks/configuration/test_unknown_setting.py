"""A misspelt variable stops the start and is named."""

from typing import Any

import pytest

from checks.configuration.unknown_setting import unknown_setting
from readiness import Fact, Recording, Unknown

RIGHT: dict[str, Any] = {"kind": "right", "ready": True}


def _recording(*, control: bool = True, **changes: Any) -> Recording:
    trial = {"kind": "unknown", "variable": "DESK_POOL_SIZ", "ready": False, "exit_status": 2, "named": True}
    return Recording(facts={"trials": [{**RIGHT, "ready": control}, {**trial, "seconds": 0.2, **changes}]})


def test_a_named_refusal_passes() -> None:
    outcome = unknown_setting(_recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    "changes",
    [{"ready": True, "exit_status": None}, {"exit_status": None}, {"exit_status": 0}, {"named": False}],
)
def test_anything_else_fails(changes: dict[str, Any]) -> None:
    outcome = unknown_setting(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "DESK_POOL_SIZ" in outcome.reason


@pytest.mark.parametrize("recording", [Recording(), Recording(facts={"trials": [RIGHT]}), _recording(control=False)])
def test_without_trials_or_control_nothing_is_known(recording: Recording) -> None:
    assert isinstance(unknown_setting(recording), Unknown)
