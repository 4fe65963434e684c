"""The sum of acknowledged additions is there, and the missing ones are named."""

import pytest

from checks.data_integrity.lost_update import lost_update
from readiness import Fact, Recording, Unknown
from tests.checks.data_integrity.histories import additions, recording

UNANSWERED = ("ok", "ok", "info")


@pytest.mark.parametrize(
    ("after", "endings"), [("100.07", ("ok",) * 3), ("100.03", UNANSWERED), ("100.07", UNANSWERED)]
)
def test_the_whole_sum_passes_and_an_unanswered_one_may_count_or_not(after: str, endings: tuple[str, ...]) -> None:
    outcome = lost_update(recording(additions("100.07"), additions(after, endings=endings, key="b")))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert outcome.rounds == 2


@pytest.mark.parametrize(
    ("after", "said"), [("100.05", "1 lost: 0.02"), ("100.08", "counted twice"), ("100.00", "3 lost: 0.01, 0.02, 0.04")]
)
def test_a_wrong_sum_fails_and_says_what_is_wrong(after: str, said: str) -> None:
    outcome = lost_update(recording(additions("100.07"), additions(after, key="b")))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "1 of 2" in outcome.reason
    assert said in outcome.reason
    assert outcome.evidence


@pytest.mark.parametrize(
    "given",
    [
        Recording(),
        recording(problem="no account"),
        recording(additions("100.07")[:3]),
        recording(additions("100.00", endings=("fail",) * 3)),
        recording(additions("100.01", endings=("ok", "fail", "fail"))),
    ],
)
def test_without_competing_additions_nothing_is_known(given: Recording) -> None:
    assert isinstance(lost_update(given), Unknown)
