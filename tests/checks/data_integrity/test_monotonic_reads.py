"""One client never sees the amount fall; two may."""

import pytest

from checks.data_integrity.monotonic_reads import monotonic_reads
from readiness import Fact, Recording, Unknown
from tests.checks.data_integrity.histories import additions, recording


def test_growing_reads_pass() -> None:
    outcome = monotonic_reads(recording(additions("100.07", (4, 1.0, 1.1, "100.01"), (4, 1.2, 1.3, "100.01"))))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 2


def test_a_fall_fails() -> None:
    outcome = monotonic_reads(recording(additions("100.07", (4, 1.0, 1.1, "100.04"), (4, 1.2, 1.3, "100.03"))))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "100.04 and then 100.03" in outcome.reason


def test_the_reads_of_two_clients_have_no_order_here() -> None:
    outcome = monotonic_reads(recording(additions("100.07", (4, 1.0, 1.1, "100.04"), (5, 1.2, 1.3, "100.03"))))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("given", [Recording(), recording(problem="no account")])
def test_without_reads_nothing_is_known(given: Recording) -> None:
    assert isinstance(monotonic_reads(given), Unknown)
