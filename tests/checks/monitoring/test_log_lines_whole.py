"""A line with two canaries is mixed."""

import pytest

from checks.monitoring.log_lines_whole import log_lines_whole
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(found: int, mixed: int) -> Recording:
    return Recording(facts={"together": {"sent": 40, "found": found, "mixed": mixed}})


@pytest.mark.parametrize(("mixed", "good"), [(0, True), (1, False)])
def test_one_mixed_line_fails(mixed: int, good: bool) -> None:
    assert holds(log_lines_whole(_recording(40, mixed))) is good


def test_lines_that_cannot_be_told_apart_are_not_whole() -> None:
    assert isinstance(log_lines_whole(_recording(0, 0)), NotApplicable)
    assert isinstance(log_lines_whole(Recording()), Unknown)
