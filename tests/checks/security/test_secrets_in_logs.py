"""A secret in the log or in a reply fails; a search that could not be made does not pass."""

from typing import Any

import pytest

from checks.security.secrets_in_logs import secrets_in_logs
from readiness import Fact, Recording, Unknown


def _recording(**changes: Any) -> Recording:
    told = {"checked": ["the key of identity trader"], "log_characters": 900, "replies": 12, "found": [], **changes}
    return Recording(facts={"secrets": told})


def test_none_found_passes() -> None:
    outcome = secrets_in_logs(_recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("characters", [900, None])
def test_a_found_secret_fails_by_name_even_without_a_log(characters: int | None) -> None:
    found = [{"secret": "the key of identity trader", "where": "reply to config", "times": 2}]
    outcome = secrets_in_logs(_recording(found=found, log_characters=characters))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "identity trader appears in the reply to config (2 times)" in outcome.reason


@pytest.mark.parametrize("changes", [{"log_characters": None}, {"log_characters": 0}, {"checked": []}])
def test_a_search_that_was_not_made_is_unknown(changes: dict[str, Any]) -> None:
    assert isinstance(secrets_in_logs(_recording(**changes)), Unknown)


def test_a_missing_fact_is_unknown() -> None:
    assert isinstance(secrets_in_logs(Recording()), Unknown)
