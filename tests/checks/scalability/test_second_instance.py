"""Both of them work."""

from typing import Any

import pytest

from checks.scalability.second_instance import second_instance
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {"exit_status": None, "ready": True, "seconds": 0.5, "output": "", "first_status": 200, **changes}
    return Recording(facts={"right": told})


@pytest.mark.parametrize(
    ("changes", "good"),
    [({}, True), ({"ready": False}, False), ({"ready": False, "exit_status": 1}, False), ({"first_status": 0}, False)],
)
def test_both_decide(changes: dict[str, Any], good: bool) -> None:
    assert holds(second_instance(_recording(**changes))) is good


def test_without_a_second_instance_nothing_is_known() -> None:
    assert isinstance(second_instance(Recording()), Unknown)
