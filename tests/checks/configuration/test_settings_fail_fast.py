"""Every wrong setting must be refused at once and by name, and right settings must work."""

from typing import Any

import pytest

from checks.configuration.settings_fail_fast import settings_fail_fast
from readiness import Fact, Recording, Unknown

RIGHT: dict[str, Any] = {"kind": "right", "variable": "", "ready": True, "exit_status": None, "seconds": 2.0}


def _recording(*, control: bool = True, **changes: Any) -> Recording:
    wrong = {"kind": "missing", "variable": "DESK_KEY", "ready": False, "exit_status": 2, "seconds": 0.3, "named": True}
    wrong |= {"traceback": False, "output": "DESK_KEY is missing", **changes}
    return Recording(facts={"trials": [{**RIGHT, "ready": control}, wrong]})


@pytest.mark.parametrize("seconds", [0.3, 5.0])
def test_a_named_refusal_in_time_passes(seconds: float) -> None:
    outcome = settings_fail_fast(_recording(seconds=seconds))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ready": True, "exit_status": None}, "it started and got ready"),
        ({"exit_status": None}, "it had not ended"),
        ({"exit_status": 0}, "exit status 0"),
        ({"traceback": True}, "traceback"),
        ({"named": False}, "does not name"),
        ({"seconds": 5.1}, "it took 5.1 s"),
    ],
)
def test_each_bad_refusal_fails(changes: dict[str, Any], reason: str) -> None:
    outcome = settings_fail_fast(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "DESK_KEY missing" in outcome.reason
    assert reason in outcome.reason


@pytest.mark.parametrize("recording", [Recording(), _recording(control=False), Recording(facts={"trials": [RIGHT]})])
def test_without_trials_or_control_nothing_is_known(recording: Recording) -> None:
    assert isinstance(settings_fail_fast(recording), Unknown)
