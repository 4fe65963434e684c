"""Without a secret it must not run."""

from typing import Any

import pytest

from checks.configuration.no_default_secret import no_default_secret
from readiness import Fact, NotApplicable, Recording, Unknown

RIGHT: dict[str, Any] = {"kind": "right", "ready": True}


def _recording(*, control: bool = True, **changes: Any) -> Recording:
    trial = {"kind": "missing", "variable": "DESK_KEY", "secret": True, "ready": False, "exit_status": 2}
    return Recording(facts={"trials": [{**RIGHT, "ready": control}, {**trial, "seconds": 0.2, **changes}]})


def test_a_refused_start_passes() -> None:
    outcome = no_default_secret(_recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed


def test_getting_ready_without_a_secret_fails() -> None:
    outcome = no_default_secret(_recording(ready=True, exit_status=None))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "DESK_KEY" in outcome.reason


def test_settings_without_secrets_are_not_applicable() -> None:
    assert isinstance(no_default_secret(_recording(secret=False)), NotApplicable)


@pytest.mark.parametrize("recording", [Recording(), Recording(facts={"trials": [RIGHT]}), _recording(control=False)])
def test_without_trials_or_control_nothing_is_known(recording: Recording) -> None:
    assert isinstance(no_default_secret(recording), Unknown)


def test_a_start_that_neither_ended_nor_got_ready_says_nothing() -> None:
    outcome = no_default_secret(_recording(exit_status=None, seconds=5.04))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "without DESK_KEY it neither ended nor got ready in 5.0 s"


def test_a_default_is_found_beside_a_start_that_says_nothing() -> None:
    slow = _recording(variable="SLOW_KEY", exit_status=None).facts["trials"]
    ready = _recording(ready=True, exit_status=None).facts["trials"]
    outcome = no_default_secret(Recording(facts={"trials": [*slow, *ready]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "without DESK_KEY:" in outcome.reason
