"""Tests of the check trading_halt."""

from typing import Any

import pytest

from checks.reliability.trading_halt import trading_halt
from readiness import Fact, Recording, Unknown


def facts() -> dict[str, Any]:
    taken = {"status": 200}
    return {
        **dict.fromkeys(("open", "halt", "fall", "resume", "cancel", "order after"), taken),
        "refused": [{"status": 409}, {"status": 503}],
        "while halted": {"body": {"filled": 0}},
        "resumed": {"body": {"filled": 1}},
    }


def test_green_when_all_stops_and_goes_on() -> None:
    outcome = trading_halt(Recording(facts=facts()))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("name", "seen", "said"),
    [
        ("refused", [{"status": 201}, {"status": 409}], "answered 201"),
        ("refused", [{"status": 500}], "answered 500"),
        ("while halted", {"body": {"filled": 1}}, "filled while"),
        ("cancel", {"status": 409}, "could not be cancelled"),
        ("resumed", {"body": {"filled": 0}}, "was not filled"),
        ("order after", {"status": 409}, "no order is taken"),
    ],
)
def test_red_when_one_of_it_is_wrong(name: str, seen: Any, said: str) -> None:
    outcome = trading_halt(Recording(facts=facts() | {name: seen}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


@pytest.mark.parametrize("name", ["open", "halt", "fall", "resume"])
def test_unknown_when_there_was_no_halt(name: str) -> None:
    assert isinstance(trading_halt(Recording(facts=facts() | {name: {"status": 500}})), Unknown)
    assert isinstance(trading_halt(Recording()), Unknown)
