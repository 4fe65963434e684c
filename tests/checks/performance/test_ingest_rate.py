"""Tests of the check ingest_rate."""

from typing import Any

import pytest

from checks.performance.ingest_rate import ingest_rate
from readiness import Measured, Recording, Unknown


def seen(stored: Any, seconds: float, status: int = 200) -> dict[str, Any]:
    return {"status": status, "error": "", "seconds": seconds, "body": {"stored": stored}}


@pytest.mark.parametrize(
    ("few", "many", "rate"),
    [((5000, 0.5), (80_000, 2.0), 10_000.0), ((5000, 5.0), (80_000, 2.0), 1000.0), ((5000, 0.1), (80_000, 160), 500.0)],
)
def test_the_slower_ingestion_counts(few: tuple[int, float], many: tuple[int, float], rate: float) -> None:
    outcome = ingest_rate(Recording(facts={"few": seen(*few), "ingest": seen(*many)}))
    assert isinstance(outcome, Measured)
    assert outcome.value == rate
    assert (outcome.objective, outcome.limit, outcome.better) == (5000.0, 1000.0, "higher")


@pytest.mark.parametrize("few", [seen(5000, 0.5, 503), seen(0, 0.5), seen("many", 0.5), seen(5000, 0.0), {}])
def test_unknown_without_rows_of_its_own(few: dict[str, Any]) -> None:
    assert isinstance(ingest_rate(Recording(facts={"few": few, "ingest": seen(80_000, 2.0)})), Unknown)
