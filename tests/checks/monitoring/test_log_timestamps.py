"""Usual forms of a time are known; a port is none."""

import pytest

from checks.monitoring.log_timestamps import log_timestamps
from readiness import NotApplicable, Recording, Share, Unknown


def _recording(*lines: str) -> Recording:
    return Recording(facts={"sample": list(lines)})


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ('{"time": "2025-06-11T14:30:00Z"}', 1), ("2025-06-11 14:30:00,123 INFO", 1), ('[11/Jun/2025:14:30:00 +0000] "GET /"', 1),
        ("Jun 11 14:30:00 host app", 1), ('{"ts":1749652200.1}', 1), ('{"time":1749652200123}', 1), ("14:30:00 INFO", 1),
        ('INFO: 127.0.0.1:46448 - "GET / HTTP/1.1" 200 OK', 0), ("served 12345 items", 0),
    ],
)  # fmt: skip
def test_forms_of_a_time(line: str, good: int) -> None:
    outcome = log_timestamps(_recording(line))
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries) == (good, 1)


def test_without_lines_there_is_nothing_to_judge() -> None:
    assert isinstance(log_timestamps(_recording()), NotApplicable)
    assert isinstance(log_timestamps(Recording()), Unknown)
