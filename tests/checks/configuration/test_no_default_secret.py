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


@pytest.mark.parametrize("ready", [True, False])
def test_running_without_a_secret_fails(ready: bool) -> None:
    outcome = no_default_secret(_recording(ready=ready, exit_status=None))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "DESK_KEY" in outcome.reason


def test_settings_without_secrets_are_not_applicable() -> None:
    assert isinstance(no_default_secret(_recording(secret=False)), NotApplicable)


@pytest.mark.parametrize("recording", [Recording(), Recording(facts={"trials": [RIGHT]}), _recording(control=False)])
def test_without_trials_or_control_nothing_is_known(recording: Recording) -> None:
    assert isinstance(no_default_secret(recording), Unknown)
