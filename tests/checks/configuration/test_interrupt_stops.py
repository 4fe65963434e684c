"""In time, whatever its status."""

from typing import Any

import pytest

from checks.configuration.interrupt_stops import interrupt_stops
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "signal": "SIGINT", "status": 0, "stop_seconds": 0.5, "left": [], "said": 10, "problem": "", "start_seconds": 1.0, **changes,
    }  # fmt: skip
    return Recording(facts={"rounds": [told]})


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"status": -2}, True),
        ({"stop_seconds": 10.0}, True),
        ({"stop_seconds": 10.1}, False),
        ({"status": None}, False),
    ],
)
def test_the_end_decides(changes: dict[str, Any], good: bool) -> None:
    assert holds(interrupt_stops(_recording(**changes))) is good


@pytest.mark.parametrize("given", [Recording(), _recording(signal="SIGTERM")])
def test_without_a_try_nothing_is_known(given: Recording) -> None:
    assert isinstance(interrupt_stops(given), Unknown)
