"""The status stands in the line of its request."""

from typing import Any

import pytest

from checks.monitoring.refusals_logged import refusals_logged
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "status": 404, "lines": 1, "with_status": 1, "headers": ["Authorization", "Cookie"], "shown": [], "all_lines": 7, "forged": 0,
    }  # fmt: skip
    return Recording(facts={"strangers": {**told, **changes}})


@pytest.mark.parametrize(
    ("changes", "good"),
    [({}, True), ({"with_status": 0}, False), ({"lines": 0, "with_status": 0, "all_lines": 0}, False)],
)
def test_the_status_decides(changes: dict[str, int], good: bool) -> None:
    assert holds(refusals_logged(_recording(**changes)), "404") is good


def test_lines_of_nobody_are_not_judged() -> None:
    assert isinstance(refusals_logged(_recording(lines=0, with_status=0)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), _recording(status=0), _recording(status=200, with_status=0)])
def test_without_a_refusal_nothing_is_known(given: Recording) -> None:
    assert isinstance(refusals_logged(given), Unknown)
