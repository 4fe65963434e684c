"""Tests of the check concurrent_operations."""

import pytest

from checks.scalability.concurrent_operations import concurrent_operations
from readiness import Recording, Sample, Samples, Share, Unknown


def recording(good: int, tries: int) -> Recording:
    rows = (Sample(0.0, 0.01, 0.0, "quote", "at once", 200, "" if i < good else "status 503") for i in range(tries))
    concurrent = {"good": good, "tries": tries, "users": [10, 50]}
    return Recording(samples=Samples(tuple(rows)), facts={"concurrent": concurrent})


@pytest.mark.parametrize("good", [180, 171, 130])
def test_the_share_of_what_succeeded(good: int) -> None:
    # green, at the limit of 95 %, red
    outcome = concurrent_operations(recording(good, 180))
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries, outcome.limit) == (good, 180, 0.95)
    assert (outcome.good / outcome.tries >= outcome.limit) is (good >= 171)
    assert f"{good} of 180 calls succeeded when 10 and 50 users" in outcome.reason


def test_the_reason_names_the_failure() -> None:
    outcome = concurrent_operations(recording(130, 180))
    assert "most often: status 503 (50 times)" in outcome.reason
    assert len(outcome.evidence) == 1


def test_unknown_without_tries() -> None:
    assert isinstance(concurrent_operations(Recording()), Unknown)
    assert isinstance(concurrent_operations(recording(0, 0)), Unknown)
