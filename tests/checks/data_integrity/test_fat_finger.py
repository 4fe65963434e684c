"""Tests of the check fat_finger."""

import pytest

from checks.data_integrity.fat_finger import PAIRS, fat_finger
from readiness import Fact, Recording, Unknown


def recording(inside: int = 201, outside: int = 409, only: str = "") -> Recording:
    told = {"error": "", "quantity": 5, "limit": "30.00", "spot": "34.00"}
    facts = {}
    for name in PAIRS:
        facts[f"{name} inside"] = told | {"status": 201 if only and name != only else inside}
        facts[f"{name} outside"] = told | {"status": 409 if only and name != only else outside}
    return Recording(facts=facts)


def test_green_inside_taken_and_outside_refused() -> None:
    outcome = fat_finger(recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == len(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_red_when_one_bound_is_not_kept(name: str) -> None:
    outcome = fat_finger(recording(outside=201, only=name))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert name in outcome.reason


@pytest.mark.parametrize("seen", [Recording(), recording(inside=409), recording(outside=500), recording(outside=0)])
def test_unknown_when_a_refusal_says_nothing(seen: Recording) -> None:
    assert isinstance(fat_finger(seen), Unknown)


def test_unknown_says_what_the_scenario_missed() -> None:
    assert fat_finger(Recording(facts={"bounds": {}, "missed": "no spot"})) == Unknown("no spot")
