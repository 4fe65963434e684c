"""A repeated write counts once and gets the same answer."""

from typing import Any

import pytest

from checks.data_integrity.idempotent_write import idempotent_write
from readiness import Fact, Recording, Unknown, integrity

FIRST = "17.23"


def _recording(
    after: str | None = FIRST,
    endings: str = "ok " * 8,
    answers: str = "same " * 8,
    other: str = "fail other",
    **more: Any,
) -> Recording:
    calls = zip(endings.split(), answers.split(), strict=False)
    submits = [
        integrity.Invocation(place, "submit", 0.0, 1.0, ending, "k", FIRST, answer)  # type: ignore[arg-type]
        for place, (ending, answer) in enumerate(calls)
    ]
    ending, answer = other.split()
    submits.append(integrity.Invocation(9, "submit", 2.0, 3.0, ending, "k", "18.23", answer))  # type: ignore[arg-type]
    told = {"how": "at once", "amount": FIRST, "before": "0.00", "after": after, "submits": integrity.rows(submits)}
    return Recording(facts={"repeats": [{**told, **more}]})


@pytest.mark.parametrize(
    "changes", [{}, {"endings": "ok " + "fail " * 7}, {"endings": "ok info ok"}, {"other": "ok same"}]
)
def test_one_change_passes(changes: dict[str, Any]) -> None:
    outcome = idempotent_write(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"after": "34.46"}, "had 2 effects"),
        ({"after": "0.00"}, "had no effect"),
        ({"after": "35.46"}, "had 2 effects"),
        ({"after": "17.24"}, "changed the amount by 17.24"),
        ({"other": "ok new"}, "another request under the same key"),
        ({"answers": "same " * 7 + "another"}, "different answers"),
    ],
)
def test_anything_else_fails(changes: dict[str, Any], reason: str) -> None:
    outcome = idempotent_write(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "recording",
    [Recording(), _recording(problem="no account"), _recording(None), _recording("0.00", endings="fail " * 8)],
)
def test_without_repetitions_nothing_is_known(recording: Recording) -> None:
    assert isinstance(idempotent_write(recording), Unknown)
