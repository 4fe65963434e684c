"""One forged line is enough."""

from typing import Any

import pytest

from checks.security.log_injection import log_injection
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "status": 404, "lines": 1, "with_status": 1, "headers": ["Authorization", "Cookie"], "shown": [], "all_lines": 7, "forged": 0,
    }  # fmt: skip
    return Recording(facts={"strangers": {**told, **changes}})


@pytest.mark.parametrize(("forged", "good"), [(0, True), (1, False)])
def test_a_forged_line_fails(forged: int, good: bool) -> None:
    assert holds(log_injection(_recording(forged=forged))) is good


def test_an_empty_log_proves_nothing() -> None:
    assert isinstance(log_injection(_recording(all_lines=0)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), _recording(status=0)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(log_injection(given), Unknown)
