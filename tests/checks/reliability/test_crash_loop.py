"""Back, whole and without litter; one of the three missing is a finding."""

from typing import Any

import pytest

from checks.reliability.crash_loop import crash_loop
from readiness import Fact, Recording, Unknown


def recording(**told: Any) -> Recording:
    usual = {
        "crashes": 4,
        "before": "10.00",
        "after": "15.00",
        "acknowledged": "5.00",
        "unknown": "1.00",
        "refused": "0",
    }
    return Recording(facts={"return": {**usual, "problem": "", "seconds": 1.5, "new_files": [], **told}})


@pytest.mark.parametrize("told", [{}, {"after": "16.00"}, {"new_files": ["a", "b", "c"]}])
def test_whole_and_clean_passes(told: dict[str, Any]) -> None:
    outcome = crash_loop(recording(**told))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"problem": "ended with exit status 1"}, "does not come back: ended with exit status 1"),
        ({"after": "14.99"}, "4.99 is there, 5.00 was acknowledged"),
        ({"after": "16.01"}, "6.01 is there, 5.00 was acknowledged"),
        ({"new_files": ["a", "b", "c", "d"]}, "4 crashes left 4 files behind: a, b, c"),
    ],
)
def test_harm_fails(told: dict[str, Any], reason: str) -> None:
    outcome = crash_loop(recording(**told))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "found",
    [Recording(), Recording(facts={"problem": "no account"}), recording(after="None"), recording(acknowledged="0", after="10.00")],
)  # fmt: skip
def test_what_cannot_be_told_is_not_known(found: Recording) -> None:
    assert isinstance(crash_loop(found), Unknown)
