"""Once is enough."""

from typing import Any

import pytest

from checks.security.personal_data_logged import personal_data_logged
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(shown: dict[str, int] | None, sent: int = 4) -> Recording:
    facts: dict[str, Any] = {"personal_data": {"sent": sent, "shown": shown}}
    return Recording(facts=facts)


def test_nothing_in_the_log_passes() -> None:
    assert holds(personal_data_logged(_recording({})), "nothing personal from 4 refused bodies")


def test_once_in_the_log_fails() -> None:
    assert not holds(personal_data_logged(_recording({"a card number": 1})), "a card number 1 times from 4 refused")


@pytest.mark.parametrize("given", [Recording(), _recording(None)])
def test_without_a_log_nothing_is_known(given: Recording) -> None:
    assert isinstance(personal_data_logged(given), Unknown)


def test_without_bodies_it_is_not_applicable() -> None:
    assert isinstance(personal_data_logged(_recording({}, sent=0)), NotApplicable)


def test_bodies_that_were_not_sent_are_unknown() -> None:
    facts: dict[str, Any] = {"personal_data": {"sent": 0, "shown": {}, "taking": 2}}
    outcome = personal_data_logged(Recording(facts=facts))
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("no body was sent: 2 described operations")
    facts["personal_data"]["taking"] = 0
    assert isinstance(personal_data_logged(Recording(facts=facts)), NotApplicable)
