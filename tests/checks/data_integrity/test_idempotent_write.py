"""A repeated write counts once and gets the same answer."""

from typing import Any

import pytest

from checks.data_integrity.idempotent_write import idempotent_write
from readiness import Fact, Recording, Unknown


def _recording(**changes: Any) -> Recording:
    one: dict[str, Any] = {
        "how": "at once",
        "amount": "17.23",
        "other_body_amount": "18.23",
        "before": "0.00",
        "after": "17.23",
    }
    one |= {"statuses": [200] * 8, "acknowledged": 8, "different_answers": 1, **changes}
    return Recording(facts={"repeats": [one]})


@pytest.mark.parametrize("changes", [{}, {"statuses": [200] + [409] * 7, "acknowledged": 1}])
def test_one_change_passes(changes: dict[str, Any]) -> None:
    outcome = idempotent_write(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"after": "34.46"}, "changed the amount by 34.46"),
        ({"after": "0.00"}, "changed the amount by 0.00"),
        ({"after": "35.46"}, "another body under the same key"),
        ({"different_answers": 2}, "2 different answers"),
    ],
)
def test_anything_else_fails(changes: dict[str, Any], reason: str) -> None:
    outcome = idempotent_write(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "recording",
    [Recording(), _recording(problem="no account"), _recording(after=None), _recording(acknowledged=0)],
)
def test_without_repetitions_nothing_is_known(recording: Recording) -> None:
    assert isinstance(idempotent_write(recording), Unknown)
