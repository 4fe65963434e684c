"""A non-zero end, and nothing else."""

from typing import Any

import pytest

from checks.configuration.invalid_port import invalid_port
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(right: bool = True, needs: bool = True, **changes: Any) -> Recording:
    told = {"exit_status": 2, "ready": False, "seconds": 0.5, "output": "", **changes}
    return Recording(facts={"right": {"ready": right}, "command": {"port": needs}, "port": told})


@pytest.mark.parametrize(("status", "good"), [(2, True), (-6, True), (0, False), (None, False)])
def test_the_end_decides(status: int | None, good: bool) -> None:
    assert holds(invalid_port(_recording(exit_status=status))) is good


def test_what_it_does_not_have_is_not_asked_for() -> None:
    assert isinstance(invalid_port(_recording(needs=False)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), _recording(right=False)])
def test_without_an_unchanged_copy_nothing_is_known(given: Recording) -> None:
    assert isinstance(invalid_port(given), Unknown)
