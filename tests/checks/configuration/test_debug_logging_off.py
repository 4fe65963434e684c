"""A level in its place, not the word in a path."""

import pytest

from checks.configuration.debug_logging_off import debug_logging_off
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(*lines: str) -> Recording:
    return Recording(facts={"sample": list(lines)})


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ('{"level": "DEBUG", "message": "x"}', False), ("level=debug msg=x", False), ("[DEBUG] x", False), ("DEBUG:app:x", False),
        ('{"level":20,"time":1,"pid":7}', False), ('{"level":30,"time":1,"pid":7}', True), ("INFO: GET /debug/vars 404", True),
        ('{"level": "info", "message": "debugger off"}', True),
        ("2025-06-10T14:30:00Z INFO order placed trace: 4bf92f35", True), ("INFO export trace to collector", True),
        ("INFO enabled debug endpoints: none", True), ("info: debug is off", True), ('{"level": "info", "trace": "4bf9"}', True),
        ("2025-06-10 TRACE x", False), ("12:00:01 DEBUG [main] x", False), ("2025/06/10 12:00:01 [debug] 7#7: x", False),
        ("debug: x", False), ('{"level":"trace","msg":"x"}', False), ("LEVEL=Debug msg=x", False), ("trace: 4bf92f35", True),
    ],
)  # fmt: skip
def test_forms_of_a_level(line: str, good: bool) -> None:
    assert holds(debug_logging_off(_recording(line))) is good


def test_without_lines_there_is_nothing_to_judge() -> None:
    assert isinstance(debug_logging_off(_recording()), NotApplicable)
    assert isinstance(debug_logging_off(Recording()), Unknown)
