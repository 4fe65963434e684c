"""Everybody afterwards is answered."""

import pytest

from checks.reliability.abandoned_requests import abandoned_requests
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(good: int, before: int = 10, sent: int = 40) -> Recording:
    told = {"sent": sent, "asked": 10, "good": good, "slowest": 0.1}
    return Recording(facts={"plain": {"asked": 10, "good": before}, "abandoned": told})


@pytest.mark.parametrize(("good", "passed"), [(10, True), (9, False), (0, False)])
def test_each_later_request_counts(good: int, passed: bool) -> None:
    assert holds(abandoned_requests(_recording(good)), f"{good} of 10") is passed


@pytest.mark.parametrize("given", [Recording(), _recording(10, before=9), _recording(10, sent=0)])
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(abandoned_requests(given), Unknown)
