"""Tests of the check feed_sequence."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from checks.data_integrity.feed_sequence import feed_sequence
from readiness import Fact, Recording, Unknown

NOW = "2025-06-12T13:40:00+00:00"


def delivery(late: float = 0.0, quote: float = 30.0, spot: float = 30.0, rejected: int = 0) -> dict[str, Any]:
    at = (datetime.fromisoformat(NOW) - timedelta(seconds=late)).isoformat()
    return {
        "now": NOW,
        "ingest": {"body": {"rejected": rejected}},
        "quote": {"body": {"at": at, "last": f"{quote:.2f}"}},
        "chain": {"body": {"at": at, "spot": f"{spot:.2f}"}},
    }


def recording(*disordered: dict[str, Any], status: int = 200, clean: dict[str, Any] | None = None) -> Recording:
    control = {"status": status, "error": ""}
    orderly = {"control": control, "seen": [clean or delivery()]}
    return Recording(facts={"in order": orderly, "disordered": {"control": control, "seen": list(disordered)}})


def test_green_when_the_market_is_that_of_the_feed_in_order() -> None:
    outcome = feed_sequence(recording(delivery(), delivery(quote=30.01, rejected=2), delivery(60.0, rejected=2)))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.reason.startswith("4 late")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (delivery(61.0), "delivery 2: the quote"),
        (delivery(quote=30.02), "says 30.02, in order 30.00"),
        (delivery(spot=29.90), "the chain"),
    ],
)
def test_red_when_an_old_message_took_the_place_of_a_newer(bad: dict[str, Any], told: str) -> None:
    outcome = feed_sequence(recording(delivery(rejected=1), bad))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(delivery()),  # nothing was rejected
        recording(delivery(rejected=1), status=400),
        recording(delivery(rejected=1), clean=delivery(300.0)),
        recording(delivery(rejected=1), clean=delivery(-600.0, 31.0)),
        recording(delivery(-600.0, 31.0, 31.0, rejected=1)),
        recording(delivery(rejected=1) | {"quote": {"body": None}}),
    ],
)
def test_unknown_without_disorder(seen: Recording) -> None:
    assert isinstance(feed_sequence(seen), Unknown)
