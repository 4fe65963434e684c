"""Tests of the check feed_reconnect."""

from typing import Any

import pytest

from checks.data_integrity.feed_reconnect import feed_reconnect
from readiness import Fact, Recording, Unknown

OLD, NEW = "2025-06-11T15:00:00+00:00", "2025-06-11T17:30:00+00:00"


def recording(away: int, again: int = 201, bought: int = 201, at: str = OLD, later: int = 200) -> Recording:
    def phase(status: int, quoted: str) -> dict[str, Any]:
        return {"order": {"status": status, "error": ""}, "quote": {"body": {"at": quoted}}}

    facts = {
        "bought": {"status": bought},
        "later": {"status": later},
        "disconnected": phase(away, at),
        "reconnected": phase(again, NEW),
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("seen", "passed"),
    [
        (recording(409), True),
        (recording(503), True),
        (recording(201), False),
        (recording(500), False),
        (recording(0), False),
        (recording(409, again=409), False),
        (recording(409, at=NEW), False),
    ],
)
def test_refused_without_a_feed_and_taken_with_it(seen: Recording, passed: bool) -> None:
    outcome = feed_reconnect(seen)
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(
    "seen", [Recording(), recording(409, bought=409), recording(409, later=409), recording(409, at="")]
)
def test_unknown_when_a_refusal_says_nothing(seen: Recording) -> None:
    assert isinstance(feed_reconnect(seen), Unknown)
