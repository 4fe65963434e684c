"""It ends, with a word and a status, and the first one lives."""

from typing import Any

import pytest

from checks.configuration.port_conflict import port_conflict
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "right": True,
        "before": 200,
        "exit_status": 1,
        "seconds": 0.3,
        "output": "address in use",
        "first_status": 200,
    }
    return Recording(facts={"conflict": {**told, **changes}})


def test_a_loud_end_passes() -> None:
    assert holds(port_conflict(_recording()), "exit status 1")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exit_status": None}, "still ran"), ({"exit_status": 0}, "as if all were well"), ({"output": " "}, "without a word"),
        ({"first_status": 0}, "the first one does not answer"), ({"first_status": 0, "right": False}, "the first one does not answer"),
    ],
)  # fmt: skip
def test_anything_else_fails(changes: dict[str, Any], reason: str) -> None:
    assert not holds(port_conflict(_recording(**changes)), reason)


def test_without_a_try_nothing_is_known() -> None:
    assert isinstance(port_conflict(Recording()), Unknown)


@pytest.mark.parametrize("changes", [{}, {"exit_status": None}, {"exit_status": 0}, {"output": " "}])
def test_where_a_copy_on_a_port_of_its_own_does_not_get_ready_either_nothing_is_known(changes: dict[str, Any]) -> None:
    outcome = port_conflict(_recording(right=False, **changes))
    assert isinstance(outcome, Unknown), "it may have ended for another reason"
    assert "on a port of its own did not get ready either" in outcome.reason


def test_where_the_first_one_did_not_answer_before_nothing_is_known() -> None:
    assert isinstance(port_conflict(_recording(before=0, first_status=0)), Unknown)
