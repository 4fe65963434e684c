"""The distance of two clocks is measured, in both directions."""

from email.utils import formatdate

import pytest

from checks.monitoring.clock_agrees import clock_agrees
from readiness import Measured, NotApplicable, Recording, Unknown
from tests.checks.wires import SILENCE, recording, reply


def _dated(date: str) -> Recording:
    return recording("plain", GET=reply(headers={"date": date}, at=1_000_000.0))


@pytest.mark.parametrize(("shift", "good"), [(0, True), (5, True), (-5, True), (6, False), (-120, False)])
def test_the_distance_decides(shift: int, good: bool) -> None:
    outcome = clock_agrees(_dated(formatdate(1_000_000 + shift, usegmt=True)))
    assert isinstance(outcome, Measured)
    assert outcome.value == abs(shift)
    assert (abs(shift) <= outcome.limit) is good


def test_an_unreadable_date_is_beyond_the_limit() -> None:
    outcome = clock_agrees(_dated("yesterday"))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert outcome.value > outcome.limit


def test_without_a_date_there_is_nothing_to_compare() -> None:
    assert isinstance(clock_agrees(recording("plain", GET=reply())), NotApplicable)
    assert isinstance(clock_agrees(recording("plain", GET=SILENCE)), Unknown)
    assert isinstance(clock_agrees(Recording()), Unknown)
