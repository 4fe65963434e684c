"""One payload that is obeyed, anywhere, is enough."""

from typing import Any

import pytest

from checks.security.injected_values import injected_values
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _place(status: int = 404, *found: str) -> dict[str, Any]:
    return {"operation": "notes", "value": "text", "status": status, "found": list(found)}


def _recording(*places: dict[str, Any]) -> Recording:
    return Recording(facts={"values": list(places)})


@pytest.mark.parametrize("given", [_recording(_place()), _recording(_place(401), _place(200))])
def test_values_that_stay_values_pass(given: Recording) -> None:
    assert holds(injected_values(given), "text of notes")


def test_one_that_is_obeyed_fails() -> None:
    given = _recording(_place(), _place(200, "the template {{7*191}}", "the delay ;sleep 1.0;"))
    assert not holds(injected_values(given), "notes obeys the template {{7*191}} in 'text'")


@pytest.mark.parametrize("given", [Recording(), _recording(_place(401), _place(403)), _recording(_place(0))])
def test_where_no_caller_is_let_in_nothing_is_known(given: Recording) -> None:
    assert isinstance(injected_values(given), Unknown)


def test_without_a_value_it_is_not_applicable() -> None:
    assert isinstance(injected_values(_recording()), NotApplicable)
