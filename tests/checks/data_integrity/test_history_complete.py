"""Tests of the check history_complete."""

from typing import Any

import pytest

from checks.data_integrity.history_complete import history_complete
from readiness import Fact, Recording, Unknown


def recording(**changed: Any) -> Recording:
    counts = {"received": 1000, "rejected": 0, "stored": 1000, "after": 1000, "again": 0, "finally": 1000, **changed}
    ingest = {name: counts[name] for name in ("received", "rejected", "stored")}
    return Recording(
        facts={
            "asked": {"rows": 1000},
            "before": {"status": 200, "rows": 0},
            "ingest": {"status": 200, "body": ingest},
            "after": {"status": 200, "rows": counts["after"]},
            "again": {"status": 200, "body": {"received": 1000, "rejected": 1000, "stored": counts["again"]}},
            "finally": {"status": 200, "rows": counts["finally"]},
        }
    )


def test_green_when_every_valid_row_is_served_once() -> None:
    for given in (recording(), recording(rejected=50, stored=950, after=950, **{"finally": 950})):
        outcome = history_complete(given)
        assert isinstance(outcome, Fact)
        assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"after": 950, "finally": 950}, "+50 missing"),
        ({"stored": 900}, "says it stored 900"),
        ({"rejected": 51, "stored": 949, "after": 949, "finally": 949}, "at least 95%"),
        ({"finally": 2000}, "+1000 served"),
        ({"again": 1000}, "1000 stored"),
    ],
)
def test_red_when_rows_are_lost_or_doubled(changed: dict[str, int], said: str) -> None:
    outcome = history_complete(recording(**changed))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


def test_unknown_when_a_step_failed() -> None:
    assert isinstance(history_complete(Recording()), Unknown)
    given = recording()
    given.facts["ingest"]["status"] = 503
    outcome = history_complete(given)
    assert isinstance(outcome, Unknown)
    assert "503" in outcome.reason
    assert isinstance(history_complete(recording(received=0, stored=0, after=0, **{"finally": 0})), Unknown)
