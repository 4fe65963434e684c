"""One failed start is enough."""

from typing import Any

import pytest

from checks.reliability.restart_same_port import restart_same_port
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "signal": "SIGTERM", "status": 0, "stop_seconds": 0.5, "left": [], "said": 10, "problem": "", "start_seconds": 1.0, **changes,
    }  # fmt: skip
    return Recording(facts={"rounds": [told]})


@pytest.mark.parametrize(("problem", "good"), [("", True), ("address in use", False)])
def test_a_failed_start_fails(problem: str, good: bool) -> None:
    assert holds(restart_same_port(_recording(problem=problem)), problem) is good


@pytest.mark.parametrize("given", [Recording(), Recording(facts={"rounds": []})])
def test_without_a_start_nothing_is_known(given: Recording) -> None:
    assert isinstance(restart_same_port(given), Unknown)
