"""A writer reads at least what he added; what others added at the same time may be in it or not."""

import pytest

from checks.data_integrity.read_your_writes import read_your_writes
from readiness import Fact, Recording, Unknown
from tests.checks.data_integrity.histories import additions, recording


@pytest.mark.parametrize("seen", ["100.02", "100.07"])
def test_the_own_addition_is_there(seen: str) -> None:
    outcome = read_your_writes(recording(additions("100.07", (2, 3.0, 4.0, seen))))
    assert isinstance(outcome, Fact)
    assert outcome.passed


def test_a_read_without_it_fails_and_shows_both() -> None:
    outcome = read_your_writes(recording(additions("100.07", (2, 3.0, 4.0, "100.01"))))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "100.01 was read after 100.02" in outcome.reason
    assert len(outcome.evidence[0].rows) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "given",
    [
        Recording(),
        recording(problem="no account"),
        recording(additions("100.07", (2, 1.5, 4.0, "100.01"))),
        recording(additions("100.07", (4, 3.0, 4.0, "100.01"))),
        recording(additions("100.07", (2, 3.0, 4.0, "100.00"), endings=("ok", "info", "ok"))),
    ],
)
def test_a_read_of_nobodys_own_or_before_the_answer_says_nothing(given: Recording) -> None:
    assert isinstance(read_your_writes(given), Unknown)
