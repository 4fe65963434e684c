"""Canaries or lines, without those that come at rest."""

import pytest

from checks.monitoring.requests_logged import requests_logged
from readiness import Recording, Share, Unknown


def _recording(**changes: float) -> Recording:
    told = {"sent": 80, "found": 80, "lines": 80, "characters": 8000, "idle_lines": 0.0, **changes}
    return Recording(facts={"requests": told})


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, 80),
        ({"found": 0}, 80),
        ({"found": 0, "lines": 0}, 0),
        ({"found": 0, "idle_lines": 70.2}, 10),
        ({"found": 76, "lines": 76}, 76),
    ],
)
def test_the_share_of_requests_with_a_line(changes: dict[str, float], good: int) -> None:
    outcome = requests_logged(_recording(**changes))
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries, outcome.limit) == (good, 80, 0.95)


@pytest.mark.parametrize("given", [Recording(), _recording(sent=0)])
def test_without_requests_nothing_is_known(given: Recording) -> None:
    assert isinstance(requests_logged(given), Unknown)


def test_late_lines_count() -> None:
    given = _recording(found=0, lines=0)
    outcome = requests_logged(Recording(facts={**given.facts, "later": {"found": 79}}))
    assert isinstance(outcome, Share)
    assert outcome.good == 79
