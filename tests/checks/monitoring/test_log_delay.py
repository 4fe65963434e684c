"""The seconds until a line, and what it means when none comes."""

import pytest

from checks.monitoring.log_delay import log_delay
from readiness import Measured, NotApplicable, Recording, Unknown


def _recording(seconds: float | None, found: int = 80) -> Recording:
    return Recording(facts={"delay": {"seconds": seconds, "waited": 2.0}, "requests": {"found": found, "lines": 80}})


@pytest.mark.parametrize(
    ("seconds", "value", "good"), [(0.02, 0.02, True), (1.0, 1.0, True), (1.1, 1.1, False), (None, 2.0, False)]
)
def test_the_delay_is_measured(seconds: float | None, value: float, good: bool) -> None:
    outcome = log_delay(_recording(seconds))
    assert isinstance(outcome, Measured)
    assert outcome.value == value
    assert (value <= outcome.limit) is good


def test_lines_that_come_much_later_are_late() -> None:
    given = _recording(None, found=0)
    outcome = log_delay(Recording(facts={**given.facts, "later": {"found": 3}}))
    assert isinstance(outcome, Measured)
    assert outcome.value == 2.0


def test_a_line_that_cannot_be_told_is_not_late() -> None:
    assert isinstance(log_delay(_recording(None, found=0)), NotApplicable)
    assert isinstance(log_delay(Recording()), Unknown)
