"""Every stop needs a word."""

from typing import Any

import pytest

from checks.monitoring.stop_logged import stop_logged
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "signal": "SIGTERM", "status": 0, "stop_seconds": 0.5, "left": [], "said": 10, "problem": "", "start_seconds": 1.0, **changes,
    }  # fmt: skip
    return Recording(facts={"rounds": [told]})


@pytest.mark.parametrize(("said", "good"), [(0, False), (1, True)])
def test_silence_fails(said: int, good: bool) -> None:
    assert holds(stop_logged(_recording(said=said))) is good


@pytest.mark.parametrize("given", [Recording(), _recording(signal="SIGINT")])
def test_without_a_stop_nothing_is_known(given: Recording) -> None:
    assert isinstance(stop_logged(given), Unknown)
