"""The share of structured lines, with the first line that is not."""

from typing import Any

import pytest

from checks.monitoring.logs_structured import logs_structured
from readiness import Recording, Share, Unknown


def _recording(lines: int, structured: int) -> Recording:
    shown = [{"line": "INFO started", "missing": "not JSON"}] if structured < lines else []
    return Recording(facts={"logs": {"lines": lines, "structured": structured, "unstructured": shown}})


def test_all_lines_structured() -> None:
    outcome = logs_structured(_recording(200, 200))
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries, outcome.limit) == (200, 200, 0.95)


def test_other_lines_are_counted_and_shown() -> None:
    outcome = logs_structured(_recording(200, 190), limit=0.9)
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries, outcome.limit) == (190, 200, 0.9)
    assert "not JSON" in outcome.reason
    assert "INFO started" in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"logs": None}, {"logs": {"lines": 0, "structured": 0, "unstructured": []}}])
def test_no_log_is_unknown(facts: dict[str, Any]) -> None:
    assert isinstance(logs_structured(Recording(facts=facts)), Unknown)
