"""Tests of the check collar_follows_market."""

import pytest

from checks.data_integrity.collar_follows_market import collar_follows_market
from readiness import Fact, Recording, Unknown


def recording(old: int, new: int, before: str = "30.00", after: str = "22.50") -> Recording:
    facts = {
        "collar": "0.10",
        "at the price of calm": {"status": old, "error": "", "limit": before},
        "at the price of crash": {"status": new, "error": "", "limit": after},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("old", "new", "passed"),
    [(409, 201, True), (422, 200, True), (201, 201, False), (201, 409, False), (409, 409, False)],
)
def test_the_new_price_is_taken_and_the_old_refused(old: int, new: int, passed: bool) -> None:
    outcome = collar_follows_market(recording(old, new))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_when_the_fall_is_within_the_collar_or_unanswered() -> None:
    assert isinstance(collar_follows_market(Recording()), Unknown)
    assert isinstance(collar_follows_market(recording(201, 201, "24.75", "22.50")), Unknown)
    assert isinstance(collar_follows_market(recording(500, 201)), Unknown)
    assert isinstance(collar_follows_market(recording(409, 201, "none")), Unknown)
