"""Every answer after a sync passes, one before it fails; who stores nothing cannot be judged."""

from typing import Any

import pytest

from checks.data_integrity.synced_before_answer import synced_before_answer
from readiness import Fact, NotApplicable, Recording, Unknown


def recording(seen: int, synced: int, *files: str) -> Recording:
    return Recording(facts={"acknowledgements": {"seen": seen, "synced": synced, "wrote": seen, "files": list(files)}})


def test_all_synced_passes() -> None:
    outcome = synced_before_answer(recording(10, 10, "a.db"))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("synced", [0, 9])
def test_one_that_is_not_synced_fails(synced: int) -> None:
    outcome = synced_before_answer(recording(10, synced, "a.db", "b.db"))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert f"{10 - synced} of 10 writes" in outcome.reason
    assert "a.db, b.db" in outcome.reason


def test_what_is_stored_elsewhere_is_not_its_part() -> None:
    assert isinstance(synced_before_answer(recording(10, 0)), NotApplicable)


@pytest.mark.parametrize("facts", [{}, {"problem": "no strace"}, dict(recording(0, 0, "a.db").facts)])
def test_without_answers_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(synced_before_answer(Recording(facts=facts)), Unknown)
