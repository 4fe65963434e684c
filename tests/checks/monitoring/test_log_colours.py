"""One escape code is enough."""

import pytest

from checks.monitoring.log_colours import log_colours
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*lines: str) -> Recording:
    return Recording(facts={"sample": list(lines)})


@pytest.mark.parametrize(("line", "good"), [("plain [32m text", True), ("\x1b[32mINFO\x1b[0m", False)])
def test_escape_codes_fail(line: str, good: bool) -> None:
    assert holds(log_colours(_recording("other", line))) is good


def test_without_lines_there_is_nothing_to_judge() -> None:
    assert isinstance(log_colours(_recording()), NotApplicable)
    assert isinstance(log_colours(Recording()), Unknown)
