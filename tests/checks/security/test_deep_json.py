"""The errors of the server are counted; a silence or an end fails."""

from typing import Any

import pytest

from checks.security.deep_json import deep_json
from readiness import Measured, NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(status: int = 400, error: str = "", **after: Any) -> Recording:
    told = [{"operation": "create", "what": what, "status": 400, "error": ""} for what in ("lists", "objects")]
    told.append({"operation": "create", "what": "more lists", "status": status, "error": error})
    alive = {"alive": True, "status": 200, "error": ""} | after
    return Recording(facts={"operations": {"with_body": 1, "taking": ["create"]}, "deep": told, "after_deep": alive})


@pytest.mark.parametrize(
    ("given", "share"),
    [
        (_recording(), 0.0),
        (_recording(413), 0.0),
        (_recording(200), 0.0),
        (_recording(499), 0.0),
        (_recording(0, "reset"), 0.0),
        (_recording(500), 1 / 3),
    ],
)
def test_errors_of_the_server_are_counted(given: Recording, share: float) -> None:
    outcome = deep_json(given)
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(share)
    assert (outcome.objective, outcome.limit, outcome.better) == (0.0, 1.0, "lower")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(0, "timeout"), "1 of 3 were not answered; the first: create, more lists"),
        (_recording(alive=False), "after them"),
    ],
)
def test_a_silence_and_an_end_fail(given: Recording, reason: str) -> None:
    assert not holds(deep_json(given), reason)


def test_a_service_that_is_gone_afterwards_fails() -> None:
    told = _recording()
    gone = Recording(facts={**told.facts, "after_deep": {"alive": True, "status": 0, "error": "refused"}})
    assert not holds(deep_json(gone), "after them it answered refused")


@pytest.mark.parametrize("given", [Recording(), Recording(facts={"operations": {"with_body": 2, "taking": []}})])
def test_what_was_not_sent_is_unknown(given: Recording) -> None:
    assert isinstance(deep_json(given), Unknown)


def test_without_bodies_it_is_not_applicable() -> None:
    facts = {"operations": {"with_body": 0, "taking": []}}
    assert isinstance(deep_json(Recording(facts=facts)), NotApplicable)


def test_why_no_operation_was_tried_is_said() -> None:
    untaken = {"change": "a value in its path is not known", "create": "it answers 401 to an ordinary call"}
    outcome = deep_json(Recording(facts={"operations": {"with_body": 2, "taking": [], "untaken": untaken}}))
    assert isinstance(outcome, Unknown)
    assert "change: a value in its path is not known; create: it answers 401 to an ordinary call" in outcome.reason
