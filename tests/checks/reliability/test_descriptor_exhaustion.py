"""It may refuse while it is full, but it lives and answers afterwards."""

from typing import Any

import pytest

from checks.reliability.descriptor_exhaustion import descriptor_exhaustion
from readiness import Fact, Recording, Unknown


def _recording(during: dict[str, Any] | None = None, **after: Any) -> Recording:
    full = {"alive": True, "status": 0, "error": "timeout", **(during or {})}
    later = {"alive": True, "exit_status": None, "path": "/live", "status": 200, "error": "", "seconds": 0.4, **after}
    return Recording(facts={"during": full, "after": later})


@pytest.mark.parametrize("during", [{}, {"status": 503, "error": ""}, {"status": 200, "error": ""}])
def test_living_and_answering_again_passes(during: dict[str, Any]) -> None:
    outcome = descriptor_exhaustion(_recording(during))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (
            _recording({"alive": False}, alive=False, exit_status=1),
            "while its descriptors were used up (exit status 1)",
        ),
        (_recording(alive=False, exit_status=-11), "after the connections were closed (exit status -11)"),
        (_recording(status=0, error="timeout", seconds=10.0), "answers timeout"),
        (_recording(status=503), "answers 503"),
    ],
)
def test_dying_or_not_recovering_fails(recording: Recording, reason: str) -> None:
    outcome = descriptor_exhaustion(recording)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"problem": "it does not start with 60 descriptors"}])
def test_without_exhaustion_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(descriptor_exhaustion(Recording(facts=facts)), Unknown)
