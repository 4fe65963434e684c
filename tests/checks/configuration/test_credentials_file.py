"""Only the owner may read the file."""

from typing import Any

import pytest

from checks.configuration.credentials_file import credentials_file
from readiness import Fact, NotApplicable, Recording, Unknown


def _recording(**told: Any) -> Recording:
    return Recording(facts={"credentials_file": told})


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_an_owners_file_passes(mode: int) -> None:
    outcome = credentials_file(_recording(set=True, mode=mode, problem=""))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o601])
def test_others_permissions_fail(mode: int) -> None:
    outcome = credentials_file(_recording(set=True, mode=mode, problem=""))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert f"{mode:04o}" in outcome.reason


def test_a_missing_file_fails() -> None:
    outcome = credentials_file(_recording(set=True, mode=None, problem="No such file or directory"))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_unset_is_not_applicable_and_unseen_is_unknown() -> None:
    assert isinstance(credentials_file(_recording(set=False)), NotApplicable)
    assert isinstance(credentials_file(Recording()), Unknown)
