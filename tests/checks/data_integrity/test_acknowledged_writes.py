"""acknowledged <= present <= acknowledged + unanswered, at both ends and beyond them."""

from typing import Any

import pytest

from checks.data_integrity.acknowledged_writes import acknowledged_writes
from readiness import Fact, Recording, Unknown


def _recording(after: str | None, **changes: Any) -> Recording:
    one = {"before": "10.00", "after": after, "acknowledged": "5.00", "unanswered": ["0.50", "0.50"], **changes}
    return Recording(facts={"rounds": [one]})


@pytest.mark.parametrize("after", ["15.00", "15.50", "16.00"])
def test_between_acknowledged_and_sent_passes(after: str) -> None:
    outcome = acknowledged_writes(_recording(after))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("14.99", "5.00 were acknowledged but 4.99 are there"),
        ("15.25", "no choice of the unanswered"),
        ("16.01", "at most 6.00 were added but 6.01 are there"),
    ],
)
def test_a_cent_beyond_or_half_an_addition_fails(after: str, reason: str) -> None:
    outcome = acknowledged_writes(_recording(after))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "recording",
    [Recording(), _recording(None, problem="did not start"), _recording("10.00", acknowledged="0", unanswered=[])],
)
def test_what_cannot_be_read_is_unknown(recording: Recording) -> None:
    assert isinstance(acknowledged_writes(recording), Unknown)
