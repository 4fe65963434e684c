"""Ready or not, where an unchanged copy is ready."""

from typing import Any

import pytest

from checks.configuration.inherited_environment import inherited_environment
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(right: bool = True, **changes: Any) -> Recording:
    told = {"exit_status": None, "ready": True, "seconds": 0.5, "output": "", **changes}
    return Recording(facts={"right": {"ready": right}, "bare": told})


@pytest.mark.parametrize(
    ("changes", "good"), [({}, True), ({"ready": False}, False), ({"ready": False, "exit_status": 1}, False)]
)
def test_ready_decides(changes: dict[str, Any], good: bool) -> None:
    assert holds(inherited_environment(_recording(**changes))) is good


@pytest.mark.parametrize("given", [Recording(), _recording(right=False)])
def test_without_an_unchanged_copy_nothing_is_known(given: Recording) -> None:
    assert isinstance(inherited_environment(given), Unknown)
