"""One payload that is obeyed, anywhere, is enough."""

from typing import Any

import pytest

from checks.security.injected_values import injected_values
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _place(*found: str, reached: bool = True) -> dict[str, Any]:
    return {"operation": "notes", "value": "text", "status": 404, "reached": reached, "found": list(found)}


def _recording(*places: dict[str, Any]) -> Recording:
    return Recording(facts={"values": list(places)})


@pytest.mark.parametrize("given", [_recording(_place()), _recording(_place(reached=False), _place())])
def test_values_that_stay_values_pass(given: Recording) -> None:
    assert holds(injected_values(given), "text of notes")


def test_one_that_is_obeyed_fails() -> None:
    given = _recording(_place(), _place("the template {{7*191}}", "the delay ;sleep 1.0;"))
    assert not holds(injected_values(given), "notes obeys the template {{7*191}} in 'text'")


def test_what_is_obeyed_fails_although_a_stranger_would_see_no_answer() -> None:
    assert not holds(injected_values(_recording(_place("the delay ;sleep 1.0;", reached=False))))


@pytest.mark.parametrize("given", [Recording(), _recording(_place(reached=False))])
def test_where_no_value_is_looked_at_nothing_is_known(given: Recording) -> None:
    assert isinstance(injected_values(given), Unknown)


def test_without_a_value_it_is_not_applicable() -> None:
    assert isinstance(injected_values(_recording()), NotApplicable)
