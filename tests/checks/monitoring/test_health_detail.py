"""Tests of the check health_detail."""

from typing import Any

import pytest

from checks.monitoring.health_detail import health_detail
from readiness import Fact, Recording, Unknown


def recording(before: Any, during: Any) -> Recording:
    shared = {"probe": "ready", "status": 200}
    polls = [
        {**shared, "fault": "none", "dependency": "", "body": before},
        {**shared, "fault": "black_hole", "dependency": "vendor", "body": before},
        {**shared, "fault": "black_hole", "dependency": "vendor", "body": during},
    ]
    return Recording(facts={"polls": polls})


@pytest.mark.parametrize(
    ("before", "during"),
    [
        ({"dependencies": {"vendor": "ok"}}, {"dependencies": {"vendor": "unreachable"}}),
        ({"checks": [{"name": "vendor", "up": True}]}, {"checks": [{"name": "vendor", "up": False}]}),
        ({}, {"detail": "vendor is unreachable"}),
    ],
)
def test_green_when_the_failing_one_is_named(before: Any, during: Any) -> None:
    outcome = health_detail(recording(before, during))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("before", "during"),
    [({}, {}), (None, None), ({"vendor": "ok"}, {"vendor": "ok"}), ({"database": "ok"}, {"database": "ok"})],
)
def test_red_when_it_is_not(before: Any, during: Any) -> None:
    outcome = health_detail(recording(before, during))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "vendor was silent" in outcome.reason


def test_unknown_without_polls() -> None:
    assert isinstance(health_detail(Recording()), Unknown)
