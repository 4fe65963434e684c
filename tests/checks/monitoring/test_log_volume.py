"""Characters per request, where there are any."""

import pytest

from checks.monitoring.log_volume import log_volume
from readiness import Measured, NotApplicable, Recording, Unknown


def _recording(**changes: float) -> Recording:
    told = {"sent": 80, "found": 80, "lines": 80, "characters": 8000, "idle_lines": 0.0, **changes}
    return Recording(facts={"requests": told})


@pytest.mark.parametrize(
    ("characters", "each", "good"), [(8000, 100, True), (800_000, 10_000, True), (800_080, 10_001, False)]
)
def test_the_volume_is_per_request(characters: float, each: float, good: bool) -> None:
    outcome = log_volume(_recording(characters=characters))
    assert isinstance(outcome, Measured)
    assert outcome.value == each
    assert (each <= outcome.limit) is good


def test_an_empty_log_is_not_small() -> None:
    assert isinstance(log_volume(_recording(characters=0, lines=0)), NotApplicable)
    assert isinstance(log_volume(Recording()), Unknown)
