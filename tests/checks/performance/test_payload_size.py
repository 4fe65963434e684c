"""The largest good reply is measured."""

import pytest

from checks.performance.payload_size import payload_size
from readiness import Measured, Recording, Unknown
from tests.checks.wires import recording, reply


@pytest.mark.parametrize(("length", "good"), [(2_000, True), (1_000_000, True), (1_000_001, False)])
def test_the_largest_counts(length: int, good: bool) -> None:
    outcome = payload_size(recording("reads", small=reply(length=10), large=reply(length=length)))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert (outcome.value <= outcome.limit) is good
    assert "large with" in outcome.reason


@pytest.mark.parametrize("given", [Recording(), recording("reads", missing=reply(404, length=9_999_999))])
def test_without_a_good_reply_nothing_is_known(given: Recording) -> None:
    assert isinstance(payload_size(given), Unknown)
