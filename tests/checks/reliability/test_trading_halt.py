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
        "limit": "38.00",
        "quote": {"body": {"ask": "36.81"}},
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


def quoted(ask: Any) -> dict[str, Any]:
    return facts() | {"quote": {"body": {"ask": ask}}}


@pytest.mark.parametrize(("ask", "reached"), [("37.99", True), ("38.00", True), (38.0, True), ("38.01", False)])
@pytest.mark.parametrize("later", [0, 1])
def test_a_fill_is_owed_only_where_the_ask_came_down_to_the_limit(ask: Any, reached: bool, later: int) -> None:
    outcome = trading_halt(Recording(facts=quoted(ask) | {"resumed": {"body": {"filled": later}}}))
    if reached:
        assert isinstance(outcome, Fact)
        assert outcome.passed is bool(later)
    else:
        assert outcome == Unknown("the market never reached 38.00 (ask 38.01)")


@pytest.mark.parametrize(
    "quote", [None, {"body": None}, {"body": {}}, *({"body": {"ask": ask}} for ask in ("", "NaN", None, "0"))]
)
def test_unknown_where_nobody_saw_the_market(quote: Any) -> None:
    unfilled = {"resumed": {"body": {"filled": 0}}}
    assert isinstance(trading_halt(Recording(facts=facts() | {"quote": quote} | unfilled)), Unknown)
    assert isinstance(trading_halt(Recording(facts=facts() | {"quote": quote})), Unknown), (
        "no fill during the halt says nothing then"
    )


def test_what_is_wrong_whatever_the_market_did_stays_wrong() -> None:
    for wrong in (
        {"while halted": {"body": {"filled": 1}}},
        {"cancel": {"status": 409}},
        {"refused": [{"status": 201}]},
    ):
        outcome = trading_halt(Recording(facts=quoted("39.00") | wrong))
        assert isinstance(outcome, Fact), wrong
        assert not outcome.passed, wrong


def test_unknown_says_what_the_scenario_missed() -> None:
    assert trading_halt(Recording(facts={"missed": "no spot"})) == Unknown("no spot")
